import { startOfRepetition } from "../decoding/index.ts";
import type { CompleteParams } from "./api.ts";

/// Where a completion has said enough, if it has: the first place that any of the rules below names.
///
/// `constrained`: a grammar says what the text is, and may ask for what looks like repetition. `ended`: no
/// more text comes.
export function completionEnd(
  params: CompleteParams,
  text: string,
  { constrained, ended }: { readonly constrained: boolean; readonly ended: boolean },
): number | undefined {
  const ends = [endOfLine(params, text), startOfLoop(text, constrained), startOfBlanks(text)];
  if (!constrained) {
    ends.push(endOfBlock(params, text), startOfRepetition(params.prefix, text, ended));
  }
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/// What is left of a completion that ran out of tokens: its whole lines, if it has any. In the last line, half
/// a statement would be offered.
export function wholeLines(text: string): string {
  const at = text.lastIndexOf("\n");
  return at >= 0 && text.slice(0, at).trim() !== "" ? text.slice(0, at) : text;
}

/// Where a single-line completion ends: before the first line break that follows some text.
function endOfLine(params: CompleteParams, text: string): number | undefined {
  if (!params.singleLine) return undefined;
  const at = text.search(/(?<=\S[^\n]*)\r?\n/);
  return at < 0 ? undefined : at;
}

/// Where a free completion has said enough: at a blank line, or at a line indented less than the one
/// the cursor is in, unless that line only closes what the completion opened.
function endOfBlock(params: CompleteParams, text: string): number | undefined {
  const lines = text.split("\n");
  const current = params.prefix.slice(params.prefix.lastIndexOf("\n") + 1);
  const indent = /^[ \t]*/.exec(current)![0].length;
  let at = lines[0]!.length;
  for (const [i, line] of lines.slice(1).entries()) {
    const whole = i + 2 < lines.length;
    const blank = line.trim() === "";
    if (blank && whole && at > 0) return at;
    const lineIndent = /^[ \t]*/.exec(line)![0].length;
    if (!blank && lineIndent < indent) return at;
    if (!blank && lineIndent === indent && /^[ \t]*[)\]}]+[;,]?$/.test(line.trimEnd()) && whole) {
      return at + 1 + line.trimEnd().length;
    }
    at += 1 + line.length;
  }
  return undefined;
}

/// Where a completion starts to repeat itself: small models fall into loops (`i++) i++) i++)`), of which
/// one turn is worth showing. Under a grammar, which may ask for repetition, only whole words count.
function startOfLoop(text: string, constrained: boolean): number | undefined {
  const loop = (constrained ? /(.{8,80}?)\1\1$/s : /(.{2,60}?)\1\1$/s).exec(text);
  const turn = loop?.[1];
  return turn && (constrained ? /[\p{L}]{2}/u : /\S/).test(turn) ? loop.index + turn.length : undefined;
}

/// Where a completion starts to write nothing but white space, which grammars of data allow without end.
function startOfBlanks(text: string): number | undefined {
  return /\s{48,}$/.exec(text)?.index;
}
