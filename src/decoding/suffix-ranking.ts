import { identifierRemainder } from "../bytes/index.ts";
import type { TextScorer } from "./text-scorer.ts";

/// UTF-16 units of the line behind the cursor, and of what comes behind those, that a model is asked about.
const TAIL = 24;
const AHEAD = 24;

/// Words, and places between words, where a middle is tried to end.
const MOST_ENDS = 8;

/// The text that a middle must join with, and how the model tells whether it does.
export interface SuffixJoin {
  /// The rest of the identifier after the cursor.
  readonly remainder: string;
  /// What is scored behind a middle: the remainder, or more of the line.
  readonly text: string;
  /// The model knows where a middle ends: it is asked how likely it ends behind the text.
  readonly end: boolean;
  /// What is known to come then.
  readonly ahead: string;
  /// Only a middle's first word counts. Whole lines would be compared by their lengths above all: a short wrong
  /// one is likelier than a long one that begins right (measured within names: of 28 lines that this changed
  /// 1 began right by lines, 8 by words).
  readonly firstWord?: boolean;
}

/// Where nothing is known of what comes behind the cursor, middles can be compared by their first words alone,
/// or by where they end.
export function openJoin(fillsIn: boolean): SuffixJoin {
  return fillsIn
    ? { remainder: "", text: "", end: true, ahead: "" }
    : { remainder: "", text: "", end: false, ahead: "", firstWord: true };
}

/// What middles are ranked by, before `suffix`; `undefined` where there is nothing to join with.
///
/// A model that fills in is asked for log P(middle · remainder) + log P(end), if a word goes on after the
/// cursor: otherwise its end of the middle is where the suffix goes on. One that continues text has no
/// end there: for it the rest of the line stands in, remainder or not.
export function suffixJoin(fillsIn: boolean, suffix: string): SuffixJoin | undefined {
  const remainder = identifierRemainder(suffix);
  if (fillsIn) return remainder === "" ? undefined : { remainder, text: remainder, end: true, ahead: "" };
  const line = /^[^\r\n]*/.exec(suffix)![0];
  if (line.trim() === "") return undefined;
  const length = wholeCharacters(line, remainder.length + TAIL);
  const ahead = suffix.slice(length, wholeCharacters(suffix, length + AHEAD));
  return { remainder, text: line.slice(0, length), end: false, ahead };
}

/// Where a middle that `text` begins with may end, likely places first: where the remainder follows, at
/// the text's end, and at ends of its first words.
export function middleEnds(text: string, remainder: string): number[] {
  const ends = new Set<number>();
  if (remainder !== "") {
    for (let at = text.indexOf(remainder); at >= 0; at = text.indexOf(remainder, at + 1)) {
      ends.add(at);
      if (ends.size >= MOST_ENDS / 2) break;
    }
  }
  ends.add(text.length);
  const boundary =
    /(?<=[\p{ID_Continue}$])(?=[^\p{ID_Continue}$])|(?<=[^\p{ID_Continue}$\s])(?=[\s\S])|(?<=\p{Ll})(?=\p{Lu})|(?=\r?\n)/gu;
  for (const { index } of text.matchAll(boundary)) {
    if (ends.size >= MOST_ENDS) break;
    if (index > 0) ends.add(index);
  }
  return [...ends];
}

export interface ScoredMiddle {
  /// Its number in the list of candidates.
  readonly index: number;
  readonly score: number;
}

export interface Ranking {
  /// The likeliest first. Those that cannot be scored are left out.
  readonly ranked: readonly ScoredMiddle[];
  /// How many of the candidates were looked at, from the first on.
  readonly looked: number;
}

/// Ranks candidates for the middle by how they join with the text after the cursor. `isLate` is asked before
/// each but the first whether to leave it at those.
export async function rankBySuffix(
  scorer: TextScorer,
  candidates: readonly string[],
  join: SuffixJoin,
  isLate: () => boolean = () => false,
): Promise<Ranking> {
  const ranked: ScoredMiddle[] = [];
  let looked = 0;
  for (const [index, candidate] of candidates.entries()) {
    if (index > 0 && isLate()) break;
    looked++;
    const { text, ahead } = join.firstWord
      ? firstWord(candidate)
      : { text: candidate + join.text, ahead: join.ahead };
    const score = await scorer.score(text, { end: join.end, ahead });
    if (score !== undefined) ranked.push({ index, score });
  }
  ranked.sort((a, b) => b.score - a.score || a.index - b.index);
  return { ranked, looked };
}

/// A line's first word, number or run of signs with the character behind it, where it ends, and what comes
/// then: of `"ame(x)"` `"ame("` and `"x)"`.
export function firstWord(line: string): { readonly text: string; readonly ahead: string } {
  const whole = `${line}\n`;
  const text = /^\s*(?:[\p{ID_Continue}$]+|[^\p{ID_Continue}$\s]+)?[\s\S]?/u.exec(whole)![0];
  const rest = whole.slice(text.length);
  return { text, ahead: rest.slice(0, wholeCharacters(rest, AHEAD)) };
}

/// The length, or less by one where that would cut a pair of surrogates.
function wholeCharacters(text: string, length: number): number {
  if (length >= text.length) return text.length;
  const code = text.charCodeAt(length);
  return code >= 0xdc00 && code < 0xe000 ? length - 1 : length;
}
