import type { HeldOutFile } from "../common/held-out/files.ts";
import type { Stratum } from "./case.ts";
import { CODE, regionsOf, STRING } from "./regions.ts";

/// A hole in a file: UTF-16 offsets of the missing text.
export interface Hole {
  readonly from: number;
  readonly to: number;
}

/// Text before a cursor, at least, so that the model has something to go by.
const LEAST_BEFORE = 200;
const LEAST_MISSING = 2;
const MOST_MISSING = 120;

const WORD = /[\p{ID_Continue}$]/u;
const WORD_START = /[\p{ID_Start}$_]/u;
const OPERATOR = /[-+*/%=<>!&|?:.^~]/;

/// All holes of a stratum in a file, in order. `aligned` has candidates: whether their tokens have a border
/// there is for `isAligned` to say.
///
/// Offsets are those of `textOf(file, stratum)`.
export function holesOf(file: HeldOutFile, stratum: Stratum): Hole[] {
  const text = textOf(file, stratum);
  const fits = test(stratum, text, file);
  const holes: Hole[] = [];
  let lineStart = 0;
  for (const line of text.split("\n")) {
    const end = lineStart + line.trimEnd().length;
    for (let at = Math.max(lineStart, LEAST_BEFORE); at < end; at++) {
      if (isInsidePair(text, at) || !fits(at, lineStart)) continue;
      const to = holeEnd(text, stratum, at, end);
      if (to === undefined || to - at > MOST_MISSING || text.slice(at, to).trim().length < LEAST_MISSING)
        continue;
      holes.push({ from: at, to });
    }
    lineStart += line.length + 1;
  }
  return holes;
}

export function textOf({ text }: HeldOutFile, stratum: Stratum): string {
  return stratum === "CRLF" ? text.replaceAll("\n", "\r\n") : text;
}

/// Whether the tokens of the text before the hole are those that the whole text has there.
export function isAligned(
  text: string,
  { from }: Hole,
  encode: (text: string) => readonly number[],
): boolean {
  const before = encode(text.slice(0, from));
  const whole = encode(text);
  return before.every((token, i) => token === whole[i]);
}

function test(
  stratum: Stratum,
  text: string,
  { language }: HeldOutFile,
): (at: number, lineStart: number) => boolean {
  const regions = regionsOf(text, language);
  const isSource = language === "typescript" || language === "javascript";
  const is = (at: number, pattern: RegExp) => at >= 0 && at < text.length && pattern.test(text[at]!);
  const isCode = (at: number) => regions[at - 1] === CODE && regions[at] === CODE;
  /// Characters of the word before `at`, if one that starts as names do goes on there.
  const inWord = (at: number): number => {
    if (!isSource || !isCode(at) || !is(at, WORD)) return 0;
    let start = at;
    while (is(start - 1, WORD)) start--;
    return is(start, WORD_START) ? at - start : 0;
  };
  switch (stratum) {
    case "identifier 1":
      return (at) => inWord(at) === 1;
    case "identifier 2":
      return (at) => inWord(at) === 2;
    case "identifier 3+":
      return (at) => inWord(at) >= 3;
    case "identifier hole":
      return (at) => inWord(at) >= 1;
    case "line goes on":
      return (at) =>
        isSource && isCode(at) && /[([{,=] ?$/.test(text.slice(at - 2, at)) && is(at, /[^\s)\]},;=>]/);
    case "word end":
      return (at) => isSource && isCode(at) && is(at - 1, WORD) && is(at - 2, WORD) && !is(at, WORD);
    case "space":
      return (at, lineStart) => is(at - 1, / /) && is(at, /\S/) && text.slice(lineStart, at).trim() !== "";
    case "indentation":
      return (at, lineStart) => at > lineStart && is(at, /\S/) && text.slice(lineStart, at).trim() === "";
    case "operator":
      return (at) => isSource && isCode(at) && is(at - 1, OPERATOR) && is(at, /\S/);
    case "number":
      return (at) => {
        if (regions[at] !== CODE || !is(at - 1, /\d/) || !is(at, /[\d.]/)) return false;
        let start = at - 1;
        while (is(start - 1, /[\w.]/)) start--;
        return is(start, /\d/);
      };
    case "string":
      return (at) =>
        regions[at - 2] === STRING &&
        regions[at - 1] === STRING &&
        regions[at] === STRING &&
        !is(at - 1, /["'`\\]/) &&
        !is(at, /["'`]/);
    case "CRLF":
      return (at, lineStart) => is(at, /[^\r\n]/) && text.slice(lineStart, at).trim() === "";
    case "non-ASCII":
      return (at) => text.charCodeAt(at - 1) > 127;
    case "aligned":
      return (at) => !(is(at - 1, WORD) && is(at, WORD));
    default:
      return stratum satisfies never;
  }
}

/// Where the missing text ends; `undefined` where there is no such place.
function holeEnd(text: string, stratum: Stratum, from: number, lineEnd: number): number | undefined {
  if (stratum === "identifier hole") {
    // In the middle of what is left of the word, so that two characters of it stay behind the hole.
    let end = from;
    while (end < lineEnd && WORD.test(text[end]!)) end++;
    return end - from < 4 ? undefined : from + ((end - from) >> 1);
  }
  if (stratum === "line goes on") {
    const length = text.slice(from, lineEnd).search(/[)\]},;]/);
    return length < 0 ? undefined : from + length;
  }
  return lineEnd;
}

function isInsidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
}
