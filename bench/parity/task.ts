import type { GrammarSource } from "../../src/grammar/index.ts";
import type { Comparison } from "./compare.ts";

/// A grammar and texts to follow in both engines.
export interface ParityTask {
  readonly id: string;
  /// "same": XGrammar reads our grammar, printed as its EBNF. "own": each reads the schema with its own
  /// front end.
  readonly arm: "same" | "own";
  readonly source: Exclude<GrammarSource, { kind: "structural-tag" }>;
  readonly texts: readonly string[];
}

export interface ParityAnswer {
  /// Absent if one engine has no grammar.
  readonly comparison?: Comparison;
  /// Why an engine has no grammar.
  readonly refused?: { readonly by: "kernel" | "printer" | "xgrammar"; readonly why: string };
  /// Codes of what the printer warned of.
  readonly warnings: readonly string[];
  /// Arm "own": what makes the first difference go away: one of `CHANGES`, or the keywords without which
  /// it does, each on its own.
  readonly causes?: readonly string[];
}
