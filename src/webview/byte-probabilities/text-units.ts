import { utf8Decode } from "../../base/bytes.ts";
import { type GlyphKind, glyphOf, spacedHex } from "../../protocol/glyphs.ts";

/// A character of the text, or a byte that belongs to none.
export interface TextUnit {
  /// Bytes of the text.
  readonly from: number;
  readonly to: number;
  readonly kind: GlyphKind | "hex";
  readonly text: string;
}

/// The characters of a text that may begin or end inside of one.
///
/// `a€` without its last byte is `a`, `e2` and `82`.
export function textUnits(bytes: Uint8Array): TextUnit[] {
  const units: TextUnit[] = [];
  for (let from = 0; from < bytes.length; ) {
    const lead = bytes[from]!;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const to = from + length;
    const character = to <= bytes.length ? utf8Decode(bytes.subarray(from, to)) : undefined;
    if (character === undefined) {
      units.push({ from, to: from + 1, kind: "hex", text: spacedHex([lead]) });
      from++;
      continue;
    }
    const { kind, text } = glyphOf(character.codePointAt(0)!);
    units.push({ from, to, kind, text });
    from = to;
  }
  return units;
}

/// The index of the last number that is not greater than `at`, in ascending ones; -1 if all are.
export function lastUpTo(ascending: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
