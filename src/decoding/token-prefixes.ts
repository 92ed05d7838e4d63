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

/// A vocabulary's normal tokens in the order of their bytes: answers which tokens begin with given
/// bytes, and which are a beginning of them.
export class TokenPrefixes {
  static readonly #known = new WeakMap<Vocabulary, TokenPrefixes>();

  /// Bytes of the longest token.
  readonly longest: number;
  readonly #tokens: Int32Array;
  readonly #data: Uint8Array;
  /// Token `#tokens[i]` is `#data[#offsets[i] .. #offsets[i + 1]]`.
  readonly #offsets: Uint32Array;

  readonly #extensions = new Map<string, Extensions>();

  static of(vocabulary: Vocabulary): TokenPrefixes {
    let prefixes = TokenPrefixes.#known.get(vocabulary);
    if (!prefixes) {
      prefixes = new TokenPrefixes(vocabulary);
      TokenPrefixes.#known.set(vocabulary, prefixes);
    }
    return prefixes;
  }

  private constructor(vocabulary: Vocabulary) {
    const bytes: Uint8Array[] = [];
    const tokens: number[] = [];
    let length = 0;
    let longest = 0;
    for (let token = 0; token < vocabulary.size; token++) {
      const b = vocabulary.bytes(token);
      bytes.push(b);
      if (vocabulary.kind(token) !== "normal" || b.length === 0) continue;
      tokens.push(token);
      length += b.length;
      longest = Math.max(longest, b.length);
    }
    this.longest = longest;
    this.#tokens = Int32Array.from(tokens);
    sortByBytes(this.#tokens, bytes, 0);
    this.#data = new Uint8Array(length);
    this.#offsets = new Uint32Array(tokens.length + 1);
    let at = 0;
    for (let i = 0; i < tokens.length; i++) {
      const b = bytes[this.#tokens[i]!]!;
      this.#data.set(b, at);
      at += b.length;
      this.#offsets[i + 1] = at;
    }
  }

  /// Tokens whose bytes are exactly `bytes`; several ids may have the same.
  equal(bytes: Uint8Array): Int32Array {
    const from = this.#lowerBound(bytes);
    let to = from;
    while (to < this.#tokens.length && this.#startsWith(to, bytes) && this.#length(to) === bytes.length) to++;
    return this.#tokens.subarray(from, to);
  }

  /// Tokens that begin with `prefix` and are longer.
  longer(prefix: Uint8Array): Int32Array {
    // Equal ones come first.
    let from = this.#lowerBound(prefix);
    while (
      from < this.#tokens.length &&
      this.#length(from) === prefix.length &&
      this.#startsWith(from, prefix)
    )
      from++;
    // Past the last that starts with the prefix, by doubling steps.
    let to = from;
    let step = 1;
    while (to < this.#tokens.length && this.#startsWith(to, prefix)) {
      to += step;
      step *= 2;
    }
    let low = Math.max(from, to - step / 2);
    let high = Math.min(to, this.#tokens.length);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#startsWith(middle, prefix)) low = middle + 1;
      else high = middle;
    }
    return this.#tokens.subarray(from, low);
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
    const tokens = this.longer(prefix);
    const ends = new Int32Array(tokens.length);
    let unnamed = 0;
    const first = tokens.length === 0 ? 0 : (tokens.byteOffset - this.#tokens.byteOffset) / 4;
    // Ends come in the order of tokens: a search goes on where the last one stopped.
    let place = 0;
    for (let i = 0; i < tokens.length; i++) {
      const from = this.#offsets[first + i]! + prefix.length;
      const to = this.#offsets[first + i + 1]!;
      let step = 1;
      while (place + step < this.#tokens.length && this.#compare(place + step, this.#data, from, to) < 0) {
        place += step;
        step *= 2;
      }
      place = this.#lowerBound(this.#data, from, to, place, Math.min(place + step, this.#tokens.length));
      const same = place < this.#tokens.length && this.#compare(place, this.#data, from, to) === 0;
      ends[i] = same ? this.#tokens[place]! : -1;
      if (!same) unnamed++;
    }
    return { tokens, ends, unnamed };
  }

  #length(i: number): number {
    return this.#offsets[i + 1]! - this.#offsets[i]!;
  }

  #startsWith(i: number, prefix: Uint8Array): boolean {
    if (this.#length(i) < prefix.length) return false;
    const at = this.#offsets[i]!;
    for (let k = 0; k < prefix.length; k++) if (this.#data[at + k] !== prefix[k]) return false;
    return true;
  }

  /// The first place from `low` to `high` whose token is not less than `data[from .. to]`.
  #lowerBound(data: Uint8Array, from = 0, to = data.length, low = 0, high = this.#tokens.length): number {
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
    const at = this.#offsets[i]!;
    const length = this.#offsets[i + 1]! - at;
    const n = Math.min(length, to - from);
    for (let k = 0; k < n; k++) {
      const difference = this.#data[at + k]! - data[from + k]!;
      if (difference !== 0) return difference;
    }
    return length - (to - from);
  }
}

/// More than a vocabulary has; 257⁴ times as much is still an exact number.
const TOKENS = 2 ** 20;

/// Sorts tokens by their bytes from `depth` on, four at a time, then by id. As numbers, which sort in a
/// tenth of the time that a comparison function takes.
function sortByBytes(tokens: Int32Array, bytes: readonly Uint8Array[], depth: number): void {
  const keys = Float64Array.from(tokens, (token) => startKey(bytes[token]!, depth) * TOKENS + token).sort();
  let from = 0;
  for (let i = 0; i < keys.length; i++) {
    tokens[i] = keys[i]! % TOKENS;
    const start = Math.floor(keys[i]! / TOKENS);
    if (i + 1 < keys.length && Math.floor(keys[i + 1]! / TOKENS) === start) continue;
    // Those that end here are equal.
    if (i > from && start % 257 !== 0) sortByBytes(tokens.subarray(from, i + 1), bytes, depth + 4);
    from = i + 1;
  }
}

/// Four bytes as a number in the order of bytes, an absent one before all others.
function startKey(bytes: Uint8Array, from: number): number {
  let key = 0;
  for (let i = from; i < from + 4; i++) key = key * 257 + (i < bytes.length ? bytes[i]! + 1 : 0);
  return key;
}
