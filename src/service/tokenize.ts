import { chunkText, type Tokenizer, type TokenPieces, tokenizePieces } from "../tokenizer/index.ts";
import type { TokenizeResult } from "./api.ts";

/// Tokenizes a text slice by slice; undefined if `isCancelled` said so between two slices.
export function tokenizeText(
  tokenizer: Tokenizer,
  text: string,
  isCancelled: () => boolean,
): TokenizeResult | undefined {
  const slices: Slice[] = [];
  for (const { from, to } of chunkText(tokenizer, text)) {
    if (isCancelled()) return undefined;
    slices.push({ from, pieces: tokenizePieces(tokenizer, text.slice(from, to)) });
  }
  return join(slices);
}

interface Slice {
  /// UTF-16 offset of the slice in the text.
  readonly from: number;
  readonly pieces: TokenPieces;
}

function join(slices: readonly Slice[]): TokenizeResult {
  const count = slices.reduce((sum, { pieces }) => sum + pieces.ids.length, 0);
  const ids = new Uint32Array(count);
  const byteStarts = new Uint32Array(count + 1);
  const textStarts = new Uint32Array(count);
  const flags = new Uint8Array(count);
  let token = 0;
  for (const { pieces, from } of slices) {
    const { length } = pieces.ids;
    const byte = byteStarts[token]!;
    ids.set(pieces.ids, token);
    flags.set(pieces.flags, token);
    for (let i = 0; i < length; i++) textStarts[token + i] = from + pieces.textStarts[i]!;
    for (let i = 1; i <= length; i++) byteStarts[token + i] = byte + pieces.byteStarts[i]!;
    token += length;
  }
  return { ids, byteStarts, textStarts, flags, lossless: slices.every(({ pieces }) => pieces.lossless) };
}
