/// Front ends, the intermediate representation, and the passes over it.
export * from "./code-points.ts";
export { parseEbnf } from "./ebnf/ebnf.ts";
export type * from "./ir.ts";
export type { GrammarParseOptions, ParseOptions, ParseResult } from "./parse-result.ts";
export {
  type CheckOptions,
  checkGrammar,
  nullableRules,
  productiveRules,
  reachableRules,
} from "./passes/check.ts";
export { type LeftRecursion, leftRecursion } from "./passes/left-recursion.ts";
export {
  parseRegex,
  parseRegexExpression,
  type RegexOptions,
  type RegexResult,
} from "./regex/regex.ts";
export type * from "./source.ts";
