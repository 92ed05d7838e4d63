import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import { benchXGrammar, PlainXGrammar } from "../common/xgrammar.ts";
import type { BenchEngine } from "./bench-engine.ts";

/// XGrammar's WebAssembly build as it comes: in this thread, its strict default.
export async function xgrammarEngine(vocabulary: Vocabulary): Promise<BenchEngine> {
  const engine = await PlainXGrammar.load(vocabulary);
  return {
    compile: async (schema) => benchXGrammar(await engine.schema(schema, true)),
  };
}
