import { hasBit } from "../base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";
import { unreachable } from "./unreachable.ts";

/// What this room needs of a grammar: a matcher of the engine room is one.
export interface ByteMatcher {
  /// Which bytes may come next: a 256-bit set.
  allowedBytes(): Uint32Array;
  /// Takes the longest beginning of `bytes` that is allowed, and returns its length.
  acceptBytes(bytes: Uint8Array): number;
  /// The text so far is complete.
  isAccepting(): boolean;
  fork(): ByteMatcher;
  dispose(): void;
}

/// `next` without the bytes that are not allowed, and without the end unless `mayStop`, made to sum to
/// one again. `rawSum` is what was left of it; if that is nothing, all numbers are zero.
export function restrict(
  next: Pick<NextBytes, "bytes" | "stop">,
  allowed: Uint32Array,
  mayStop: boolean,
): NextBytes {
  const bytes = next.bytes.map((p, b) => (hasBit(allowed, b) ? p : 0));
  const stop = mayStop ? next.stop : 0;
  const rawSum = bytes.reduce((sum, p) => sum + p, stop);
  if (rawSum === 0) return { bytes, stop, rawSum, logScale: 0 };
  return { bytes: bytes.map((p) => p / rawSum), stop: stop / rawSum, rawSum, logScale: 0 };
}

/// A source under a grammar: at each byte its distribution restricted to what the grammar allows.
/// `logProbability` adds up the restricted ones.
export class ConstrainedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #matcher: ByteMatcher;
  #logProbability = 0;

  /// Takes both over: `matcher` must stand where `source` does.
  constructor(source: ByteSource, matcher: ByteMatcher) {
    this.#source = source;
    this.#matcher = matcher;
  }

  get length(): number {
    return this.#source.length;
  }

  get logProbability(): number {
    return this.#logProbability;
  }

  /// Throws the `InputError` `bytes-no-continuation` where nothing that the grammar allows has any
  /// probability.
  async next(signal?: CancelSignal): Promise<NextBytes> {
    const next = restrict(
      await this.#source.next(signal),
      this.#matcher.allowedBytes(),
      this.#matcher.isAccepting(),
    );
    if (next.rawSum > 0) return next;
    throw new InputError({
      code: "bytes-no-continuation",
      severity: "error",
      message: `the model gives no probability to any byte that the grammar allows at byte ${this.length}`,
      location: { kind: "byte", byteOffset: this.length },
      hint: "The model's tokens cannot spell what the grammar wants: use another model, or another grammar.",
    });
  }

  expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    return this.#source.expect(bytes, signal);
  }

  async advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    for (let i = 0; i < bytes.length; i++) {
      throwIfCancelled(signal);
      const byte = bytes[i]!;
      if (!hasBit(this.#matcher.allowedBytes(), byte)) {
        throw unreachable("the grammar", byte, this.length, "The text leaves the grammar here.");
      }
      await this.#source.expect(bytes.subarray(i), signal);
      const p = (await this.next(signal)).bytes[byte]!;
      await this.#source.advance(bytes.subarray(i, i + 1), signal);
      if (this.#matcher.acceptBytes(bytes.subarray(i, i + 1)) !== 1) {
        throw new Error(`the matcher refuses byte ${byte}, which it allowed`);
      }
      this.#logProbability += Math.log(p);
    }
  }

  fork(): ConstrainedSource {
    const other = new ConstrainedSource(this.#source.fork(), this.#matcher.fork());
    other.#logProbability = this.#logProbability;
    return other;
  }

  dispose(): void {
    this.#source.dispose();
    this.#matcher.dispose();
  }
}
