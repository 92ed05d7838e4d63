import { utf8Decode } from "../../base/bytes.ts";
import { type GlyphKind, glyphOf, isMark, spacedHex } from "../../protocol/glyphs.ts";
import { el } from "../token-panel/dom.ts";

/// A run of characters drawn alike; `hex`: bytes that are no character.
interface Segment {
  readonly kind: GlyphKind | "hex";
  text: string;
}

/// What a token's bytes look like: characters as the Tokens view draws them, parts of characters in hex.
///
/// The bytes of ` €` without the last are `·` and `e2 82`.
export function byteSegments(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const char = at + length <= bytes.length ? utf8Decode(bytes.subarray(at, at + length)) : undefined;
    const last = segments.at(-1);
    if (char === undefined) {
      const hex = spacedHex(bytes.subarray(at, at + 1));
      if (last?.kind === "hex") last.text += ` ${hex}`;
      else segments.push({ kind: "hex", text: hex });
      at++;
      continue;
    }
    const codePoint = char.codePointAt(0)!;
    const glyph = glyphOf(codePoint);
    // A combining mark needs a base; the one before it is another token's.
    const text = !last && glyph.kind === "text" && isMark(codePoint) ? `◌${glyph.text}` : glyph.text;
    if (last?.kind === glyph.kind) last.text += text;
    else segments.push({ kind: glyph.kind, text });
    at += length;
  }
  return segments;
}

export function drawBytes(bytes: Uint8Array): Node[] {
  return byteSegments(bytes).map(({ kind, text }) =>
    kind === "text" ? document.createTextNode(text) : el("span", kind, text),
  );
}

/// The same in one string, for assistive technology and tooltips.
export function bytesText(bytes: Uint8Array): string {
  return byteSegments(bytes)
    .map(({ text }) => text)
    .join("");
}
