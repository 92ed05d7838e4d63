import { InputError } from "../base/diagnostic.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/// Tokenizers that need no file.
export const builtInTokenizerNames = ["o200k_base", "cl100k_base", "llama3"] as const;

export type BuiltInTokenizerName = (typeof builtInTokenizerNames)[number];

export function isBuiltInTokenizerName(name: string): name is BuiltInTokenizerName {
  return (builtInTokenizerNames as readonly string[]).includes(name);
}

const loaded = new Map<BuiltInTokenizerName, Promise<TextTokenizer>>();

/// A built-in tokenizer: made on the first call, the same object after that. Throws an `InputError`
/// (`tokenizer-unknown`) for any other name.
export function loadBuiltInTokenizer(name: string): Promise<TextTokenizer> {
  if (!isBuiltInTokenizerName(name)) {
    return Promise.reject(
      new InputError({
        code: "tokenizer-unknown",
        severity: "error",
        message: `there is no built-in tokenizer "${name}"`,
        hint: `Use one of ${builtInTokenizerNames.join(", ")}, or the path of a tokenizer.json or GGUF file.`,
      }),
    );
  }
  let tokenizer = loaded.get(name);
  if (tokenizer === undefined) {
    tokenizer = make(name);
    loaded.set(name, tokenizer);
  }
  return tokenizer;
}

// Imported one by one: each is a chunk of megabytes that only its users should load.
async function make(name: BuiltInTokenizerName): Promise<TextTokenizer> {
  switch (name) {
    case "o200k_base":
      return (await import("./o200k-base.ts")).o200kBase();
    case "cl100k_base":
      return (await import("./cl100k-base.ts")).cl100kBase();
    case "llama3":
      return (await import("./llama3.ts")).llama3();
    default:
      return name satisfies never;
  }
}
