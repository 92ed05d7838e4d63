import type { Diagnostic } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { NativeGrammar } from "./protocol.ts";

export interface LoweredSource {
  /// Absent if `diagnostics` holds an error.
  readonly grammar?: NativeGrammar;
  readonly diagnostics: readonly Diagnostic[];
}

/// Brings a grammar into a form that XGrammar reads.
export function lowerSource(source: GrammarSource): LoweredSource {
  switch (source.kind) {
    case "ebnf":
      return {
        grammar: { kind: "ebnf", text: source.text, rootRule: source.rootRule ?? "root" },
        diagnostics: [],
      };
    case "regex":
      return {
        grammar: {
          kind: "structural-tag",
          text: JSON.stringify({ type: "structural_tag", format: { type: "regex", pattern: source.text } }),
        },
        diagnostics: [],
      };
    case "structural-tag":
      return { grammar: { kind: "structural-tag", text: source.text }, diagnostics: [] };
    case "json-schema":
      return {
        grammar: {
          kind: "json-schema",
          text: source.text,
          anyWhitespace: source.whitespace === "flexible",
          separators: source.whitespace === "spaced" ? [", ", ": "] : [",", ":"],
          strict: false,
        },
        diagnostics: [],
      };
    case "gbnf":
    case "lark":
      throw new Error(`${source.kind} is not read yet`);
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}
