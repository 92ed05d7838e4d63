import type { Diagnostic } from "../../base/diagnostic.ts";
import { checkGrammar, expandSets, parseEbnf, parseGbnf, parseRegex } from "../../grammar/index.ts";
import type { Grammar } from "../../grammar/ir.ts";
import type { ParseResult } from "../../grammar/parse-result.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import { tokenDiagnostics } from "./grammar-limits.ts";
import { printEbnf } from "./print-ebnf.ts";
import type { NativeGrammar } from "./protocol.ts";

export interface LoweredSource {
  /// Absent if `diagnostics` holds an error.
  readonly grammar?: NativeGrammar;
  readonly diagnostics: readonly Diagnostic[];
}

/// Brings a grammar into a form that XGrammar reads, and reads rightly.
export function lowerSource(source: GrammarSource): LoweredSource {
  switch (source.kind) {
    case "ebnf":
      return lowerParsed(parseEbnf(source.text, source), source);
    case "gbnf":
      return lowerParsed(parseGbnf(source.text, source), source);
    case "regex":
      return lowerParsed(parseRegex(source.text, source), source);
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
    case "lark":
      return {
        diagnostics: [
          {
            code: "grammar-kind-unsupported",
            severity: "error",
            message: "Lark grammars are not read yet",
            ...(source.file === undefined ? {} : { location: { kind: "file", file: source.file } }),
            hint: "write the grammar as EBNF or GBNF",
          },
        ],
      };
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}

function lowerParsed(parsed: ParseResult, source: GrammarSource): LoweredSource {
  if (!parsed.grammar) return { diagnostics: parsed.diagnostics };
  const diagnostics = [...parsed.diagnostics, ...checkGrammar(parsed.grammar, source)];
  diagnostics.push(...tokenDiagnostics(parsed.grammar, source.file));
  if (diagnostics.some((d) => d.severity === "error")) return { diagnostics };
  return lowerGrammar(parsed.grammar, source, diagnostics);
}

function lowerGrammar(
  grammar: Grammar,
  source: GrammarSource,
  diagnostics: readonly Diagnostic[],
): LoweredSource {
  const expanded = expandSets(grammar, source);
  const all = [...diagnostics, ...expanded.diagnostics];
  if (!expanded.grammar) return { diagnostics: all };
  const text = printEbnf(expanded.grammar);
  // Intersections may turn out empty only now.
  if (text === undefined) return { diagnostics: [...all, emptyLanguage(source)] };
  return { grammar: { kind: "ebnf", text, rootRule: "root" }, diagnostics: all };
}

function emptyLanguage(source: GrammarSource): Diagnostic {
  return {
    code: "grammar-empty-language",
    severity: "error",
    message: "no text matches this grammar",
    ...(source.file === undefined ? {} : { location: { kind: "file", file: source.file } }),
    hint: "its conditions contradict each other: loosen one",
  };
}
