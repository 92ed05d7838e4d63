import { parseEbnf } from "./ebnf/ebnf.ts";
import { parseGbnf } from "./gbnf/gbnf.ts";
import { parseJsonSchema } from "./json-schema/json-schema.ts";
import { parseLark } from "./lark/lark.ts";
import type { ParseResult } from "./parse-result.ts";
import { type CheckOptions, checkGrammar } from "./passes/check.ts";
import { parseRegex } from "./regex/regex.ts";
import type { GrammarSource } from "./source.ts";
import { parseStructuralTag } from "./structural-tag/structural-tag.ts";

/// Reads a grammar of any notation into the IR and checks it as a whole (`checkGrammar`).
/// `leftRecursion` says what the caller's engine makes of it.
export function parseSource(
  source: GrammarSource,
  leftRecursion: NonNullable<CheckOptions["leftRecursion"]>,
): ParseResult {
  const parsed = parse(source);
  // The parts of a structural tag were checked where they were read.
  if (parsed.grammar === undefined || source.kind === "structural-tag") return parsed;
  const options = { leftRecursion, ...(source.file === undefined ? {} : { file: source.file }) };
  const diagnostics = [...parsed.diagnostics, ...checkGrammar(parsed.grammar, options)];
  return diagnostics.some((d) => d.severity === "error") ? { diagnostics } : { ...parsed, diagnostics };
}

function parse(source: GrammarSource): ParseResult {
  switch (source.kind) {
    case "ebnf":
      return parseEbnf(source.text, source);
    case "gbnf":
      return parseGbnf(source.text, source);
    case "lark":
      return parseLark(source.text, source);
    case "regex":
      return parseRegex(source.text, source);
    case "json-schema":
      return parseJsonSchema(source);
    case "structural-tag":
      return parseStructuralTag(source);
    default:
      throw new Error(`unknown source ${source satisfies never}`);
  }
}
