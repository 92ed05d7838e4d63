import type { CodePointRange } from "./ir.ts";

/// The largest code point.
export const MAX_CODE_POINT = 0x10ffff;

/// Every Unicode scalar value: the code points that UTF-8 can write, so all but the surrogates.
export const ALL_CHARACTERS: readonly CodePointRange[] = [
  [0, 0xd7ff],
  [0xe000, MAX_CODE_POINT],
];

export function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/// Sorted, disjoint, non-adjacent ranges of the same code points, surrogates left out: the form the
/// IR asks for. Ranges whose ends are swapped count as empty.
///
/// `normalizeRanges([[98, 100], [97, 97]])` is `[[97, 100]]`.
export function normalizeRanges(ranges: Iterable<CodePointRange>): CodePointRange[] {
  const parts: [number, number][] = [];
  for (const [from, to] of ranges) {
    if (from > to) continue;
    if (from <= 0xd7ff) parts.push([from, Math.min(to, 0xd7ff)]);
    if (to >= 0xe000) parts.push([Math.max(from, 0xe000), to]);
  }
  return mergeRanges(parts);
}

/// `normalizeRanges` over bytes, where surrogates mean nothing.
export function normalizeByteRanges(ranges: Iterable<CodePointRange>): CodePointRange[] {
  const parts: [number, number][] = [];
  for (const [from, to] of ranges) if (from <= to) parts.push([from, to]);
  return mergeRanges(parts);
}

function mergeRanges(parts: [number, number][]): CodePointRange[] {
  parts.sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last !== undefined && part[0] <= last[1] + 1) last[1] = Math.max(last[1], part[1]);
    else out.push([part[0], part[1]]);
  }
  return out;
}

/// The characters outside of `ranges` (which must be normalized).
///
/// `invertRanges([[1, MAX_CODE_POINT]])` is `[[0, 0]]`.
export function invertRanges(ranges: readonly CodePointRange[]): CodePointRange[] {
  const out: CodePointRange[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) out.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= MAX_CODE_POINT) out.push([next, MAX_CODE_POINT]);
  return normalizeRanges(out);
}

/// The characters in both sets (both normalized).
export function intersectRanges(
  a: readonly CodePointRange[],
  b: readonly CodePointRange[],
): CodePointRange[] {
  const out: CodePointRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]![0], b[j]![0]);
    const to = Math.min(a[i]![1], b[j]![1]);
    if (from <= to) out.push([from, to]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return out;
}

/// The characters of `a` that are not in `b` (both normalized).
export function subtractRanges(a: readonly CodePointRange[], b: readonly CodePointRange[]): CodePointRange[] {
  return intersectRanges(a, invertRanges(b));
}

/// Whether a normalized set holds `codePoint`.
export function rangesHave(ranges: readonly CodePointRange[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const [from, to] = ranges[middle]!;
    if (codePoint < from) high = middle - 1;
    else if (codePoint > to) low = middle + 1;
    else return true;
  }
  return false;
}
