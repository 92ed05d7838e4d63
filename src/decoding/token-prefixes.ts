import { TokenOrder } from "../bytes/index.ts";
import type { Vocabulary } from "../tokenizer/vocabulary.ts";

/// The tokens that begin with some bytes and are longer.
export interface Extensions {
  readonly tokens: Int32Array;
  /// What is behind those bytes in each, as a token: the first that spells it, or -1.
  readonly ends: Int32Array;
  /// How many of `ends` are -1.
  readonly unnamed: number;
}

/// Grammars and prompts come back to the same few: a space, a quote.
const CACHED = 64;

/// Answers which of a vocabulary's tokens begin with given bytes, and which are a beginning of them.
export class TokenPrefixes {
  static readonly #known = new WeakMap<Vocabulary, TokenPrefixes>();

  readonly #order: TokenOrder;
  /// The first place of a token that has bytes.
  readonly #first: number;
  readonly #extensions = new Map<string, Extensions>();

  static of(vocabulary: Vocabulary): TokenPrefixes {
    let prefixes = TokenPrefixes.#known.get(vocabulary);
    if (!prefixes) {
      prefixes = new TokenPrefixes(TokenOrder.of(vocabulary));
      TokenPrefixes.#known.set(vocabulary, prefixes);
    }
    return prefixes;
  }

  private constructor(order: TokenOrder) {
    this.#order = order;
    this.#first = order.pastEqual(0, order.size, 0);
  }

  /// Bytes of the longest token.
  get longest(): number {
    return this.#order.longest;
  }

  /// Tokens whose bytes are exactly `bytes`; several ids may have the same.
  equal(bytes: Uint8Array): Int32Array {
    const from = this.#lowerBound(bytes);
    let to = from;
    while (to < this.#order.size && this.#startsWith(to, bytes) && this.#order.lengthAt(to) === bytes.length)
      to++;
    return this.#order.ids.subarray(from, to);
  }

  /// Tokens that begin with `prefix` and are longer.
  longer(prefix: Uint8Array): Int32Array {
    // Equal ones come first.
    let from = this.#lowerBound(prefix);
    while (
      from < this.#order.size &&
      this.#order.lengthAt(from) === prefix.length &&
      this.#startsWith(from, prefix)
    )
      from++;
    // Past the last that starts with the prefix, by doubling steps.
    let to = from;
    let step = 1;
    while (to < this.#order.size && this.#startsWith(to, prefix)) {
      to += step;
      step *= 2;
    }
    let low = Math.max(from, to - step / 2);
    let high = Math.min(to, this.#order.size);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#startsWith(middle, prefix)) low = middle + 1;
      else high = middle;
    }
    return this.#order.ids.subarray(from, low);
  }

  /// `longer(prefix)`, and what each has behind the prefix.
  extensions(prefix: Uint8Array): Extensions {
    const key = String.fromCharCode(...prefix);
    let extensions = this.#extensions.get(key);
    if (!extensions) {
      extensions = this.#findExtensions(prefix);
      if (this.#extensions.size >= CACHED) this.#extensions.clear();
      this.#extensions.set(key, extensions);
    }
    return extensions;
  }

  #findExtensions(prefix: Uint8Array): Extensions {
    const { ids, offsets, data, size } = this.#order;
    const tokens = this.longer(prefix);
    const ends = new Int32Array(tokens.length);
    let unnamed = 0;
    const first = tokens.length === 0 ? 0 : (tokens.byteOffset - ids.byteOffset) / 4;
    // Ends come in the order of tokens: a search goes on where the last one stopped.
    let place = this.#first;
    for (let i = 0; i < tokens.length; i++) {
      const from = offsets[first + i]! + prefix.length;
      const to = offsets[first + i + 1]!;
      let step = 1;
      while (place + step < size && this.#compare(place + step, data, from, to) < 0) {
        place += step;
        step *= 2;
      }
      place = this.#lowerBound(data, from, to, place, Math.min(place + step, size));
      const same = place < size && this.#compare(place, data, from, to) === 0;
      ends[i] = same ? ids[place]! : -1;
      if (!same) unnamed++;
    }
    return { tokens, ends, unnamed };
  }

  #startsWith(i: number, prefix: Uint8Array): boolean {
    if (this.#order.lengthAt(i) < prefix.length) return false;
    const at = this.#order.offsets[i]!;
    for (let k = 0; k < prefix.length; k++) if (this.#order.data[at + k] !== prefix[k]) return false;
    return true;
  }

  /// The first place from `low` to `high` whose token is not less than `data[from .. to]`.
  #lowerBound(
    data: Uint8Array,
    from = 0,
    to = data.length,
    low = this.#first,
    high = this.#order.size,
  ): number {
    let below = low;
    let above = high;
    while (below < above) {
      const middle = (below + above) >>> 1;
      if (this.#compare(middle, data, from, to) < 0) below = middle + 1;
      else above = middle;
    }
    return below;
  }

  /// The token at place `i` against `data[from .. to]`.
  #compare(i: number, data: Uint8Array, from: number, to: number): number {
    const at = this.#order.offsets[i]!;
    const length = this.#order.offsets[i + 1]! - at;
    const n = Math.min(length, to - from);
    for (let k = 0; k < n; k++) {
      const difference = this.#order.data[at + k]! - data[from + k]!;
      if (difference !== 0) return difference;
    }
    return length - (to - from);
  }
}
