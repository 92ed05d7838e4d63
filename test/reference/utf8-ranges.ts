import type { CodePointRange } from "../../src/grammar/ir.ts";

/// An inclusive range of bytes.
export type ByteRange = readonly [from: number, to: number];

const FIRST_OF_LENGTH = [0, 0x80, 0x800, 0x10000, 0x110000];

/// The UTF-8 of the characters from `from` to `to` (no surrogates between them), as sequences of byte
/// ranges: a text is in the set if some sequence matches it byte by byte.
export function utf8Sequences([from, to]: CodePointRange): ByteRange[][] {
  const out: ByteRange[][] = [];
  for (let length = 1; length <= 4; length++) {
    const low = Math.max(from, FIRST_OF_LENGTH[length - 1]!);
    const high = Math.min(to, FIRST_OF_LENGTH[length]! - 1);
    if (low <= high) out.push(...sameLength(utf8(low), utf8(high)));
  }
  return out;
}

function utf8(codePoint: number): number[] {
  return [...new TextEncoder().encode(String.fromCodePoint(codePoint))];
}

/// Splits where the leading bytes differ, until each part is a product of ranges.
function sameLength(low: number[], high: number[]): ByteRange[][] {
  const [a, ...lowRest] = low as [number, ...number[]];
  const [b, ...highRest] = high as [number, ...number[]];
  if (lowRest.length === 0) return [[[a, b]]];
  const lowest = lowRest.map(() => 0x80);
  const highest = lowRest.map(() => 0xbf);
  if (a === b) return sameLength(lowRest, highRest).map((tail) => [[a, a], ...tail]);
  const head = sameLength(lowRest, highest).map((tail): ByteRange[] => [[a, a], ...tail]);
  const foot = sameLength(lowest, highRest).map((tail): ByteRange[] => [[b, b], ...tail]);
  if (b - a < 2) return [...head, ...foot];
  const middle: ByteRange[] = [[a + 1, b - 1], ...lowest.map((l, i): ByteRange => [l, highest[i]!])];
  return [...head, middle, ...foot];
}
