import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";

/// What the bench needs of an engine, with as little between it and the engine as can be.
export interface BenchEngine {
  /// A schema's grammar, or why there is none.
  compile(schema: string): Promise<BenchGrammar | string>;
}

export interface BenchGrammar {
  createMatcher(): Promise<BenchMatcher>;
  dispose(): void;
}

export interface BenchMatcher {
  /// Writes the mask of the next token. What this takes is a TBM.
  fill(mask: Uint32Array): void | Promise<void>;
  accept(token: number): boolean;
  dispose(): void;
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
