import type { CodePointRange } from "../ir.ts";

/// Byte ranges, one a byte of the encoding.
export type ByteSequence = readonly (readonly [from: number, to: number])[];

const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/// The UTF-8 encodings of the characters in `ranges` (sorted, disjoint, no surrogates), as sequences
/// of byte ranges in ascending order. Two sequences begin with the same range or with disjoint ones,
/// and so do their remainders: they form a deterministic tree.
///
/// `utf8Sequences([[0x61, 0xff]])` is `[[61–7f]], [[c2–c3], [80–bf]]`.
export function utf8Sequences(ranges: readonly CodePointRange[]): ByteSequence[] {
  const out: ByteSequence[] = [];
  for (const [from, to] of ranges) {
    let low = from;
    for (let length = 1; length <= 4 && low <= to; length++) {
      const end = Math.min(to, LENGTH_ENDS[length - 1]!);
      if (low > end) continue;
      split(low, end, length, [], out);
      low = end + 1;
    }
  }
  return out;
}

/// Splits a range of characters of one encoded length where its bytes stop being a product.
function split(
  low: number,
  high: number,
  length: number,
  head: readonly (readonly [number, number])[],
  out: ByteSequence[],
): void {
  for (let k = length - 1; k >= 1; k--) {
    // The low 6·k bits run freely below the byte before them, or the range is cut there.
    const mask = (1 << (6 * k)) - 1;
    if (low >>> (6 * k) === high >>> (6 * k)) continue;
    if ((low & mask) !== 0) {
      split(low, low | mask, length, head, out);
      split((low | mask) + 1, high, length, head, out);
      return;
    }
    if ((high & mask) !== mask) {
      split(low, (high & ~mask) - 1, length, head, out);
      split(high & ~mask, high, length, head, out);
      return;
    }
  }
  const a = encode(low, length);
  const b = encode(high, length);
  out.push([...head, ...a.map((byte, i) => [byte, b[i]!] as const)]);
}

function encode(codePoint: number, length: number): number[] {
  if (length === 1) return [codePoint];
  const bytes: number[] = [];
  let rest = codePoint;
  for (let i = length - 1; i > 0; i--) {
    bytes[i] = 0x80 | (rest & 0x3f);
    rest >>>= 6;
  }
  bytes[0] = ([0xc0, 0xe0, 0xf0][length - 2]! | rest) >>> 0;
  return bytes;
}
