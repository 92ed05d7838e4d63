import type { NextTokens } from "./next-tokens.ts";
import type { TokenOrder } from "./token-order.ts";

/// A distribution of the next byte: 256 probabilities and that of the end.
export interface BytesAndStop {
  readonly bytes: Float64Array;
  readonly stop: number;
}

/// The next byte as a model tells it that has been given one token sequence: each token counts for its first
/// byte. That is the distribution after the text only if the text's own tokens end where some token of
/// every continuation begins; a prompt that was simply tokenized need not.
export function firstBytes(order: TokenOrder, { probabilities, stop }: NextTokens): BytesAndStop {
  const bytes = new Float64Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let sum = 0;
    for (let place = order.firsts[byte]!; place < order.firsts[byte + 1]!; place++)
      sum += probabilities[place]!;
    bytes[byte] = sum;
  }
  return { bytes, stop };
}

/// How far two distributions are apart: the most by which they differ about any set of bytes. 0 if they are
/// the same, 1 if nothing is possible in both.
///
/// Of (½, ½, 0) and (½, 0, ½) that is ½.
export function totalVariation(a: BytesAndStop, b: BytesAndStop): number {
  let sum = Math.abs(a.stop - b.stop);
  for (let byte = 0; byte < 256; byte++) sum += Math.abs(a.bytes[byte]! - b.bytes[byte]!);
  return sum / 2;
}
