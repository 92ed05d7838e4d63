import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import type { BenchGrammar } from "../common/bench-grammar.ts";

export interface BenchEngine {
  /// A schema's grammar, or why there is none.
  compile(schema: string): Promise<BenchGrammar | string>;
}

export type BenchEngineName = "tokensieve" | "xgrammar";

export async function loadEngine(name: BenchEngineName, vocabulary: Vocabulary): Promise<BenchEngine> {
  switch (name) {
    case "tokensieve":
      return (await import("./tokensieve-engine.ts")).tokensieveEngine(vocabulary);
    case "xgrammar":
      return (await import("./xgrammar-engine.ts")).xgrammarEngine(vocabulary);
    default:
      throw new Error(`unknown engine ${name satisfies never}`);
  }
}
