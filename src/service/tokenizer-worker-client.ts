import { Worker } from "node:worker_threads";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { TokenizeParams, TokenizeResult } from "./api.ts";
import type { TokenizeJob, TokenizeReply } from "./tokenizer-worker.ts";

interface Waiting {
  resolve(result: TokenizeResult): void;
  reject(error: Error): void;
}

/// The service's end of the tokenizer worker, which it starts on first use.
export class TokenizerWorker {
  readonly #url: URL;
  #worker: Worker | undefined;
  #nextJob = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor(url: URL) {
    this.#url = url;
  }

  tokenize(params: TokenizeParams, signal: AbortSignal): Promise<TokenizeResult> {
    const worker = this.#start();
    const cancelled = new SharedArrayBuffer(4);
    const job: TokenizeJob = {
      job: this.#nextJob++,
      tokenizer: params.tokenizer,
      text: params.text,
      cancelled,
    };
    signal.addEventListener("abort", () => Atomics.store(new Int32Array(cancelled), 0, 1), { once: true });
    return new Promise((resolve, reject) => {
      this.#waiting.set(job.job, { resolve, reject });
      worker.postMessage(job);
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#url);
    worker.on("message", (reply: TokenizeReply) => this.#receive(reply));
    worker.on("error", (error) => this.#fail(error));
    this.#worker = worker;
    return worker;
  }

  #receive(reply: TokenizeReply): void {
    const waiting = this.#waiting.get(reply.job);
    if (!waiting) return;
    this.#waiting.delete(reply.job);
    switch (reply.kind) {
      case "done":
        waiting.resolve(reply.result);
        break;
      case "cancelled":
        waiting.reject(new CancelledError());
        break;
      case "failed":
        waiting.reject(reply.diagnostics ? new InputError(reply.diagnostics) : new Error(reply.message));
        break;
      default:
        reply satisfies never;
    }
  }

  /// The worker died (out of memory, say): its jobs fail, the next one starts a new worker.
  #fail(error: Error): void {
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
