import type { Vocabulary } from "../tokenizer/vocabulary.ts";

/// A vocabulary's text tokens in the order of their bytes: a trie without nodes. The tokens that begin
/// with some bytes are neighbours, so a trie's node is a range of places, and going down is a search
/// for where the next byte starts and ends. Everything a next-byte distribution adds up lies in a row.
///
/// Of tokens with equal bytes the lowest id comes first. Special and unused tokens are no text: they
/// have no place.
export class TokenOrder {
  static readonly #known = new WeakMap<Vocabulary, TokenOrder>();

  /// Token id at each place.
  readonly ids: Int32Array;
  /// Token at place i is `data[offsets[i] .. offsets[i + 1]]`.
  readonly data: Uint8Array;
  readonly offsets: Uint32Array;
  /// Tokens that begin with byte b are the places `firsts[b] .. firsts[b + 1]`.
  readonly firsts: Uint32Array;
  /// Ids that are no text.
  readonly others: Int32Array;
  /// Bytes of the longest token.
  readonly longest: number;
  #places: Int32Array | undefined;

  static of(vocabulary: Vocabulary): TokenOrder {
    let order = TokenOrder.#known.get(vocabulary);
    if (!order) {
      order = new TokenOrder(vocabulary);
      TokenOrder.#known.set(vocabulary, order);
    }
    return order;
  }

  private constructor(vocabulary: Vocabulary) {
    const ids: number[] = [];
    const others: number[] = [];
    const starts = new Uint32Array(vocabulary.size + 1);
    for (let id = 0; id < vocabulary.size; id++) {
      const text = vocabulary.kind(id) === "normal";
      (text ? ids : others).push(id);
      starts[id + 1] = starts[id]! + (text ? vocabulary.bytes(id).length : 0);
    }
    const unsorted = new Uint8Array(starts[vocabulary.size]!);
    for (const id of ids) unsorted.set(vocabulary.bytes(id), starts[id]!);

    this.ids = Int32Array.from(ids);
    this.others = Int32Array.from(others);
    sortByBytes(this.ids, unsorted, starts);
    this.data = new Uint8Array(unsorted.length);
    this.offsets = new Uint32Array(ids.length + 1);
    for (let i = 0; i < ids.length; i++) {
      const id = this.ids[i]!;
      const at = this.offsets[i]!;
      this.data.set(unsorted.subarray(starts[id]!, starts[id + 1]!), at);
      this.offsets[i + 1] = at + starts[id + 1]! - starts[id]!;
    }
    this.longest = ids.reduce((most, id) => Math.max(most, starts[id + 1]! - starts[id]!), 0);
    this.firsts = new Uint32Array(257);
    for (let b = 0; b <= 256; b++) this.firsts[b] = this.lowerBound(0, ids.length, 0, b);
  }

  get size(): number {
    return this.ids.length;
  }

  /// Where a token is; -1 if it is no text.
  placeOf(id: number): number {
    if (this.#places === undefined) {
      this.#places = new Int32Array(this.ids.length + this.others.length).fill(-1);
      for (let place = 0; place < this.ids.length; place++) this.#places[this.ids[place]!] = place;
    }
    return this.#places[id]!;
  }

  lengthAt(place: number): number {
    return this.offsets[place + 1]! - this.offsets[place]!;
  }

  /// A view: copy it before you change it.
  bytesAt(place: number): Uint8Array {
    return this.data.subarray(this.offsets[place]!, this.offsets[place + 1]!);
  }

  /// The first place of `from .. to` whose byte at `depth` is `byte` or more; `to` if there is none.
  /// All tokens there must have their first `depth` bytes in common, and more.
  lowerBound(from: number, to: number, depth: number, byte: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.data[this.offsets[middle]! + depth]! < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /// The places of the tokens that begin with `prefix` and are longer.
  beginningWith(prefix: Uint8Array): { readonly from: number; readonly to: number } {
    let from = 0;
    let to = this.size;
    for (let depth = 0; depth < prefix.length && from < to; depth++) {
      from = this.lowerBound(from, to, depth, prefix[depth]!);
      to = this.lowerBound(from, to, depth, prefix[depth]! + 1);
      from = this.pastEqual(from, to, depth + 1);
    }
    return { from, to };
  }

  /// The first place of `from .. to` whose token has more than `length` bytes, if all have `length` at
  /// least and their first `length` bytes in common: those that end there come first.
  pastEqual(from: number, to: number, length: number): number {
    let place = from;
    while (place < to && this.lengthAt(place) === length) place++;
    return place;
  }
}

// Ranges this short are sorted by comparing.
const SHORT = 24;

/// Sorts ids by `data[starts[id] .. starts[id + 1]]`; equal ones stay in their order.
// By buckets, a byte at a time: a comparison function takes ten times as long for a whole vocabulary.
function sortByBytes(ids: Int32Array, data: Uint8Array, starts: Uint32Array): void {
  const spare = new Int32Array(ids.length);
  const sort = (from: number, to: number, depth: number): void => {
    if (to - from <= SHORT) {
      for (let i = from + 1; i < to; i++) {
        const id = ids[i]!;
        let at = i;
        while (at > from && isLess(data, starts, id, ids[at - 1]!, depth)) {
          ids[at] = ids[at - 1]!;
          at--;
        }
        ids[at] = id;
      }
      return;
    }
    // Bucket 0 is for those that have ended, b + 1 for byte b.
    const ends = new Uint32Array(257);
    const bucketOf = (id: number): number => {
      const at = starts[id]! + depth;
      return at < starts[id + 1]! ? data[at]! + 1 : 0;
    };
    for (let i = from; i < to; i++) ends[bucketOf(ids[i]!)]!++;
    let at = from;
    const places = new Uint32Array(257);
    for (let b = 0; b <= 256; b++) {
      places[b] = at;
      at += ends[b]!;
      ends[b] = at;
    }
    for (let i = from; i < to; i++) spare[places[bucketOf(ids[i]!)]!++] = ids[i]!;
    ids.set(spare.subarray(from, to), from);
    for (let b = 1; b <= 256; b++) if (ends[b]! > ends[b - 1]!) sort(ends[b - 1]!, ends[b]!, depth + 1);
  };
  sort(0, ids.length, 0);
}

function isLess(data: Uint8Array, starts: Uint32Array, a: number, b: number, depth: number): boolean {
  let i = starts[a]! + depth;
  let j = starts[b]! + depth;
  const iEnd = starts[a + 1]!;
  const jEnd = starts[b + 1]!;
  for (; i < iEnd && j < jEnd; i++, j++) if (data[i] !== data[j]) return data[i]! < data[j]!;
  return i === iEnd && j < jEnd;
}
