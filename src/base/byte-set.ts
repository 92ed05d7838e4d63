import { hasBit } from "./bitset.ts";

/// Names a set of bytes for people: runs of digits or letters as ranges, blanks by name, bytes
/// outside ASCII in hex. At most `limit` names; then a last one that counts the rest.
///
/// The set {`"`, `0`…`9`, newline} reads `["newline", "\"", "0–9"]`.
export function describeByteSet(words: Uint32Array, limit = 12): string[] {
  const names: string[] = [];
  let from = 0;
  while (from < 256) {
    if (!hasBit(words, from)) {
      from++;
      continue;
    }
    let to = from;
    while (to < 255 && hasBit(words, to + 1) && byteClass(to + 1) === byteClass(from)) to++;
    names.push(...describeRun(from, to));
    from = to + 1;
  }
  if (names.length <= limit) return names;
  return [...names.slice(0, limit - 1), `${names.length - limit + 1} more`];
}

function byteClass(byte: number): string {
  if (byte >= 0x30 && byte <= 0x39) return "digit";
  if (byte >= 0x41 && byte <= 0x5a) return "upper";
  if (byte >= 0x61 && byte <= 0x7a) return "lower";
  if (byte <= 0x20 || byte === 0x7f) return "blank";
  if (byte >= 0x80) return "high";
  return "punctuation";
}

function describeRun(from: number, to: number): string[] {
  const kind = byteClass(from);
  if (kind === "high") return [to === from ? `byte ${from.toString(16)}` : "non-ASCII character"];
  if ((kind === "digit" || kind === "upper" || kind === "lower") && to - from >= 2) {
    return [`${String.fromCharCode(from)}–${String.fromCharCode(to)}`];
  }
  const names: string[] = [];
  for (let byte = from; byte <= to; byte++) names.push(describeByte(byte));
  return names;
}

function describeByte(byte: number): string {
  switch (byte) {
    case 0x20:
      return "space";
    case 0x0a:
      return "newline";
    case 0x0d:
      return "carriage return";
    case 0x09:
      return "tab";
    default:
      return byte < 0x20 || byte === 0x7f
        ? `byte ${byte.toString(16).padStart(2, "0")}`
        : String.fromCharCode(byte);
  }
}
