import type { Diagnostic } from "../../base/diagnostic.ts";
import {
  checkGrammar,
  parseEbnf,
  parseGbnf,
  parseJsonSchema,
  parseLark,
  parseRegex,
} from "../../grammar/index.ts";
import type { ParseResult } from "../../grammar/parse-result.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// Reads a grammar of any kind into the IR.
export function parseSource(source: GrammarSource): ParseResult {
  switch (source.kind) {
    case "ebnf":
      return checked(parseEbnf(source.text, source), source);
    case "gbnf":
      return checked(parseGbnf(source.text, source), source);
    case "lark":
      return checked(parseLark(source.text, source), source);
    case "regex":
      return checked(parseRegex(source.text, source), source);
    case "json-schema":
      return checked(parseJsonSchema(source), source);
    case "structural-tag":
      return { diagnostics: [unsupported(source)] };
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}

/// Adds what is wrong with the grammar as a whole. The kernel takes left recursion.
function checked(parsed: ParseResult, { file }: GrammarSource): ParseResult {
  if (parsed.grammar === undefined) return parsed;
  const options = { leftRecursion: "allowed", ...(file === undefined ? {} : { file }) } as const;
  const diagnostics = [...parsed.diagnostics, ...checkGrammar(parsed.grammar, options)];
  return diagnostics.some((d) => d.severity === "error") ? { diagnostics } : { ...parsed, diagnostics };
}

function unsupported({ kind, file }: GrammarSource): Diagnostic {
  return {
    code: "grammar-kind-unsupported",
    severity: "error",
    message: `${kind} grammars are not read yet`,
    ...(file === undefined ? {} : { location: { kind: "file", file } }),
    hint: "use the xgrammar engine, or write the grammar as EBNF",
  };
}
