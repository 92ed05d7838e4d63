import { bitsetWords } from "../../base/bitset.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import { EngineError, type Matcher, type TokenMask } from "../engine.ts";
import type { GrammarLease } from "./grammar-lease.ts";
import { MIN_DATA_BYTES, type Operation, operations } from "./protocol.ts";

/// The engine's side of a `WorkerMatcher`.
export class XGrammarMatcher implements Matcher {
  readonly #lease: GrammarLease;
  readonly #vocabulary: Vocabulary;
  readonly #id: number;
  #steps = 0;
  #terminated = false;
  #disposed = false;
  #failure: EngineError | undefined;

  constructor(lease: GrammarLease, vocabulary: Vocabulary, id: number) {
    this.#lease = lease;
    this.#vocabulary = vocabulary;
    this.#id = id;
    lease.hold();
    abandoned.register(this, { lease, id }, this);
  }

  get steps(): number {
    return this.#steps;
  }

  acceptToken(token: number): boolean {
    if (this.#terminated || this.#call(operations.acceptToken, token) === 0) {
      this.#check();
      return false;
    }
    this.#steps++;
    this.#terminated = this.#vocabulary.stopTokens.includes(token);
    return true;
  }

  acceptBytes(bytes: Uint8Array): number {
    let taken = this.#call(operations.acceptBytes, 1, bytes.subarray(0, MIN_DATA_BYTES));
    this.#steps++;
    for (let from = MIN_DATA_BYTES; from < bytes.length && taken === from; from += MIN_DATA_BYTES) {
      taken += this.#call(operations.acceptBytes, 0, bytes.subarray(from, from + MIN_DATA_BYTES));
    }
    return taken;
  }

  fillTokenMask(mask: TokenMask): boolean {
    const words = bitsetWords(this.#vocabulary.size);
    if (mask.length < words) throw new RangeError(`a mask of ${words} words is needed`);
    const restricts = this.#call(operations.fillTokenMask) === 1;
    const answer = this.#lease.answer(words * 4);
    mask.set(new Uint32Array(answer.buffer, answer.byteOffset, words));
    return restricts;
  }

  rollback(steps: number): void {
    if (steps < 0 || steps > this.#steps) {
      throw new RangeError(`cannot undo ${steps} of ${this.#steps} steps`);
    }
    this.#call(operations.rollback, steps);
    this.#steps -= steps;
    if (steps > 0) this.#terminated = false;
  }

  fork(): Matcher {
    const id = this.#call(operations.fork);
    const copy = new XGrammarMatcher(this.#lease, this.#vocabulary, id);
    copy.#terminated = this.#terminated;
    return copy;
  }

  isAccepting(): boolean {
    return this.#call(operations.isAccepting) === 1;
  }

  isTerminated(): boolean {
    this.#check();
    return this.#terminated;
  }

  forcedBytes(): Uint8Array {
    this.#call(operations.forcedBytes);
    return this.#lease.answer().slice();
  }

  allowedBytes(): Uint32Array {
    this.#call(operations.allowedBytes);
    return new Uint32Array(this.#lease.answer(32).slice().buffer);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    disposeMatcher({ lease: this.#lease, id: this.#id });
  }

  #call(operation: Operation, argument = 0, bytes?: Uint8Array): number {
    this.#check();
    try {
      return this.#lease.call(operation, this.#id, argument, bytes);
    } catch (error) {
      if (error instanceof EngineError) this.#failure = error;
      throw error;
    }
  }

  #check(): void {
    if (this.#disposed) throw new Error("the matcher was disposed");
    if (this.#failure) throw this.#failure;
  }
}

interface Handle {
  readonly lease: GrammarLease;
  readonly id: number;
}

function disposeMatcher({ lease, id }: Handle): void {
  try {
    if (!lease.over) lease.call(operations.disposeMatcher, id);
  } catch (error) {
    // A worker that breaks now is killed, and its other matchers say so when they are used.
    if (!(error instanceof EngineError)) throw error;
  } finally {
    lease.release();
  }
}

/// Matchers nobody disposed of.
const abandoned = new FinalizationRegistry<Handle>(disposeMatcher);
