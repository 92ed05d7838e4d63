import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import { GuardedWorker } from "./guarded-worker.ts";
import { operations, type VocabularyImage } from "./protocol.ts";

/// Workers kept for the next compile when their grammar is gone. Starting one costs some 100 ms,
/// with a vocabulary of 128k tokens three times that.
const MAX_IDLE = 2;
/// WASM memory never shrinks: a worker that once grew past this is not kept.
const MAX_IDLE_BYTES = 128 * 1024 * 1024;

/// The engine's workers. Each live grammar has one of its own, so that whatever kills one grammar's
/// worker (a hang, an abort, a cancel while compiling) leaves all other grammars alone.
export class WorkerPool {
  readonly #workerUrl: URL;
  readonly #callBudgetMs: number;
  readonly #all = new Set<GuardedWorker>();
  /// Loaded workers without a grammar, oldest first.
  readonly #idle = new Set<GuardedWorker>();

  constructor(workerUrl: URL, callBudgetMs: number) {
    this.#workerUrl = workerUrl;
    this.#callBudgetMs = callBudgetMs;
  }

  /// A worker with the vocabulary loaded and no grammar; undefined if `limit` are in use. A cancel
  /// leaves a starting worker to start up: the next compile will want it.
  async take(
    image: VocabularyImage,
    limit: number,
    signal: CancelSignal | undefined,
  ): Promise<GuardedWorker | undefined> {
    for (const worker of this.#all) if (worker.dead) this.#all.delete(worker);
    for (const worker of this.#idle) {
      if (worker.dead) this.#idle.delete(worker);
      else if (worker.vocabularyId === image.id) {
        this.#idle.delete(worker);
        return worker;
      }
    }
    if (this.#all.size - this.#idle.size >= limit) return undefined;
    const worker = new GuardedWorker(this.#workerUrl, image, this.#callBudgetMs);
    this.#all.add(worker);
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        worker.ready.then(
          () => this.#keep(worker),
          () => {},
        );
        reject(new CancelledError());
      };
      signal?.addEventListener("abort", cancel, { once: true });
      worker.ready.then(resolve, reject).finally(() => signal?.removeEventListener("abort", cancel));
    });
    return worker;
  }

  /// Takes a worker back when its grammar is no longer needed.
  giveBack(worker: GuardedWorker): void {
    if (worker.dead) return;
    try {
      worker.memoryBytes = worker.call(operations.releaseGrammar);
      this.#keep(worker);
    } catch {
      // It is dead now, which is as good as given back.
    }
  }

  dispose(): void {
    for (const worker of this.#all) worker.kill();
    this.#all.clear();
    this.#idle.clear();
  }

  #keep(worker: GuardedWorker): void {
    if (worker.dead) return;
    if (worker.memoryBytes > MAX_IDLE_BYTES) {
      this.#drop(worker);
      return;
    }
    this.#idle.add(worker);
    for (const oldest of this.#idle) {
      if (this.#idle.size <= MAX_IDLE) break;
      this.#idle.delete(oldest);
      this.#drop(oldest);
    }
  }

  #drop(worker: GuardedWorker): void {
    worker.kill();
    this.#all.delete(worker);
  }
}
