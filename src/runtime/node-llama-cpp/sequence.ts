import type { LlamaContext } from "node-llama-cpp";
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
import type { NativeContext } from "./native.ts";

/// What the sequences of one model share.
export interface SequenceHost {
  /// Waits for the other sequences where the device computes for one at a time.
  readonly exclusive: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /// Tokens a decode takes at most: how long a cancel may have to wait.
  readonly batchSize: number;
  closed(sequence: LlamaSequence): void;
}

const MAX_ROWS = 16;

/// A context of llama.cpp's for one sequence. One context for several would save a compute buffer, but
/// a decode for one sequence overwrites the logits of the others.
export class LlamaSequence implements ModelSequence {
  readonly #context: LlamaContext;
  readonly #native: NativeContext;
  readonly #reader: LogitReader;
  readonly #host: SequenceHost;
  /// The tokens whose keys and values are in the cache.
  #cached: number[] = [];
  #reused = 0;
  /// How many rows of logits there are to read.
  #rows = 0;
  #work: Promise<unknown> | undefined;
  #disposed = false;

  constructor(context: LlamaContext, native: NativeContext, reader: LogitReader, host: SequenceHost) {
    this.#context = context;
    this.#native = native;
    this.#reader = reader;
    this.#host = host;
  }

  get reusedTokens(): number {
    return this.#reused;
  }

  get maxRows(): number {
    return Math.min(MAX_ROWS, this.#host.batchSize);
  }

  evaluate(tokens: readonly number[], signal?: CancelSignal, rows = 1): Promise<void> {
    return this.#alone(() => this.#evaluate(tokens, signal, rows));
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
    // The native side must not lose its memory under a running decode.
    await this.#work?.catch(() => undefined);
    this.#reader.dispose();
    await this.#context.dispose();
    this.#host.closed(this);
  }

  // No `await` before the first decode: it runs while the caller computes the mask.
  async #evaluate(tokens: readonly number[], signal: CancelSignal | undefined, rows: number): Promise<void> {
    if (tokens.length === 0) throw new Error("there must be a token to evaluate");
    if (rows < 1 || rows > Math.min(tokens.length, this.maxRows)) throw new Error(`${rows} rows of logits`);
    const room = this.#context.contextSize;
    if (tokens.length > room) throw contextOverflow(tokens.length, room);
    throwIfCancelled(signal);
    if (rows <= this.#rows && this.#isCached(tokens)) {
      this.#reused = tokens.length;
      return;
    }
    this.#rows = 0;
    this.#keep(tokens, rows);
    this.#reused = this.#cached.length;
    let indexes = new Uint32Array(0);
    while (this.#cached.length < tokens.length) {
      if (this.#cached.length > this.#reused) throwIfCancelled(signal);
      const from = this.#cached.length;
      // Logits stay until the next batch only: the last one has all that are wanted.
      const all = tokens.length - from <= this.#host.batchSize;
      const to = all ? tokens.length : Math.min(from + this.#host.batchSize, tokens.length - rows);
      const decode = () => this.#decode(tokens.slice(from, to), all ? rows : 0);
      indexes = await (this.#host.exclusive ? this.#host.exclusive(decode) : decode());
    }
    this.#reader.reset(indexes);
    this.#rows = rows;
  }

  #isCached(tokens: readonly number[]): boolean {
    return tokens.length === this.#cached.length && tokens.every((token, i) => this.#cached[i] === token);
  }

  /// Cuts the cache down to what it shares with `tokens`, without the last ones, whose logits are wanted.
  #keep(tokens: readonly number[], rows: number): void {
    const most = Math.min(this.#cached.length, tokens.length - rows);
    let shared = 0;
    while (shared < most && this.#cached[shared] === tokens[shared]) shared++;
    if (shared === this.#cached.length) return;
    if (shared > 0 && this.#native.removeTokenCellsFromSequence(0, shared, -1)) {
      this.#cached.length = shared;
    } else {
      // Recurrent models have one state, and no way back from it.
      this.#forget();
    }
  }

  async #decode(batch: readonly number[], rows: number): Promise<Uint32Array<ArrayBuffer>> {
    const wanted = Uint32Array.from({ length: rows }, (_, i) => batch.length - rows + i);
    this.#native.initBatch(batch.length);
    const indexes = this.#native.addToBatch(0, this.#cached.length, Uint32Array.from(batch), wanted);
    try {
      await this.#native.decodeBatch();
    } catch (error) {
      this.#forget();
      throw error;
    }
    for (const token of batch) this.#cached.push(token);
    return Uint32Array.from(indexes);
  }

  #forget(): void {
    this.#native.disposeSequence(0);
    this.#cached.length = 0;
  }

  #read<T>(start: () => Promise<T>): Promise<T> {
    if (this.#rows === 0) throw new Error("there are no logits before an evaluation");
    return this.#alone(start);
  }

  #alone<T>(start: () => Promise<T>): Promise<T> {
    if (this.#disposed) throw new Error("the sequence was disposed");
    if (this.#work) throw new Error("a sequence does one thing at a time");
    const work = start();
    this.#work = work;
    const done = () => {
      this.#work = undefined;
    };
    work.then(done, done);
    return work;
  }
}
