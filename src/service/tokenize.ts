import { chunkText, type Tokenizer, type TokenPieces, tokenizePieces } from "../tokenizer/index.ts";
import type { TokenizeResult } from "./api.ts";

/// Tokenizes a text slice by slice; undefined if `isCancelled` said so between two slices.
export function tokenizeText(
  tokenizer: Tokenizer,
  text: string,
  isCancelled: () => boolean,
): TokenizeResult | undefined {
  const slices: TokenPieces[] = [];
  for (const { from, to } of chunkText(tokenizer, text)) {
    if (isCancelled()) return undefined;
    slices.push(tokenizePieces(tokenizer, text.slice(from, to)));
  }
  return join(slices);
}

function join(slices: readonly TokenPieces[]): TokenizeResult {
  const count = slices.reduce((sum, { ids }) => sum + ids.length, 0);
  const ids = new Uint32Array(count);
  const byteStarts = new Uint32Array(count);
  let token = 0;
  let byte = 0;
  for (const slice of slices) {
    const { length } = slice.ids;
    ids.set(slice.ids, token);
    for (let i = 0; i < length; i++) byteStarts[token + i] = byte + slice.byteStarts[i]!;
    token += length;
    byte += slice.byteStarts[length]!;
  }
  return { ids, byteStarts, lossless: slices.every(({ lossless }) => lossless) };
}
