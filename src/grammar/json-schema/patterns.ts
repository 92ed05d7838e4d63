import type { Expression } from "../ir.ts";
import { parseRegexExpression, type RegexResult } from "../regex/regex.ts";
import { containsText } from "./contains-text.ts";

const cache = new Map<string, RegexResult>();
const MAX_CACHED = 2000;
/// Pattern → whether it matches in the keys that it was tried on, which are tried again and again where
/// alternatives are combined.
const answers = new WeakMap<Expression, Map<string, boolean | undefined>>();
const MAX_ANSWERS = 1000;

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
