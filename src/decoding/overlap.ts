import { TELLING_LINE } from "./repetition.ts";

/// Removes from a completion what the text after the cursor says already.
///
/// - The longest end that is also the start of `suffix`: `trimOverlap("b, c);", ");\n")` is `"b, c"`.
///   A word is only removed whole.
/// - Closing brackets and what separates them, however they are spaced:
///   `trimOverlap("x;\n}\n", " }")` is `"x;"`.
/// - From a line on that is the next line of `suffix` and says something.
///
/// Brackets that close what the completion itself opened stay: `trimOverlap("f()", ")")` is `"f()"`.
export function trimOverlap(completion: string, suffix: string): string {
  const text = beforeRepeatedLine(completion, suffix);
  return text.slice(0, exactOverlap(text, suffix) ?? closerOverlap(text, suffix) ?? text.length);
}

function beforeRepeatedLine(completion: string, suffix: string): string {
  const next = suffix
    .split("\n")
    .slice(1)
    .find((line) => line.trim() !== "")
    ?.trim();
  if (next === undefined || next.length < TELLING_LINE || !/\w/.test(next)) return completion;
  const lines = completion.split("\n");
  // The first line goes on from what is before the cursor.
  const at = lines.findIndex((line, i) => i > 0 && line.trim() === next);
  return at < 0 ? completion : lines.slice(0, at).join("\n").trimEnd();
}

/// Where the longest removable end starts that is the start of `suffix`.
function exactOverlap(text: string, suffix: string): number | undefined {
  for (let from = Math.max(0, text.length - suffix.length); from < text.length; from++) {
    if (!suffix.startsWith(text.slice(from))) continue;
    const cutsWord = from > 0 && /\w/.test(text[from]!) && /\w/.test(text[from - 1]!);
    if (!cutsWord && !closesOwn(text, from)) return from;
  }
  return undefined;
}

function closerOverlap(text: string, suffix: string): number | undefined {
  const first = places(suffix, /^[\s)\]},;]*/.exec(suffix)![0], 0);
  const tail = /[\s)\]},;]*$/.exec(text)!;
  const last = places(text, tail[0], tail.index);
  for (let count = Math.min(first.length, last.length); count > 0; count--) {
    const repeated = last.slice(-count);
    if (repeated.some((at, i) => text[at] !== suffix[first[i]!])) continue;
    if (!repeated.some((at) => /[)\]}]/.test(text[at]!)) || closesOwn(text, repeated[0]!)) continue;
    // The suffix brings its own white space, if any.
    return /^\s/.test(suffix) ? text.slice(0, repeated[0]).trimEnd().length : repeated[0];
  }
  return undefined;
}

/// Where the characters of `part`, which starts at `from`, are that are no white space.
function places(text: string, part: string, from: number): number[] {
  const found: number[] = [];
  for (let at = from; at < from + part.length; at++) if (!/\s/.test(text[at]!)) found.push(at);
  return found;
}

const OPENER: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/// Whether a bracket from `from` on closes one that `text` opens before.
function closesOwn(text: string, from: number): boolean {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if ("([{".includes(character)) open.push(at);
    else if (OPENER[character] !== undefined && text[open.at(-1) ?? -1] === OPENER[character]) {
      if (open.pop()! < from && at >= from) return true;
    }
  }
  return false;
}
