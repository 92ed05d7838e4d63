/// Front ends, the intermediate representation, and the passes over it.
export * from "./code-points.ts";
export { parseEbnf } from "./ebnf/ebnf.ts";
export { parseGbnf } from "./gbnf/gbnf.ts";
export type * from "./ir.ts";
export { type JsonSchemaSource, parseJsonSchema } from "./json-schema/json-schema.ts";
export { parseLark } from "./lark/lark.ts";
export type { GrammarParseOptions, ParseOptions, ParseResult } from "./parse-result.ts";
export { parseSource, parseSourceInSteps, ruleNamesInSteps } from "./parse-source.ts";
export {
  type CheckOptions,
  checkGrammar,
  nullableRules,
  productiveRules,
  reachableRules,
} from "./passes/check.ts";
export { type LeftRecursion, leftRecursion } from "./passes/left-recursion.ts";
export { placedInSource } from "./place-in-source.ts";
export { printEbnf } from "./print/ebnf.ts";
export { type ExpandResult, expandSets } from "./print/expand-sets.ts";
export { printGbnf } from "./print/gbnf.ts";
export type { PrintOptions, PrintResult } from "./print/printer.ts";
export {
  parseRegex,
  parseRegexExpression,
  type RegexOptions,
  type RegexResult,
} from "./regex/regex.ts";
export type * from "./rule-names.ts";
export type * from "./source.ts";
export {
  type ToolCallOptions,
  type ToolCallResult,
  type ToolCallTemplate,
  toolCallTag,
} from "./structural-tag/tool-calls.ts";
export type { Steps, WorkBudget } from "./work.ts";
