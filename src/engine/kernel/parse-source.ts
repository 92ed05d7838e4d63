import { type ParseResult, parseSource } from "../../grammar/index.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// Reads a grammar for the kernel, which takes left recursion and knows no structural tags.
export function parseForKernel(source: GrammarSource): ParseResult {
  if (source.kind !== "structural-tag") return parseSource(source, "allowed");
  const { kind, file } = source;
  return {
    diagnostics: [
      {
        code: "grammar-kind-unsupported",
        severity: "error",
        message: `${kind} grammars are not read yet`,
        ...(file === undefined ? {} : { location: { kind: "file", file } }),
        hint: "use the xgrammar engine, or write the grammar as EBNF",
      },
    ],
  };
}
