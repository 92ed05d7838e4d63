import { STARTS_INSIDE } from "../../tokenizer/index.ts";
import type { TokenizedText } from "./core.ts";
import { utf8Length } from "./pieces.ts";

/// Tokens between two `yield`s.
const TOKENS_AT_ONCE = 20_000;

/// Where each token starts in the bytes of `text`. (`byteStarts` counts the tokens' own bytes, which are
/// others if the tokenizer normalises.)
export function* textByteStarts(text: string, tokens: TokenizedText): Generator<void, Uint32Array, void> {
  const { ids, byteStarts, textStarts, flags, lossless } = tokens;
  if (lossless) return byteStarts;
  const starts = new Uint32Array(ids.length);
  let unit = 0;
  let byte = 0;
  // The last token that started with a character: where in the text's bytes, and in its own.
  let anchor = 0;
  let anchorOwn = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i % TOKENS_AT_ONCE === TOKENS_AT_ONCE - 1) yield;
    while (unit < textStarts[i]! && unit < text.length) {
      const codePoint = text.codePointAt(unit)!;
      byte += utf8Length(codePoint);
      unit += codePoint > 0xffff ? 2 : 1;
    }
    if (flags[i]! & STARTS_INSIDE && unit < text.length) {
      // As far from the anchor as in its own bytes, but inside this character.
      const inside = anchor + (byteStarts[i]! - anchorOwn) - byte;
      starts[i] = byte + Math.max(1, Math.min(inside, utf8Length(text.codePointAt(unit)!) - 1));
    } else {
      starts[i] = byte;
      anchor = byte;
      anchorOwn = byteStarts[i]!;
    }
    if (i > 0 && starts[i]! < starts[i - 1]!) starts[i] = starts[i - 1]!;
  }
  return starts;
}
