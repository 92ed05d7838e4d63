import { readGgufTokenizer, readTokenizerJson } from "../runtime/index.ts";
import { loadBuiltInTokenizer, type Tokenizer } from "../tokenizer/index.ts";
import type { TokenizerRef } from "./api.ts";

/// Tokenizers kept loaded; o200k_base alone takes some 20 MB.
const CAPACITY = 4;

/// Loads tokenizers once and keeps the last few.
export class Tokenizers {
  readonly #loaded = new Map<string, Promise<Tokenizer>>();

  get(ref: TokenizerRef): Promise<Tokenizer> {
    const key = JSON.stringify(ref);
    const known = this.#loaded.get(key);
    if (known) {
      this.#loaded.delete(key);
      this.#loaded.set(key, known);
      return known;
    }
    const loading = load(ref);
    this.#loaded.set(key, loading);
    // A failure is not kept: the file may be right the next time.
    loading.catch(() => this.#loaded.delete(key));
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= CAPACITY) break;
      this.#loaded.delete(oldest);
    }
    return loading;
  }
}

function load(ref: TokenizerRef): Promise<Tokenizer> {
  switch (ref.kind) {
    case "built-in":
      return loadBuiltInTokenizer(ref.name);
    case "gguf":
      return readGgufTokenizer(ref.file);
    case "file":
      return readTokenizerJson(ref.file);
    default:
      return ref satisfies never;
  }
}
