// The pure rooms compile without DOM or Node types; both hosts have these two classes.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string;
}

const encoder = new TextEncoder();
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/// UTF-8 bytes of a string. Lone surrogates become U+FFFD, as WHATWG Encoding says.
export function utf8Encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/// Text of UTF-8 bytes; ill-formed sequences become U+FFFD.
export function utf8DecodeLossy(bytes: Uint8Array): string {
  return lossy.decode(bytes);
}

/// Text of well-formed UTF-8 bytes, or `undefined` where they are ill-formed or cut short.
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/// Length of the longest prefix of `bytes` that does not end inside a UTF-8 character. A tail that
/// can no longer become a character counts as complete, so that a stream never waits for ever.
///
/// `completeUtf8Length([0x61, 0xe2, 0x82])` is 1.
export function completeUtf8Length(bytes: Uint8Array): number {
  const n = bytes.length;
  for (let back = 1; back <= Math.min(3, n); back++) {
    const b = bytes[n - back]!;
    if (b < 0x80) return n;
    if (b >= 0xc0) {
      const need = b >= 0xf8 ? 1 : b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
      return need > back ? n - back : n;
    }
  }
  return n;
}

/// Turns a stream of byte chunks into text, holding half characters back until they are whole.
export class Utf8Stream {
  #held: Uint8Array = new Uint8Array(0);

  /// Text that became complete with `chunk`.
  push(chunk: Uint8Array): string {
    const all = concatBytes([this.#held, chunk]);
    const complete = completeUtf8Length(all);
    this.#held = all.slice(complete);
    return utf8DecodeLossy(all.subarray(0, complete));
  }

  /// Bytes of a character still incomplete.
  get held(): Uint8Array {
    return this.#held;
  }
}

export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const c of chunks) length += c.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const HEX = Array.from({ length: 256 }, (_, b) => b.toString(16).padStart(2, "0"));

/// `toHex([0xe2, 0x82])` is `"e282"`.
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const b of bytes) out += HEX[b];
  return out;
}

/// Text of bytes that may hold parts of characters: what is well-formed as text, every other byte as
/// `\xHH`. Half a character is shown as what it is, never as U+FFFD.
///
/// `displayBytes([0x61, 0xe2, 0x82])` is `"a\\xe2\\x82"`.
export function displayBytes(bytes: Uint8Array): string {
  const whole = utf8Decode(bytes);
  if (whole !== undefined) return whole;
  let out = "";
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    const character =
      length > 0 && at + length <= bytes.length ? utf8Decode(bytes.subarray(at, at + length)) : undefined;
    out += character ?? `\\x${HEX[lead]}`;
    at += character === undefined ? 1 : length;
  }
  return out;
}
