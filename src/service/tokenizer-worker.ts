// A worker thread that tokenizes documents, so that a large file does not hold up generation.
import { parentPort } from "node:worker_threads";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type { TokenizeResult, TokenizerRef } from "./api.ts";
import { tokenizeText } from "./tokenize.ts";
import { Tokenizers } from "./tokenizers.ts";

export interface TokenizeJob {
  readonly job: number;
  readonly tokenizer: TokenizerRef;
  readonly text: string;
  /// One Int32 that becomes 1 when the job is cancelled.
  readonly cancelled: SharedArrayBuffer;
}

export type TokenizeReply =
  | { readonly job: number; readonly kind: "done"; readonly result: TokenizeResult }
  | { readonly job: number; readonly kind: "cancelled" }
  | {
      readonly job: number;
      readonly kind: "failed";
      readonly message: string;
      readonly diagnostics?: readonly Diagnostic[];
    };

const tokenizers = new Tokenizers();
const port = parentPort!;
const reply = (message: TokenizeReply) => port.postMessage(message);

async function run({ job, tokenizer, text, cancelled }: TokenizeJob): Promise<void> {
  const flag = new Int32Array(cancelled);
  try {
    const result = tokenizeText(await tokenizers.get(tokenizer), text, () => Atomics.load(flag, 0) === 1);
    reply(result ? { job, kind: "done", result } : { job, kind: "cancelled" });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const diagnostics = error instanceof InputError ? { diagnostics: error.diagnostics } : {};
    reply({ job, kind: "failed", message, ...diagnostics });
  }
}

port.on("message", (job: TokenizeJob) => void run(job));
