import { utf8Decode } from "../../base/bytes.ts";
import { ALL_CHARACTERS, invertRanges } from "../code-points.ts";
import type { CodePointRange } from "../ir.ts";

// How characters are written in the notations of the BNF family. Only escapes that both XGrammar and
// llama.cpp read the same way are used: \n \r \t \\ \" \uHHHH \UHHHHHHHH. (\x takes two digits in one
// and any number in the other.)

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
// Control characters, combining marks, spaces but U+0020, private use, unassigned.
const INVISIBLE = /[\p{C}\p{M}\p{Z}]/u;

function codePointEscape(code: number): string {
  const hex = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

function character(c: string, special: string): string {
  const named = NAMED[c];
  if (named !== undefined) return named;
  if (c === '"' && special.includes(c)) return '\\"';
  if (special.includes(c) || (c !== " " && INVISIBLE.test(c))) return codePointEscape(c.codePointAt(0)!);
  return c;
}

/// `"text"`, or undefined if `bytes` are not UTF-8.
export function quoted(bytes: Uint8Array): string | undefined {
  const text = utf8Decode(bytes);
  if (text === undefined) return undefined;
  let out = "";
  for (const c of text) out += character(c, '"');
  return `"${out}"`;
}

/// `[…]` of a set that is neither empty nor everything; negated where that is shorter.
export function characterClass(ranges: readonly CodePointRange[]): string {
  const plain = rangesText(ranges);
  const inverse = invertRanges(ranges);
  if (inverse.length === 0) return `[${plain}]`;
  const negated = rangesText(inverse);
  return negated.length < plain.length ? `[^${negated}]` : `[${plain}]`;
}

export function rangesText(ranges: readonly CodePointRange[]): string {
  let out = "";
  for (const [from, to] of ranges) {
    out += classCharacter(from);
    if (to > from) out += to === from + 1 ? classCharacter(to) : `-${classCharacter(to)}`;
  }
  return out;
}

// A dash or caret is escaped by number: a plain escape of them is not read by every version.
function classCharacter(code: number): string {
  return character(String.fromCodePoint(code), "]-^[");
}

export function isEveryCharacter(ranges: readonly CodePointRange[]): boolean {
  return (
    ranges.length === 2 &&
    ranges[0]![0] === 0 &&
    ranges[1]![1] === ALL_CHARACTERS[1]![1] &&
    invertRanges(ranges).length === 0
  );
}
