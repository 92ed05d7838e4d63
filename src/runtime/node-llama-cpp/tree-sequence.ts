import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import type {
  ChosenLogits,
  ChosenTokens,
  LogitRequest,
  ModelSequence,
  NextTokenLogits,
} from "../../decoding/language-model.ts";
import { contextOverflow } from "./context-overflow.ts";
import type { LogitReader } from "./logits.ts";
import type { TreeCache } from "./tree-cache.ts";

/// A sequence in a cache that others use, too: it finds there what they evaluated.
export class TreeSequence implements ModelSequence {
  readonly maxRows = 1;
  readonly #cache: TreeCache;
  readonly #reader: LogitReader;
  readonly #contextLength: number;
  #reused = 0;
  /// The decode whose logits are ours to read; -1: none.
  #decode = -1;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(cache: TreeCache, reader: LogitReader, contextLength: number) {
    this.#cache = cache;
    this.#reader = reader;
    this.#contextLength = contextLength;
  }

  get reusedTokens(): number {
    return this.#reused;
  }

  evaluate(tokens: readonly number[], signal?: CancelSignal): Promise<void> {
    return this.#alone(() => this.#evaluate(tokens, signal));
  }

  logits(request: LogitRequest): Promise<NextTokenLogits> {
    return this.#read(() => this.#reader.read(request));
  }

  chosen(places: readonly ChosenTokens[]): Promise<ChosenLogits[]> {
    return this.#read(() => this.#reader.chosen(places));
  }

  mostLikely(mask?: Uint32Array): Promise<number | undefined> {
    return this.#read(() => this.#reader.mostLikely(mask));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    this.#reader.dispose();
  }

  async #evaluate(tokens: readonly number[], signal: CancelSignal | undefined): Promise<void> {
    if (tokens.length === 0) throw new Error("there must be a token to evaluate");
    if (tokens.length > this.#contextLength) throw contextOverflow(tokens.length, this.#contextLength);
    throwIfCancelled(signal);
    this.#decode = -1;
    let end = this.#cache.tree.root;
    for (const token of tokens) end = end.child(token);
    try {
      this.#reused = await this.#cache.evaluate([end], (node) => node === end, signal);
    } finally {
      end.detach();
    }
    this.#reader.reset();
    this.#decode = this.#cache.decodes;
  }

  #read<T>(start: () => Promise<T>): Promise<T> {
    return this.#alone(() => {
      if (this.#decode !== this.#cache.decodes) throw new Error("there are no logits before an evaluation");
      return start();
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) throw new Error("the sequence was disposed");
    const turn = this.#cache.alone(async () => work());
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
