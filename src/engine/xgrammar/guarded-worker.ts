import { Worker } from "node:worker_threads";
import { utf8DecodeLossy } from "../../base/bytes.ts";
import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { EngineError } from "../engine.ts";
import { failureDiagnostic } from "./native-diagnostics.ts";
import {
  ARGUMENT,
  CODE,
  CONTROL_WORDS,
  type CompileRequest,
  LENGTH,
  MATCHER,
  MIN_DATA_BYTES,
  type Operation,
  operations,
  REQUEST,
  RESULT,
  STATE,
  STATUS,
  status,
  type VocabularyImage,
  type WorkerReply,
  type WorkerStart,
} from "./protocol.ts";

/// A worker's whole JavaScript heap: far more than the front ends' own limits let them use, because Node
/// ends the process, not the worker, if a large allocation does not fit. (WASM memory is bounded apart.)
const MAX_HEAP_MB = 2048;
/// XGrammar recurses over grammars; the default of 4 MB ends at a few thousand levels.
const STACK_MB = 32;

export type CompileOutcome = Exclude<WorkerReply, { readonly kind: "ready" }> | { readonly kind: "timeout" };

/// One worker thread and the budgets on it. Once dead (killed or crashed) it stays dead.
export class GuardedWorker {
  readonly vocabularyId: string;
  /// Settles when the vocabulary is loaded; rejects if the thread could not start.
  readonly ready: Promise<void>;
  /// WASM memory as last reported.
  memoryBytes = 0;
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #data: Uint8Array;
  readonly #callBudgetMs: number;
  #onReply: ((reply: WorkerReply) => void) | undefined;
  #onDeath: ((error: Error) => void) | undefined;
  #dead = false;

  constructor(workerUrl: URL, image: VocabularyImage, callBudgetMs: number) {
    this.vocabularyId = image.id;
    this.#callBudgetMs = callBudgetMs;
    const control = new SharedArrayBuffer(CONTROL_WORDS * 4);
    const data = new SharedArrayBuffer(Math.max(MIN_DATA_BYTES, ((image.size + 31) >>> 5) * 4));
    this.#control = new Int32Array(control);
    this.#data = new Uint8Array(data);
    this.#worker = new Worker(workerUrl, {
      workerData: { control, data, vocabulary: image } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, stackSizeMb: STACK_MB },
      // What was passed to the process on the command line is not meant for the worker.
      execArgv: [],
      env: {},
    });
    this.#worker.on("message", (reply: WorkerReply) => this.#onReply?.(reply));
    this.#worker.on("error", (error) => this.#died(error));
    this.#worker.on("exit", () => this.#died(new Error("the engine's thread ended")));
    this.ready = new Promise((resolve, reject) => {
      this.#onDeath = reject;
      this.#onReply = () => {
        this.#onReply = this.#onDeath = undefined;
        // An idle worker must not keep the process alive.
        this.#worker.unref();
        resolve();
      };
    });
    // Whoever waits for it hears of it; nobody may be waiting after a cancel.
    this.ready.catch(() => {});
  }

  get dead(): boolean {
    return this.#dead;
  }

  kill(): void {
    this.#dead = true;
    void this.#worker.terminate();
  }

  /// Compiles a grammar into this worker. A time-out or a cancel kills it.
  compile(request: CompileRequest, signal: CancelSignal | undefined): Promise<CompileOutcome> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        this.#onReply = this.#onDeath = undefined;
        this.#worker.unref();
        settle();
      };
      const cancel = () =>
        finish(() => {
          this.kill();
          reject(new CancelledError());
        });
      const timer = setTimeout(
        () =>
          finish(() => {
            this.kill();
            resolve({ kind: "timeout" });
          }),
        request.timeoutMs,
      );
      signal?.addEventListener("abort", cancel, { once: true });
      this.#onReply = (reply) =>
        finish(() => {
          if (reply.kind === "ready") throw new Error("a worker became ready twice");
          if (reply.kind === "failed") this.kill();
          if (reply.kind === "compiled") this.memoryBytes = reply.memoryBytes;
          resolve(reply);
        });
      this.#onDeath = (error) =>
        finish(() =>
          resolve({
            kind: "failed",
            diagnostics: [failureDiagnostic(false, [String(error)], request.source)],
          }),
        );
      this.#worker.ref();
      this.#worker.postMessage(request);
      this.#wake(operations.message);
    });
  }

  /// Makes a call and waits for it. Past its budget, or if the engine breaks, the worker is killed
  /// and an `EngineError` thrown.
  call(operation: Operation, matcher = 0, argument = 0, bytes?: Uint8Array): number {
    if (this.#dead) throw new EngineError(RESTARTED);
    const control = this.#control;
    control[MATCHER] = matcher;
    control[ARGUMENT] = argument;
    if (bytes) {
      this.#data.set(bytes);
      control[LENGTH] = bytes.length;
    }
    this.#wake(operation);
    this.#awaitAnswer();
    if (control[STATUS] !== status.ok) {
      this.kill();
      const output = utf8DecodeLossy(this.#data.slice(0, control[LENGTH]!)).split("\n");
      throw new EngineError(failureDiagnostic(control[STATUS] === status.memory, output));
    }
    return control[RESULT]!;
  }

  /// Bytes that came with the last call's answer. Valid until the next call.
  answer(length = this.#control[LENGTH]!): Uint8Array {
    return this.#data.subarray(0, length);
  }

  #wake(operation: Operation): void {
    this.#control[CODE] = operation;
    Atomics.store(this.#control, STATE, REQUEST);
    Atomics.notify(this.#control, STATE);
  }

  // Without spinning first: a sleeping round trip takes some 11 µs, and on a busy machine a spinning
  // caller keeps the worker from the core it needs (measured: 110 µs).
  #awaitAnswer(): void {
    const until = performance.now() + this.#callBudgetMs;
    // Woken is not answered: the worker's notify of the call before may come late.
    while (Atomics.load(this.#control, STATE) === REQUEST) {
      const left = until - performance.now();
      if (left <= 0) this.#giveUp();
      Atomics.wait(this.#control, STATE, REQUEST, left);
    }
  }

  #giveUp(): never {
    this.kill();
    throw new EngineError({
      code: "mask-timeout",
      severity: "error",
      message: `the grammar engine took more than ${this.#callBudgetMs} ms for one step`,
      hint: "simplify the grammar here (ambiguity and large repetitions cost most), or raise the mask budget",
    });
  }

  #died(error: Error): void {
    this.#dead = true;
    this.#onDeath?.(error);
  }
}

const RESTARTED: Diagnostic = {
  code: "engine-restarted",
  severity: "error",
  message: "the grammar engine was restarted, and this grammar's state is lost",
  hint: "compile the grammar again",
};
