import type { Vocabulary } from "../tokenizer/vocabulary.ts";

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
    // The first six bytes as a number decide most comparisons.
    const keys = new Float64Array(vocabulary.size);
    const tokens: number[] = [];
    let length = 0;
    let longest = 0;
    for (let token = 0; token < vocabulary.size; token++) {
      const b = vocabulary.bytes(token);
      bytes.push(b);
      if (vocabulary.kind(token) !== "normal" || b.length === 0) continue;
      let key = 0;
      for (let i = 0; i < 6; i++) key = key * 256 + (b[i] ?? 0);
      keys[token] = key;
      tokens.push(token);
      length += b.length;
      longest = Math.max(longest, b.length);
    }
    this.longest = longest;
    this.#tokens = Int32Array.from(tokens).sort(
      (a, b) => keys[a]! - keys[b]! || compareBytes(bytes[a]!, bytes[b]!) || a - b,
    );
    this.#data = new Uint8Array(length);
    this.#offsets = new Uint32Array(tokens.length + 1);
    let at = 0;
    for (const [i, token] of this.#tokens.entries()) {
      this.#data.set(bytes[token]!, at);
      at += bytes[token]!.length;
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

  #length(i: number): number {
    return this.#offsets[i + 1]! - this.#offsets[i]!;
  }

  #startsWith(i: number, prefix: Uint8Array): boolean {
    if (this.#length(i) < prefix.length) return false;
    const at = this.#offsets[i]!;
    for (let k = 0; k < prefix.length; k++) if (this.#data[at + k] !== prefix[k]) return false;
    return true;
  }

  /// The first token that is not less than `bytes`.
  #lowerBound(bytes: Uint8Array): number {
    let low = 0;
    let high = this.#tokens.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const token = this.#data.subarray(this.#offsets[middle]!, this.#offsets[middle + 1]!);
      if (compareBytes(token, bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
