import { type ParseResult, parseSource } from "../../grammar/index.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// Reads a grammar for the kernel, which takes left recursion.
export function parseForKernel(source: GrammarSource): ParseResult {
  return parseSource(source, "allowed");
}
