import { readFileSync } from "node:fs";
import type { CompiledGrammar } from "../../src/engine/index.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";

/// What a bench needs of an engine's grammar, with as little between it and the engine as can be.
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

/// The kernel, ready for a vocabulary.
export async function readyKernel(vocabulary: Vocabulary): Promise<KernelEngine> {
  const engine = new KernelEngine({ wasm: readFileSync("out/kernel/kernel.wasm") });
  await engine.prepare(vocabulary);
  return engine;
}

export function benchGrammar(grammar: CompiledGrammar): BenchGrammar {
  return {
    async createMatcher() {
      const matcher = grammar.createMatcher();
      return {
        fill: (mask) => {
          matcher.fillTokenMask(mask);
        },
        accept: (token) => matcher.acceptToken(token),
        dispose: () => matcher.dispose(),
      };
    },
    dispose: () => grammar.dispose(),
  };
}
