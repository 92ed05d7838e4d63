import type { FlatVocabulary } from "./flat-vocabulary.ts";

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/// Finds tokens by their bytes: an open-addressing hash table over a vocabulary's flat arrays.
export class TokenIndex {
  readonly #data: Uint8Array;
  readonly #offsets: Uint32Array;
  /// token + 1 in each used slot, 0 in a free one.
  readonly #slots: Int32Array;
  /// FNV-1a state after each token's bytes, so that a pair's hash continues from its left half.
  readonly #states: Int32Array;

  /// Indexes the tokens that `include` accepts; of several with the same bytes, the lowest id.
  constructor(vocabulary: FlatVocabulary, include: (token: number) => boolean) {
    this.#data = vocabulary.data;
    this.#offsets = vocabulary.offsets;
    this.#states = new Int32Array(vocabulary.size);
    let capacity = 16;
    while (capacity < vocabulary.size * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity);
    for (let token = 0; token < vocabulary.size; token++) {
      const from = this.#offsets[token]!;
      const to = this.#offsets[token + 1]!;
      const state = hash(this.#data, from, to, FNV_OFFSET);
      this.#states[token] = state;
      if (to === from || !include(token)) continue;
      if (this.#find(state, this.#data, from, to, this.#data, 0, 0) < 0) this.#insert(state, token);
    }
  }

  /// The token whose bytes are `bytes[from .. to]`, or -1.
  find(bytes: Uint8Array, from = 0, to = bytes.length): number {
    return this.#find(hash(bytes, from, to, FNV_OFFSET), bytes, from, to, bytes, 0, 0);
  }

  /// The token whose bytes are those of `left` followed by those of `right`, or -1.
  findJoined(left: number, right: number): number {
    const offsets = this.#offsets;
    const from = offsets[right]!;
    const to = offsets[right + 1]!;
    const state = hash(this.#data, from, to, this.#states[left]!);
    return this.#find(state, this.#data, offsets[left]!, offsets[left + 1]!, this.#data, from, to);
  }

  /// Every way to cut an indexed token into two indexed ones.
  forEachSplit(visit: (left: number, right: number, token: number) => void): void {
    for (const used of this.#slots) {
      if (used === 0) continue;
      const token = used - 1;
      const from = this.#offsets[token]!;
      const to = this.#offsets[token + 1]!;
      for (let cut = from + 1; cut < to; cut++) {
        const left = this.find(this.#data, from, cut);
        if (left < 0) continue;
        const right = this.find(this.#data, cut, to);
        if (right >= 0) visit(left, right, token);
      }
    }
  }

  #insert(state: number, token: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(state) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = token + 1;
  }

  #find(state: number, a: Uint8Array, aFrom: number, aTo: number, b: Uint8Array, bFrom: number, bTo: number) {
    const data = this.#data;
    const offsets = this.#offsets;
    const mask = this.#slots.length - 1;
    const aLength = aTo - aFrom;
    const length = aLength + bTo - bFrom;
    for (let slot = spread(state) & mask; ; slot = (slot + 1) & mask) {
      const token = this.#slots[slot]! - 1;
      if (token < 0) return -1;
      const at = offsets[token]!;
      if (this.#states[token] !== state || offsets[token + 1]! - at !== length) continue;
      let i = 0;
      while (i < aLength && data[at + i] === a[aFrom + i]) i++;
      if (i < aLength) continue;
      while (i < length && data[at + i] === b[bFrom + i - aLength]) i++;
      if (i === length) return token;
    }
  }
}

function hash(bytes: Uint8Array, from: number, to: number, state: number): number {
  let h = state;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, FNV_PRIME);
  return h;
}

// FNV's low bits of short inputs are close together; the high ones are not.
function spread(state: number): number {
  return state ^ (state >>> 15);
}
