import type { CancelSignal } from "../base/cancellation.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { type GrammarSource, type RuleNames, ruleNamesInSteps } from "../grammar/index.ts";
import { byteVocabulary } from "./byte-vocabulary.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { inTurns } from "./turns.ts";

/// A check runs while somebody types: it may take less than a compile that somebody waits for.
const TIMEOUT_MS = 5000;
const MEMORY_BYTES = 128 * 1024 * 1024;

/// Everything there is to say about a grammar without a model: it is read, checked as a whole, and
/// compiled by the kernel for a vocabulary of bytes. Nothing is kept.
export async function diagnoseGrammar(
  grammars: CompiledGrammars,
  source: GrammarSource,
  signal?: CancelSignal,
): Promise<readonly Diagnostic[]> {
  const result = await grammars.compile({ source, engine: "tokensieve" }, byteVocabulary(), {
    timeoutMs: TIMEOUT_MS,
    memoryBytes: MEMORY_BYTES,
    ...(signal && { signal }),
  });
  if (result.ok) result.grammar.dispose();
  // Which tokens there are is the model's business.
  return result.diagnostics.filter(({ code }) => code !== "unknown-token").map(asCheck);
}

/// That a check ran out of its budget says little about a compile, which has more.
function asCheck(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.code !== "compile-timeout" && diagnostic.code !== "compile-memory") return diagnostic;
  return {
    ...diagnostic,
    severity: "info",
    message: `The grammar is too large to be checked while you type: ${diagnostic.message}.`,
    hint: "It is compiled with a larger budget where it is used.",
  };
}

/// Where a grammar defines and names rules, also while it has errors; none for notations without rules.
export function grammarNames(source: GrammarSource, signal?: CancelSignal): Promise<RuleNames> {
  return inTurns(ruleNamesInSteps(source, signal === undefined ? {} : { signal }));
}
