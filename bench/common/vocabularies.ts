import { readTokenizerFile } from "../../src/runtime/tokenizer-files.ts";
import { loadBuiltInTokenizer, type TextTokenizer } from "../../src/tokenizer/index.ts";

/// The vocabularies that benches run on: 8,192, 128,256 and 200,019 tokens.
export const VOCABULARIES = ["bundled", "llama3", "o200k_base"] as const;

/// A built-in tokenizer, or the bundled model's.
export function loadTokenizer(name: string): Promise<TextTokenizer> {
  return name === "bundled" ? readTokenizerFile("models/tokenizer.json") : loadBuiltInTokenizer(name);
}
