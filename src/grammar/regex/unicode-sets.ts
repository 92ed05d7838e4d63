import { normalizeRanges } from "../code-points.ts";
import type { CodePointRange } from "../ir.ts";

// Character sets that ECMA-262 names. Properties are asked of the host's own RegExp, whose tables are
// as new as its Unicode version and cost this product nothing.

export const DIGITS: readonly CodePointRange[] = [[0x30, 0x39]];
export const WORD_CHARACTERS: readonly CodePointRange[] = normalizeRanges([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
export const WHITE_SPACE: readonly CodePointRange[] = normalizeRanges([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
export const LINE_TERMINATORS: readonly CodePointRange[] = normalizeRanges([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

export const LINE_FEED: readonly CodePointRange[] = [[0x0a, 0x0a]];

/// A word's characters as Unicode's annex on regular expressions has them.
export function unicodeWordCharacters(): readonly CodePointRange[] {
  return normalizeRanges(["Alphabetic", "M", "Nd", "Pc", "Join_Control"].flatMap(unicodeProperty));
}

const PLANES = 17;
let planes: readonly string[] | undefined;

/// All characters in order, a string for each plane.
function allPlanes(): readonly string[] {
  planes ??= Array.from({ length: PLANES }, (_, plane) => {
    let text = "";
    for (let block = 0; block < 0x10000; block += 0x1000) {
      const codes: number[] = [];
      for (let c = block; c < block + 0x1000; c++)
        if (plane > 0 || c < 0xd800 || c > 0xdfff) codes.push(plane * 0x10000 + c);
      text += String.fromCodePoint(...codes);
    }
    return text;
  });
  return planes;
}

const found = new Map<string, readonly CodePointRange[]>();

/// The characters that `\p{property}` matches; `property` is what stands between the braces, already
/// known to be valid.
export function unicodeProperty(property: string): readonly CodePointRange[] {
  let ranges = found.get(property);
  if (ranges === undefined) {
    ranges = charactersMatching(new RegExp(`\\p{${property}}+`, "gu"));
    found.set(property, ranges);
  }
  return ranges;
}

/// The characters in runs that `run` (flags g and u) matches.
function charactersMatching(run: RegExp): CodePointRange[] {
  const out: CodePointRange[] = [];
  allPlanes().forEach((text, plane) => {
    const codePointAt = (index: number): number => {
      if (plane > 0) return plane * 0x10000 + index / 2;
      return index < 0xd800 ? index : index + 0x800;
    };
    const width = plane > 0 ? 2 : 1;
    for (const match of text.matchAll(run))
      out.push([codePointAt(match.index), codePointAt(match.index + match[0].length - width)]);
  });
  return normalizeRanges(out);
}
