import { setBit } from "../../base/bitset.ts";
import { utf8Encode } from "../../base/bytes.ts";
import type { ByteMatcher } from "../constraint.ts";

/// The grammar of a list of words.
export class WordMatcher implements ByteMatcher {
  #words: readonly Uint8Array[];
  #length = 0;

  constructor(words: readonly (string | Uint8Array)[], length = 0) {
    this.#words = words.map((word) => (typeof word === "string" ? utf8Encode(word) : word));
    this.#length = length;
  }

  allowedBytes(): Uint32Array {
    const allowed = new Uint32Array(8);
    for (const word of this.#words) if (word.length > this.#length) setBit(allowed, word[this.#length]!);
    return allowed;
  }

  acceptBytes(bytes: Uint8Array): number {
    let words = this.#words;
    let taken = 0;
    for (; taken < bytes.length; taken++) {
      const left = words.filter((word) => word[this.#length + taken] === bytes[taken]);
      if (left.length === 0) break;
      words = left;
    }
    this.#words = words;
    this.#length += taken;
    return taken;
  }

  isAccepting(): boolean {
    return this.#words.some((word) => word.length === this.#length);
  }

  fork(): WordMatcher {
    return new WordMatcher(this.#words, this.#length);
  }

  dispose(): void {}
}
