import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import { type Automaton, type Budget, lower } from "../../grammar/automaton/index.ts";
import { parseSource } from "../../grammar/index.ts";
import type { Grammar } from "../../grammar/ir.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import { printAutomaton } from "./print-automaton.ts";
import { checkStructuralTag } from "./structural-tag.ts";

/// A grammar in one of the forms XGrammar reads.
export type NativeGrammar =
  /// The root rule is `root`.
  | { readonly kind: "ebnf"; readonly text: string }
  | { readonly kind: "structural-tag"; readonly text: string };

export interface LoweredSource {
  /// Absent if `diagnostics` holds an error.
  readonly grammar?: NativeGrammar;
  readonly diagnostics: readonly Diagnostic[];
}

/// States of the largest grammar that makes sense to hand on: XGrammar takes milliseconds for each.
const MAX_STATES = 50_000;

/// Brings a grammar into a form that XGrammar reads, and reads rightly. `timeoutMs` is a
/// budget of wall-clock time.
export function lowerSource(source: GrammarSource, timeoutMs: number): LoweredSource {
  if (source.kind === "structural-tag") {
    const diagnostics = checkStructuralTag(source);
    if (diagnostics.some((d) => d.severity === "error")) return { diagnostics };
    return { grammar: { kind: "structural-tag", text: source.text }, diagnostics };
  }
  const budget: Budget = {
    now: () => performance.now(),
    deadline: performance.now() + timeoutMs,
    maxStates: MAX_STATES,
  };
  const { grammar, diagnostics } = parseSource(source, "error", budget);
  return grammar ? lowerGrammar(grammar, source, budget, diagnostics) : { diagnostics };
}

function lowerGrammar(
  grammar: Grammar,
  source: GrammarSource,
  budget: Budget,
  diagnostics: readonly Diagnostic[],
): LoweredSource {
  try {
    const automaton = lower(grammar, budget);
    const tokens = tokenDiagnostics(automaton, source.file);
    if (tokens.length > 0) return { diagnostics: [...diagnostics, ...tokens] };
    return { grammar: { kind: "ebnf", text: printAutomaton(automaton) }, diagnostics };
  } catch (error) {
    if (error instanceof InputError) return { diagnostics: [...diagnostics, ...error.diagnostics] };
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      return { diagnostics: [...diagnostics, tooDeep(source.file)] };
    }
    throw error;
  }
}

function tooDeep(file: string | undefined): Diagnostic {
  return {
    code: "grammar-too-deep",
    severity: "error",
    message: "the grammar's expressions are nested too deeply",
    ...(file === undefined ? {} : { location: { kind: "file", file } }),
    hint: "name inner parts as rules of their own",
  };
}

/// An error for each place where the grammar names a token: XGrammar knows text only.
function tokenDiagnostics({ tokenSets }: Automaton, file: string | undefined): Diagnostic[] {
  return tokenSets.map(({ span }) => ({
    code: "engine-token-unsupported",
    severity: "error",
    message: "the xgrammar engine cannot name tokens",
    ...(span === undefined
      ? {}
      : { location: { kind: "text", ...(file === undefined ? {} : { file }), span } }),
    hint: "write the token's text as a literal",
  }));
}
