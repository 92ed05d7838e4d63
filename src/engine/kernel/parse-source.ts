import { parseEbnf } from "../../grammar/ebnf/ebnf.ts";
import type { ParseResult } from "../../grammar/parse-result.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// Reads a grammar of any kind into the IR.
export function parseSource(source: GrammarSource): ParseResult {
  switch (source.kind) {
    case "ebnf":
      return parseEbnf(source.text, source);
    case "gbnf":
    case "lark":
    case "regex":
    case "json-schema":
    case "structural-tag":
      throw new Error(`${source.kind} is not read yet`);
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}
