import type { CompiledGrammar, GrammarMatcher } from "@mlc-ai/web-xgrammar";
import { GrammarMatcher as NativeMatcher } from "@mlc-ai/web-xgrammar";
import { setBit } from "../../base/bitset.ts";
import { MAX_FORCED_BYTES } from "./protocol.ts";
import type { NativeVocabulary } from "./worker-vocabulary.ts";

/// A matcher on XGrammar's side of the thread border.
///
/// XGrammar's own unit of text is the token; bytes are fed as the single-byte tokens that
/// `NativeVocabulary` adds, never as strings, so that half characters and rollback need no special
/// case. Its findJumpForwardString is not used: on a character class with one character outside
/// ASCII it takes the code point for a byte and then drops states it never pushed.
export class WorkerMatcher {
  readonly #native: GrammarMatcher;
  readonly #vocabulary: NativeVocabulary;
  /// Native tokens taken, for `fork`: XGrammar cannot copy a matcher.
  readonly #taken: number[] = [];
  /// Native tokens of each step.
  readonly #steps: number[] = [];
  #terminated = false;

  private constructor(native: GrammarMatcher, vocabulary: NativeVocabulary) {
    this.#native = native;
    this.#vocabulary = vocabulary;
  }

  static async create(grammar: CompiledGrammar, vocabulary: NativeVocabulary): Promise<WorkerMatcher> {
    return new WorkerMatcher(await NativeMatcher.createGrammarMatcher(grammar), vocabulary);
  }

  async fork(grammar: CompiledGrammar): Promise<WorkerMatcher> {
    const copy = await WorkerMatcher.create(grammar, this.#vocabulary);
    for (const token of this.#taken) {
      if (!copy.#take(token)) throw new Error("replay of accepted tokens failed");
    }
    copy.#terminated = this.#terminated;
    return copy;
  }

  acceptToken(token: number): boolean {
    if (token < 0 || token >= this.#vocabulary.size || !this.#take(token)) return false;
    this.#steps.push(1);
    this.#terminated = this.#vocabulary.isStop(token);
    return true;
  }

  acceptBytes(bytes: Uint8Array, newStep: boolean): number {
    if (newStep) this.#steps.push(0);
    let length = 0;
    while (length < bytes.length && this.#take(this.#vocabulary.byteToken(bytes[length]!))) length++;
    this.#steps[this.#steps.length - 1]! += length;
    return length;
  }

  /// Writes the mask; false if it allows every normal token.
  async fillTokenMask(mask: Uint32Array): Promise<boolean> {
    if (this.#terminated) {
      mask.fill(0);
      return true;
    }
    const words = await this.#native.getNextTokenBitmask();
    mask.set(words.subarray(0, mask.length));
    // The last word goes on with tokens that only XGrammar knows.
    const tail = this.#vocabulary.size & 31;
    if (tail !== 0) mask[mask.length - 1]! &= (1 << tail) - 1;
    return !this.#vocabulary.allowsEveryNormalToken(mask);
  }

  rollback(steps: number): void {
    if (steps === 0) return;
    let tokens = 0;
    for (let i = 0; i < steps; i++) tokens += this.#steps.pop()!;
    this.#native.rollBack(tokens);
    this.#taken.length -= tokens;
    this.#terminated = false;
  }

  isAccepting(): boolean {
    return this.#terminated || this.#canTake(this.#vocabulary.endToken);
  }

  allowedBytes(): Uint32Array {
    const set = new Uint32Array(8);
    for (let byte = 0; byte < 256; byte++) {
      if (this.#canTake(this.#vocabulary.byteToken(byte))) setBit(set, byte);
    }
    return set;
  }

  forcedBytes(): Uint8Array {
    const forced: number[] = [];
    while (forced.length < MAX_FORCED_BYTES && !this.isAccepting()) {
      const byte = this.#onlyByte();
      if (byte === undefined) break;
      this.#native.acceptToken(this.#vocabulary.byteToken(byte));
      forced.push(byte);
    }
    if (forced.length > 0) this.#native.rollBack(forced.length);
    return Uint8Array.from(forced);
  }

  dispose(): void {
    this.#native.dispose();
  }

  #onlyByte(): number | undefined {
    let only: number | undefined;
    for (let byte = 0; byte < 256; byte++) {
      if (!this.#canTake(this.#vocabulary.byteToken(byte))) continue;
      if (only !== undefined) return undefined;
      only = byte;
    }
    return only;
  }

  #take(token: number): boolean {
    // XGrammar prints a warning for each token offered after the end.
    if (this.#terminated || !this.#native.acceptToken(token)) return false;
    this.#taken.push(token);
    return true;
  }

  #canTake(token: number): boolean {
    if (this.#terminated || !this.#native.acceptToken(token)) return false;
    this.#native.rollBack(1);
    return true;
  }
}
