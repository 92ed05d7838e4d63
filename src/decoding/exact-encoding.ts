import { bytesEqual, utf8Decode, utf8Encode } from "../base/bytes.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/vocabulary.ts";

/// Tokens that spell exactly `bytes`, as the tokenizer would cut them in the middle of a text.
/// `undefined` if the bytes are not UTF-8, or the tokenizer changes the text and cannot be kept from it.
export function encodeExactly(tokenizer: Tokenizer, bytes: Uint8Array): number[] | undefined {
  const text = utf8Decode(bytes);
  if (text === undefined) return undefined;
  const { vocabulary } = tokenizer;
  const tokens = tokenizer.encode(text);
  if (bytesEqual(tokensToBytes(vocabulary, tokens), bytes)) return tokens;
  // SentencePiece puts a space before a text. Behind a line break there is none, and none of its
  // tokens crosses one.
  const behindBreak = tokenizer.encode(`\n${text}`);
  for (const [i, token] of behindBreak.entries()) {
    const piece = tokensToBytes(vocabulary, [token]);
    if (piece.at(-1) !== 0x0a) continue;
    const rest = behindBreak.slice(i + 1);
    return bytesEqual(tokensToBytes(vocabulary, rest), bytes) ? rest : undefined;
  }
  return undefined;
}

/// Tokens of a text in the middle of a prompt.
export function encodeMiddle(tokenizer: Tokenizer, text: string): number[] {
  return text === "" ? [] : (encodeExactly(tokenizer, utf8Encode(text)) ?? tokenizer.encode(text));
}
