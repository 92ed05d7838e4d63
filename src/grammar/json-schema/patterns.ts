import type { Expression } from "../ir.ts";
import { parseRegexExpression, type RegexResult } from "../regex/regex.ts";
import { containsText } from "./contains-text.ts";
import { fewTexts } from "./few-texts.ts";

// Texts that a pattern may spell to count as a list of them.
const MAX_TEXTS = 64;

const cache = new Map<string, RegexResult>();
const MAX_CACHED = 2000;
/// Pattern → whether it matches in the keys that it was tried on, which are tried again and again where
/// alternatives are combined.
const answers = new WeakMap<Expression, Map<string, boolean | undefined>>();
const MAX_ANSWERS = 1000;
const few = new WeakMap<Expression, ReadonlySet<string> | undefined>();

/// The texts, over decoded characters, in which a `pattern` matches somewhere.
export function patternTexts(source: string): RegexResult {
  let result = cache.get(source);
  if (result === undefined) {
    result = parseRegexExpression(source, { anchored: false });
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(source, result);
  }
  return result;
}

/// The texts in which a `pattern` matches, if it visibly spells a few: `^(foo|bar)$`.
export function textsOfPattern(source: string): ReadonlySet<string> | undefined {
  const { expression } = patternTexts(source);
  if (expression === undefined) return undefined;
  if (!few.has(expression)) few.set(expression, fewTexts(expression, MAX_TEXTS));
  return few.get(expression);
}

/// Whether the pattern matches in `text`; undefined if the pattern could not be read or costs too much.
export function matchesPattern(source: string, text: string): boolean | undefined {
  const expression: Expression | undefined = patternTexts(source).expression;
  if (expression === undefined) return undefined;
  let known = answers.get(expression);
  if (known === undefined || known.size >= MAX_ANSWERS) {
    known = new Map();
    answers.set(expression, known);
  }
  if (!known.has(text)) known.set(text, containsText(expression, text));
  return known.get(text);
}
