import { clearBit, setBit } from "../base/bitset.ts";
import type { Matcher, TokenMask } from "../engine/index.ts";

/// A suffix longer than this is tried only up to here: the rest of a long document says little about
/// where a completion at the cursor should end.
const MAX_TRIED_BYTES = 4096;

/// Sieves the middle of a document. The text may end not where the grammar's sentence is complete but
/// where the text *after* the cursor continues it: there, and only there, stop tokens are allowed.
/// Without this a model that closes a hole in a JSON object could not stop before it has closed the
/// whole document a second time.
export class SuffixMatcher implements Matcher {
  readonly #base: Matcher;
  readonly #suffix: Uint8Array;
  readonly #wholeSuffix: boolean;
  readonly #stopTokens: readonly number[];
  /// Of the suffix's first line, with its line break.
  readonly #lineLength: number;
  #terminated = false;

  /// `suffix`: the UTF-8 text after the hole, up to the end of the document.
  constructor(base: Matcher, suffix: Uint8Array, stopTokens: readonly number[]) {
    this.#base = base;
    this.#wholeSuffix = suffix.length <= MAX_TRIED_BYTES;
    this.#suffix = suffix.subarray(0, MAX_TRIED_BYTES);
    this.#stopTokens = stopTokens;
    this.#lineLength = this.#suffix.indexOf(0x0a) + 1 || this.#suffix.length;
  }

  /// True if the text so far, then the suffix, is a sentence of the grammar (of a long suffix: the
  /// beginning of one).
  isAccepting(): boolean {
    const before = this.#base.steps;
    const taken = this.#suffix.length === 0 ? 0 : this.#base.acceptBytes(this.#suffix);
    const fits = taken === this.#suffix.length && (!this.#wholeSuffix || this.#base.isAccepting());
    this.#base.rollback(this.#base.steps - before);
    return fits;
  }

  /// True if at least the rest of the line can follow the text so far, and its line break. False where there is only
  /// white space.
  joinsLine(): boolean {
    const line = this.#suffix.subarray(0, this.#lineLength);
    if (line.every((byte) => byte <= 0x20)) return false;
    const before = this.#base.steps;
    const taken = this.#base.acceptBytes(line);
    this.#base.rollback(this.#base.steps - before);
    return taken === line.length;
  }

  isTerminated(): boolean {
    return this.#terminated;
  }

  acceptToken(token: number): boolean {
    if (this.#stopTokens.includes(token)) {
      this.#terminated = this.isAccepting();
      return this.#terminated;
    }
    return this.#base.acceptToken(token);
  }

  acceptBytes(bytes: Uint8Array): number {
    return this.#base.acceptBytes(bytes);
  }

  fillTokenMask(mask: TokenMask): boolean {
    const restricts = this.#base.fillTokenMask(mask);
    const accepting = this.isAccepting();
    for (const token of this.#stopTokens) {
      if (accepting) setBit(mask, token);
      else clearBit(mask, token);
    }
    return restricts || !accepting;
  }

  prepare(budgetMicros: number): boolean {
    return this.#base.prepare?.(budgetMicros) ?? true;
  }

  rollback(steps: number): void {
    // The stop token was never given to the base matcher.
    const own = this.#terminated && steps > 0 ? 1 : 0;
    if (own === 1) this.#terminated = false;
    this.#base.rollback(steps - own);
  }

  get steps(): number {
    return this.#base.steps + (this.#terminated ? 1 : 0);
  }

  fork(): Matcher {
    return new SuffixMatcher(this.#base.fork(), this.#suffix, this.#stopTokens);
  }

  /// Up to where the text may end.
  forcedBytes(): Uint8Array {
    if (this.isAccepting()) return new Uint8Array(0);
    const forced = this.#base.forcedBytes();
    for (let end = 1; end < forced.length; end++) {
      // The suffix can only fit where it says what is forced.
      if (!agree(forced.subarray(end), this.#suffix)) continue;
      this.#base.acceptBytes(forced.subarray(0, end));
      const fits = this.isAccepting();
      this.#base.rollback(1);
      if (fits) return forced.subarray(0, end);
    }
    return forced;
  }

  allowedBytes(): Uint32Array {
    return this.#base.allowedBytes();
  }

  dispose(): void {
    this.#base.dispose();
  }
}

/// Whether one is the beginning of the other.
function agree(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
