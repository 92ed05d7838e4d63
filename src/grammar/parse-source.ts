import type { Diagnostic } from "../base/diagnostic.ts";
import type { Span } from "../base/span.ts";
import { ebnfSteps } from "./ebnf/ebnf.ts";
import { gbnfSteps } from "./gbnf/gbnf.ts";
import type { Grammar } from "./ir.ts";
import { jsonSchemaSteps } from "./json-schema/json-schema.ts";
import { larkSteps } from "./lark/lark.ts";
import { type ParseResult, textDiagnostic } from "./parse-result.ts";
import { type CheckOptions, checkSteps } from "./passes/check.ts";
import { placedInSource } from "./place-in-source.ts";
import { regexSteps } from "./regex/regex.ts";
import type { RuleNames } from "./rule-names.ts";
import type { GrammarSource } from "./source.ts";
import { structuralTagSteps } from "./structural-tag/structural-tag.ts";
import { meteredSteps, OUT_OF_WORK_HINT, OutOfWork, runAll, type Steps, type WorkBudget } from "./work.ts";

type LeftRecursion = NonNullable<CheckOptions["leftRecursion"]>;

/// Reads a grammar of any notation into the IR and checks it as a whole (`checkGrammar`).
/// `leftRecursion` says what the caller's engine makes of it, `takesUnordered` whether it takes `unordered`
/// expressions; if not, JSON Schemas in any order are written as far as that can be without. A budget that is used
/// up is the error `compile-timeout`; its signal throws `CancelledError`.
export function parseSource(
  source: GrammarSource,
  leftRecursion: LeftRecursion,
  budget: WorkBudget = {},
  takesUnordered = false,
): ParseResult {
  return runAll(parseSourceInSteps(source, leftRecursion, budget, takesUnordered));
}

/// The same for callers that must let others run in between.
export function parseSourceInSteps(
  source: GrammarSource,
  leftRecursion: LeftRecursion,
  budget: WorkBudget,
  takesUnordered = false,
): Steps<ParseResult> {
  return meteredSteps(budget, stepsOf(source, leftRecursion, takesUnordered));
}

/// Where a source defines and names rules, in error or not; nowhere in notations without rules. The signal of
/// the budget throws `CancelledError`.
export function ruleNamesInSteps(source: GrammarSource, budget: WorkBudget): Steps<RuleNames> {
  return meteredSteps(budget, namesOf(source));
}

const NO_NAMES: RuleNames = { definitions: [], references: [] };

function* namesOf(source: GrammarSource): Steps<RuleNames> {
  if (source.kind !== "ebnf" && source.kind !== "gbnf" && source.kind !== "lark") return NO_NAMES;
  return (yield* parse(source, false)).names ?? NO_NAMES;
}

function* stepsOf(
  source: GrammarSource,
  leftRecursion: LeftRecursion,
  takesUnordered: boolean,
): Steps<ParseResult> {
  const parsed = yield* parseInTime(source, takesUnordered);
  // The parts of a structural tag were checked where they were read.
  if (parsed.grammar === undefined || source.kind === "structural-tag") return parsed;
  yield;
  const options = { leftRecursion, ...(source.file === undefined ? {} : { file: source.file }) };
  const found = yield* checkInTime(parsed.grammar, options);
  const diagnostics = [
    ...parsed.diagnostics,
    ...(source.kind === "json-schema" ? ofSchema(found, source) : found),
  ];
  return diagnostics.some((d) => d.severity === "error") ? { diagnostics } : { ...parsed, diagnostics };
}

function* parseInTime(source: GrammarSource, takesUnordered: boolean): Steps<ParseResult> {
  try {
    return yield* parse(source, takesUnordered);
  } catch (error) {
    if (!(error instanceof OutOfWork)) throw error;
    const { location } = error;
    const found = timeout(
      source.file,
      undefined,
      "the grammar took too long to read; its time was over here",
    );
    return { diagnostics: [location === undefined ? found : { ...found, location }] };
  }
}

/// What a check of the rules of a schema says of the schema: rules that nobody wrote are nobody's matter.
function ofSchema(found: readonly Diagnostic[], source: GrammarSource): Diagnostic[] {
  return found.filter(({ severity }) => severity === "error").map((d) => placedInSource(source, d));
}

function* checkInTime(grammar: Grammar, options: CheckOptions): Steps<Diagnostic[]> {
  try {
    return yield* checkSteps(grammar, options);
  } catch (error) {
    if (!(error instanceof OutOfWork)) throw error;
    const { rules, rootRule } = grammar;
    const message = `the grammar took too long to check: it has ${rules.length} rules`;
    return [timeout(options.file, rules[rootRule]!.span, message)];
  }
}

function timeout(file: string | undefined, span: Span | undefined, message: string): Diagnostic {
  const at = span ?? { from: 0, to: 0 };
  return textDiagnostic("compile-timeout", "error", file, at, message, OUT_OF_WORK_HINT);
}

function* parse(source: GrammarSource, takesUnordered: boolean): Steps<ParseResult> {
  switch (source.kind) {
    case "ebnf":
      return yield* ebnfSteps(source.text, source);
    case "gbnf":
      return yield* gbnfSteps(source.text, source);
    case "lark":
      return yield* larkSteps(source.text, source);
    case "regex":
      return yield* regexSteps(source.text, source);
    case "json-schema":
      return yield* jsonSchemaSteps(source, takesUnordered);
    case "structural-tag":
      return yield* structuralTagSteps(source, takesUnordered);
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}
