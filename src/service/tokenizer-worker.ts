// A worker thread that tokenizes documents, so that a 10 MB file does not hold up generation.
import { parentPort } from "node:worker_threads";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import { chunkText, tokenizePieces } from "../tokenizer/index.ts";
import type { TokenizeResult, TokenizerRef } from "./api.ts";
import { Tokenizers } from "./tokenizers.ts";

export interface TokenizeJob {
  readonly job: number;
  readonly tokenizer: TokenizerRef;
  readonly text: string;
  /// One Int32 that becomes 1 when the job is cancelled.
  readonly cancelled: SharedArrayBuffer;
}

export type TokenizeReply =
  | { readonly job: number; readonly kind: "progress"; readonly fraction: number }
  | { readonly job: number; readonly kind: "done"; readonly result: TokenizeResult }
  | { readonly job: number; readonly kind: "cancelled" }
  | {
      readonly job: number;
      readonly kind: "failed";
      readonly message: string;
      readonly diagnostics?: readonly Diagnostic[];
    };

/// UTF-16 units a slice: some 20 ms of work, which bounds how late a cancel is seen.
const SLICE = 64 * 1024;

const tokenizers = new Tokenizers();
const port = parentPort!;
const reply = (message: TokenizeReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

async function run({ job, tokenizer: ref, text, cancelled }: TokenizeJob): Promise<void> {
  const flag = new Int32Array(cancelled);
  try {
    const tokenizer = await tokenizers.get(ref);
    const parts: TokenizeResult[] = [];
    let done = 0;
    for (const chunk of chunkText(tokenizer, text, SLICE)) {
      if (Atomics.load(flag, 0) === 1) return reply({ job, kind: "cancelled" });
      parts.push(tokenizePieces(tokenizer, chunk));
      done += chunk.length;
      if (text.length > SLICE) reply({ job, kind: "progress", fraction: done / text.length });
    }
    const result = join(parts);
    reply({ job, kind: "done", result }, [
      result.ids.buffer,
      result.byteStarts.buffer,
      result.textStarts.buffer,
    ] as ArrayBuffer[]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({
      job,
      kind: "failed",
      message,
      ...(error instanceof InputError && { diagnostics: error.diagnostics }),
    });
  }
}

port.on("message", (job: TokenizeJob) => void run(job));
