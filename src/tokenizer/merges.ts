import type { TokenIndex } from "./token-index.ts";

/// Which two neighbouring tokens merge, into what, and in which order: the heart of a BPE tokenizer.
export interface Merges {
  /// The token that `left` and `right` merge into, or -1 if they do not.
  merged(left: number, right: number): number;
  /// The priority of the last pair that `merged` found: the lowest is merged first. Below 2²¹.
  readonly rank: number;
  /// Every pair that merges, once at least, with its priority.
  forEachPair(visit: (left: number, right: number, rank: number) => void): void;
}

/// Merges by what the pair's bytes join to: any pair merges whose joined bytes are a token.
/// `ranks` orders the *merged* tokens; without it their ids do (tiktoken's rule).
export class JoinedMerges implements Merges {
  rank = 0;
  readonly #index: TokenIndex;
  readonly #ranks: Uint32Array | undefined;

  constructor(index: TokenIndex, ranks?: Uint32Array) {
    this.#index = index;
    this.#ranks = ranks;
  }

  merged(left: number, right: number): number {
    const token = this.#index.findJoined(left, right);
    if (token >= 0) this.rank = this.#rankOf(token);
    return token;
  }

  forEachPair(visit: (left: number, right: number, rank: number) => void): void {
    this.#index.forEachSplit((left, right, token) => visit(left, right, this.#rankOf(token)));
  }

  #rankOf(token: number): number {
    return this.#ranks === undefined ? token : this.#ranks[token]!;
  }
}

/// Merges as a list, first merged first: `lefts[i]` and `rights[i]` merge into `tokens[i]`. Of a
/// pair listed twice the first entry counts.
export class ListedMerges implements Merges {
  rank = 0;
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #tokens: Int32Array;
  /// Index into the list + 1 in each used slot, 0 in a free one.
  readonly #slots: Int32Array;

  constructor(lefts: Int32Array, rights: Int32Array, tokens: Int32Array) {
    this.#lefts = lefts;
    this.#rights = rights;
    this.#tokens = tokens;
    let capacity = 16;
    while (capacity < lefts.length * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity);
    for (let i = 0; i < lefts.length; i++) {
      const slot = this.#slot(lefts[i]!, rights[i]!);
      if (this.#slots[slot] === 0) this.#slots[slot] = i + 1;
    }
  }

  merged(left: number, right: number): number {
    const entry = this.#slots[this.#slot(left, right)]! - 1;
    if (entry < 0) return -1;
    this.rank = entry;
    return this.#tokens[entry]!;
  }

  forEachPair(visit: (left: number, right: number, rank: number) => void): void {
    for (let i = 0; i < this.#lefts.length; i++) {
      const [left, right] = [this.#lefts[i]!, this.#rights[i]!];
      // Not those that an earlier one hides.
      if (this.#slots[this.#slot(left, right)] === i + 1) visit(left, right, i);
    }
  }

  #slot(left: number, right: number): number {
    const mask = this.#slots.length - 1;
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0 || (this.#lefts[entry] === left && this.#rights[entry] === right)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
