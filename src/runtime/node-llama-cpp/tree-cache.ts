import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import type { KvNode, KvTree } from "./kv-tree.ts";

/// A cache and whose turn it is to use it.
export class TreeCache {
  readonly tree: KvTree;
  readonly #batchSize: number;
  #tokens = 0;
  #decodes = 0;
  #users = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /// `batchSize`: tokens a decode takes at most.
  constructor(tree: KvTree, batchSize: number) {
    this.tree = tree;
    this.#batchSize = batchSize;
  }

  /// Tokens evaluated, once more each time.
  get tokens(): number {
    return this.#tokens;
  }

  /// Batches they were evaluated in. The logits to be read are those of the last one.
  get decodes(): number {
    return this.#decodes;
  }

  /// Runs `work` when nobody else uses the cache: at once, if nobody does.
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("the context tree was disposed"));
    const turn = this.#users === 0 ? work() : this.#last.then(work);
    this.#users++;
    const done = () => {
      this.#users--;
    };
    this.#last = turn.then(done, done);
    return turn;
  }

  /// Lets nobody in any more. Resolves when the last one is done.
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  /// Evaluates a chain of nodes and what is missing above it, batch by batch. `onBatch` gets the nodes
  /// whose logits are wanted, and where they are. Returns how many tokens were there already.
  async evaluate(
    chain: readonly KvNode[],
    wanted: (node: KvNode) => boolean,
    signal: CancelSignal | undefined,
    onBatch?: (nodes: readonly KvNode[], indexes: Uint32Array) => Promise<void>,
  ): Promise<number> {
    let end = this.tree.nearestHeld(chain[0]!.parent!);
    // No `await` before the first decode where there is nothing to wait for: it runs while the caller
    // goes on.
    if (!this.tree.endsAt(end)) end = await this.tree.moveTo(end);
    const missing = [...chain];
    for (let node = missing[0]!.parent!; node !== end; node = node.parent!) missing.unshift(node);
    for (let from = 0; from < missing.length; from += this.#batchSize) {
      throwIfCancelled(signal);
      const batch = missing.slice(from, from + this.#batchSize);
      this.#tokens += batch.length;
      this.#decodes++;
      const indexes = await this.tree.append(batch, wanted);
      await onBatch?.(batch.filter(wanted), indexes);
    }
    return end.depth;
  }
}
