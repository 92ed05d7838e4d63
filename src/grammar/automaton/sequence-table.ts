/// Rooms beyond this are given back when the table is cleared.
const KEPT = 1 << 14;
const FIRST = 64;

/// Numbers sequences of integers in the order in which they first came.
export class SequenceTable {
  count = 0;
  /// Sequence i lies from `starts[i]` up to `starts[i + 1]`.
  pool = new Int32Array(1024);
  starts = new Int32Array(FIRST);
  #hashes = new Int32Array(FIRST);
  /// Open addressing: number + 1, 0 where there is none.
  #slots = new Int32Array(2 * FIRST);

  clear(): void {
    this.count = 0;
    if (this.#slots.length > 2 * KEPT) {
      this.pool = new Int32Array(1024);
      this.starts = new Int32Array(FIRST);
      this.#hashes = new Int32Array(FIRST);
      this.#slots = new Int32Array(2 * FIRST);
    } else this.#slots.fill(0);
  }

  /// The number of the sequence in the first `length` words.
  numberOf(words: Int32Array, length: number): number {
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ words[i]! ^ (hash >>> 15), 0x9e3779b1);
    hash ^= hash >>> 13;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let known = slots[slot]!; known !== 0; known = slots[slot]!) {
      if (this.#hashes[known - 1] === hash && this.#equals(known - 1, words, length)) return known - 1;
      slot = (slot + 1) & mask;
    }
    return this.#insert(words, length, hash, slot);
  }

  #equals(number: number, words: Int32Array, length: number): boolean {
    const from = this.starts[number]!;
    if (this.starts[number + 1]! - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.pool[from + i] !== words[i]) return false;
    return true;
  }

  #insert(words: Int32Array, length: number, hash: number, slot: number): number {
    const number = this.count++;
    const from = this.starts[number]!;
    if (from + length > this.pool.length) {
      const pool = new Int32Array(Math.max(2 * this.pool.length, from + length));
      pool.set(this.pool);
      this.pool = pool;
    }
    for (let i = 0; i < length; i++) this.pool[from + i] = words[i]!;
    if (number + 2 > this.starts.length) this.#grow();
    this.starts[number + 1] = from + length;
    this.#hashes[number] = hash;
    if (4 * this.count > 3 * this.#slots.length) this.#rehash();
    else this.#slots[slot] = number + 1;
    return number;
  }

  #grow(): void {
    const starts = new Int32Array(2 * this.starts.length);
    starts.set(this.starts);
    this.starts = starts;
    const hashes = new Int32Array(starts.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let i = 0; i < this.count; i++) {
      let slot = this.#hashes[i]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
    this.#slots = slots;
  }
}
