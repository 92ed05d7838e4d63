import { InputError } from "../base/diagnostic.ts";
import { readTokenizerFile, readVocabularyFile } from "../runtime/index.ts";
import type { Tokenizer, Vocabulary } from "../tokenizer/index.ts";
import { isBuiltInTokenizerName, loadBuiltInTokenizer } from "../tokenizer/index.ts";
import type { TokenizerRef } from "./api.ts";

/// Tokenizers kept loaded; o200k_base alone takes some 20 MB.
const CAPACITY = 4;

/// Loads tokenizers once and keeps the last few used.
export class Tokenizers {
  readonly #tokenizers = new RecentPromises<Tokenizer>(CAPACITY);
  readonly #vocabularies = new RecentPromises<Vocabulary>(CAPACITY);

  get(ref: TokenizerRef): Promise<Tokenizer> {
    return this.#tokenizers.get(JSON.stringify(ref), () =>
      ref.kind === "built-in" ? loadBuiltIn(ref.name) : readTokenizerFile(ref.file),
    );
  }

  /// The vocabulary alone: there also where the tokenizer cannot be used to encode text.
  vocabulary(ref: TokenizerRef): Promise<Vocabulary> {
    return this.#vocabularies.get(JSON.stringify(ref), async () =>
      ref.kind === "built-in" ? (await this.get(ref)).vocabulary : readVocabularyFile(ref.file),
    );
  }
}

async function loadBuiltIn(name: string): Promise<Tokenizer> {
  if (isBuiltInTokenizerName(name)) return loadBuiltInTokenizer(name);
  throw new InputError({
    code: "tokenizer-unknown",
    severity: "error",
    message: `No tokenizer is called "${name}".`,
    hint: "Choose one of the built-in ones, or a tokenizer.json file.",
  });
}

/// Promises by key, the most recently asked for; failed ones are not kept.
class RecentPromises<T> {
  readonly #capacity: number;
  readonly #entries = new Map<string, Promise<T>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }
}
