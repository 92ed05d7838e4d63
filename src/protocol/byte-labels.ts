// What a byte is called, to eyes and to screen readers.
import { completeUtf8Length, concatBytes, utf8Decode } from "../base/bytes.ts";
import { type GlyphKind, glyphOf, spacedHex } from "./glyphs.ts";

export interface ByteLabel {
  /// How `text` is drawn; `hex`: a byte that is no character by itself.
  readonly kind: GlyphKind | "hex";
  readonly text: string;
  /// The same in words.
  readonly name: string;
}

const NAMES: Readonly<Record<number, string>> = {
  32: "space",
  10: "line feed",
  9: "tab",
  13: "carriage return",
};

/// The label of a byte behind `pending`, the bytes of a character that has begun.
///
/// `a` of 0x61; `€` of 0xac behind `e2 82`; `e2…` with the name `e2, begins U+2000–U+2FFF` of 0xe2.
export function byteLabel(byte: number, pending: Uint8Array = new Uint8Array(0)): ByteLabel {
  const hex = spacedHex([byte]);
  if (byte < 0x80) {
    const { kind, text } = glyphOf(byte);
    return { kind, text, name: NAMES[byte] ?? text };
  }
  const character = concatBytes([pending, Uint8Array.of(byte)]);
  const whole = pending.length > 0 ? utf8Decode(character) : undefined;
  if (whole !== undefined) {
    const { kind, text } = glyphOf(whole.codePointAt(0)!);
    return { kind, text, name: text };
  }
  const range = beginsRange(byte);
  if (pending.length === 0 && range !== undefined)
    return { kind: "hex", text: `${hex}…`, name: `${hex}, begins ${range}` };
  return { kind: "hex", text: pending.length > 0 ? `…${hex}` : hex, name: hex };
}

/// Bytes at the end of `bytes` that begin a character.
export function pendingBytes(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(completeUtf8Length(bytes));
}

/// Characters that a byte begins: `U+0080–U+00BF` of 0xc2.
function beginsRange(byte: number): string | undefined {
  const bits =
    byte >= 0xc2 && byte < 0xe0 ? 6 : byte >= 0xe0 && byte < 0xf0 ? 12 : byte >= 0xf0 && byte < 0xf5 ? 18 : 0;
  if (bits === 0) return undefined;
  const lead = byte & (bits === 6 ? 0x1f : bits === 12 ? 0x0f : 0x07);
  const least = bits === 6 ? 0x80 : bits === 12 ? 0x800 : 0x10000;
  const from = Math.max(least, lead << bits);
  const to = Math.min(0x10ffff, ((lead + 1) << bits) - 1);
  const name = (codePoint: number) => `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
  return `${name(from)}–${name(to)}`;
}
