import type { GuardedWorker } from "./guarded-worker.ts";
import type { Operation } from "./protocol.ts";
import type { WorkerPool } from "./worker-pool.ts";

/// The hold of a compiled grammar and its matchers on their worker. Once the last of them is gone the
/// worker may serve another grammar, in which old matcher ids mean something else: nobody but the lease
/// may reach the worker.
export class GrammarLease {
  readonly #pool: WorkerPool;
  readonly #worker: GuardedWorker;
  #holders = 0;
  #released = false;

  constructor(pool: WorkerPool, worker: GuardedWorker) {
    this.#pool = pool;
    this.#worker = worker;
  }

  call(operation: Operation, matcher = 0, argument = 0, bytes?: Uint8Array): number {
    if (this.#released) throw new Error("the grammar was disposed");
    return this.#worker.call(operation, matcher, argument, bytes);
  }

  /// Bytes that came with the last call's answer. Valid until the next call.
  answer(length?: number): Uint8Array {
    return this.#worker.answer(length);
  }

  /// There is no worker to talk to any more.
  get over(): boolean {
    return this.#released || this.#worker.dead;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    this.#holders--;
    if (this.#holders > 0) return;
    this.#released = true;
    this.#pool.giveBack(this.#worker);
  }
}
