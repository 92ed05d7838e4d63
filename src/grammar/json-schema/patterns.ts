import type { Expression } from "../ir.ts";
import { parseRegexExpression, type RegexResult } from "../regex/regex.ts";
import { containsText } from "./contains-text.ts";

const cache = new Map<string, RegexResult>();
const MAX_CACHED = 2000;

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
  return expression === undefined ? undefined : containsText(expression, text);
}
