import type { GuardedWorker } from "./guarded-worker.ts";
import type { Operation } from "./protocol.ts";
import type { WorkerPool } from "./worker-pool.ts";

/// A compiled grammar's hold on its worker. Once released the worker may serve another grammar, in
/// which old matcher ids mean something else: nobody but the lease may reach the worker.
export class GrammarLease {
  readonly #pool: WorkerPool;
  readonly #worker: GuardedWorker;
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

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#pool.giveBack(this.#worker);
  }
}
