import { type FlatVocabulary, NORMAL, writeUtf8 } from "./flat-vocabulary.ts";
import type { Merges } from "./merges.ts";
import { PairRules } from "./pair-rules.ts";
import type { TokenIndex } from "./token-index.ts";

/// What a piece is cut into before merging.
type Alphabet =
  /// Into bytes; `byteTokens[b]` is byte b's token, or -1.
  | { readonly kind: "bytes"; readonly byteTokens: Int32Array }
  /// Into characters; one without a token of its own into its UTF-8 bytes' tokens, and if those are
  /// missing too, into `unknownToken` (-1: left out), once for a run of such if `fuseUnknown`.
  | {
      readonly kind: "characters";
      readonly byteTokens: Int32Array;
      readonly unknownToken: number;
      readonly fuseUnknown: boolean;
    };

export interface BpeOptions {
  /// Tokens that text can become.
  readonly index: TokenIndex;
  readonly merges: Merges;
  readonly alphabet: Alphabet;
  /// A piece that is a token as a whole becomes that token without any merging.
  readonly wholePieces: boolean;
}

// Below this, scanning all pairs for the best one beats keeping a heap.
const SCAN_LIMIT = 64;
// A longer piece sliced from a text would keep that text alive (engines share the characters of
// slices from 13 units on); and nearly all pieces of text are shorter.
const CACHED_LENGTH = 12;
const CACHED_PIECES = 1 << 16;

/// Byte pair encoding of single pieces: repeatedly merges the neighbours with the lowest rank, the
/// leftmost of equals. A piece of n symbols takes O(n log n), so that a megabyte of spaces is no trap.
export class BpeEncoder {
  readonly #options: BpeOptions;
  readonly #cache = new Map<string, readonly number[]>();
  #bytes = new Uint8Array(256);
  #symbols = new Int32Array(256);
  readonly #ranks = new Int32Array(SCAN_LIMIT);
  readonly #targets = new Int32Array(SCAN_LIMIT);

  constructor(options: BpeOptions) {
    this.#options = options;
  }

  /// Which tokens may stand side by side in a piece.
  pairRules(vocabulary: FlatVocabulary): PairRules {
    const { index, merges, alphabet } = this.#options;
    const { data, offsets, kinds } = vocabulary;
    const fallbacks = new Set(alphabet.kind === "characters" ? alphabet.byteTokens : []);
    return PairRules.of(vocabulary, merges, (token) => {
      if (kinds[token] !== NORMAL) return undefined;
      const bytes = data.subarray(offsets[token]!, offsets[token + 1]!);
      // A byte's own token stands for parts of characters, and for those without a token.
      if (fallbacks.has(token)) return index.find(bytes) < 0 ? [token] : undefined;
      if (index.find(bytes) !== token) return undefined;
      const { length } = bytes;
      if (this.#bytes.length < length) {
        this.#bytes = new Uint8Array(length);
        this.#symbols = new Int32Array(length);
      }
      this.#bytes.set(bytes);
      const count = alphabet.kind === "bytes" ? this.#cutBytes(length) : this.#cutCharacters(length);
      return [...this.#symbols.subarray(0, count)];
    });
  }

  /// A piece that is a token as a whole becomes that token without any merging.
  get wholePieces(): boolean {
    return this.#options.wholePieces;
  }

  /// Appends the tokens of `piece` to `out`.
  encode(piece: string, out: number[]): void {
    const cacheable = piece.length <= CACHED_LENGTH;
    if (cacheable) {
      const known = this.#cache.get(piece);
      if (known !== undefined) {
        for (const token of known) out.push(token);
        return;
      }
    }
    const from = out.length;
    this.#encode(piece, out);
    if (cacheable) {
      if (this.#cache.size >= CACHED_PIECES) this.#cache.clear();
      this.#cache.set(piece, out.slice(from));
    }
  }

  #encode(piece: string, out: number[]): void {
    if (this.#bytes.length < piece.length * 3) {
      this.#bytes = new Uint8Array(piece.length * 3);
      this.#symbols = new Int32Array(piece.length * 3);
    }
    const length = writeUtf8(piece, this.#bytes, 0);
    const { index, wholePieces, alphabet } = this.#options;
    if (wholePieces) {
      const token = index.find(this.#bytes, 0, length);
      if (token >= 0) {
        out.push(token);
        return;
      }
    }
    const count = alphabet.kind === "bytes" ? this.#cutBytes(length) : this.#cutCharacters(length);
    if (count <= SCAN_LIMIT) this.#mergeByScanning(count, out);
    else mergeByHeap(this.#symbols, count, this.#options.merges, out);
    // What one huge piece needed is not kept for ever.
    if (this.#bytes.length > 1 << 20) {
      this.#bytes = new Uint8Array(256);
      this.#symbols = new Int32Array(256);
    }
  }

  #cutBytes(length: number): number {
    const { byteTokens } = this.#options.alphabet;
    let count = 0;
    for (let i = 0; i < length; i++) {
      const token = byteTokens[this.#bytes[i]!]!;
      if (token >= 0) this.#symbols[count++] = token;
    }
    return count;
  }

  #cutCharacters(length: number): number {
    const { index, alphabet } = this.#options;
    if (alphabet.kind !== "characters") throw new Error("the alphabet is not one of characters");
    const { byteTokens, unknownToken, fuseUnknown } = alphabet;
    let count = 0;
    for (let from = 0; from < length; ) {
      const lead = this.#bytes[from]!;
      const to = from + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
      const token = index.find(this.#bytes, from, to);
      if (token >= 0) {
        this.#symbols[count++] = token;
      } else if (this.#bytes.subarray(from, to).every((b) => byteTokens[b]! >= 0)) {
        for (let i = from; i < to; i++) this.#symbols[count++] = byteTokens[this.#bytes[i]!]!;
      } else if (
        unknownToken >= 0 &&
        !(fuseUnknown && count > 0 && this.#symbols[count - 1] === unknownToken)
      ) {
        this.#symbols[count++] = unknownToken;
      }
      from = to;
    }
    return count;
  }

  #mergeByScanning(symbols: number, out: number[]): void {
    const merges = this.#options.merges;
    const tokens = this.#symbols;
    const ranks = this.#ranks;
    const targets = this.#targets;
    let count = symbols;
    const look = (i: number): void => {
      const target = i + 1 < count ? merges.merged(tokens[i]!, tokens[i + 1]!) : -1;
      targets[i] = target;
      ranks[i] = target < 0 ? 0x7fffffff : merges.rank;
    };
    for (let i = 0; i < count; i++) look(i);
    for (;;) {
      let best = 0x7fffffff;
      let at = -1;
      for (let i = 0; i + 1 < count; i++) {
        if (ranks[i]! < best) {
          best = ranks[i]!;
          at = i;
        }
      }
      if (at < 0) break;
      tokens[at] = targets[at]!;
      count--;
      for (let i = at + 1; i < count; i++) {
        tokens[i] = tokens[i + 1]!;
        ranks[i] = ranks[i + 1]!;
        targets[i] = targets[i + 1]!;
      }
      look(at);
      if (at > 0) look(at - 1);
    }
    for (let i = 0; i < count; i++) out.push(tokens[i]!);
  }
}

// The same merges for long pieces: symbols in a doubly linked list over array indices, candidate
// pairs in a heap. A merged pair leaves stale candidates behind; they are told by their rank, which
// is no longer their pair's.
function mergeByHeap(tokens: Int32Array, count: number, merges: Merges, out: number[]): void {
  const NONE = 0x7fffffff;
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  const ranks = new Int32Array(count);
  const targets = new Int32Array(count);
  const heap = new NumberHeap(count);
  const look = (i: number): void => {
    const right = next[i]!;
    const target = right < count ? merges.merged(tokens[i]!, tokens[right]!) : -1;
    targets[i] = target;
    ranks[i] = target < 0 ? NONE : merges.rank;
    // Rank first, then position: both fit a double's 53 bits.
    if (target >= 0) heap.push(merges.rank * 0x100000000 + i);
  };
  for (let i = 0; i < count; i++) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  for (let i = 0; i < count; i++) look(i);
  while (heap.size > 0) {
    const key = heap.pop();
    const i = key % 0x100000000;
    if (ranks[i] !== Math.floor(key / 0x100000000)) continue;
    const right = next[i]!;
    tokens[i] = targets[i]!;
    next[i] = next[right]!;
    ranks[right] = NONE;
    if (next[i]! < count) previous[next[i]!] = i;
    look(i);
    if (previous[i]! >= 0) look(previous[i]!);
  }
  for (let i = 0; i < count; i = next[i]!) out.push(tokens[i]!);
}

/// A binary min-heap of numbers.
class NumberHeap {
  #keys: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  push(key: number): void {
    if (this.size === this.#keys.length) {
      const grown = new Float64Array(this.size * 2);
      grown.set(this.#keys);
      this.#keys = grown;
    }
    const keys = this.#keys;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      i = parent;
    }
    keys[i] = key;
  }

  pop(): number {
    const keys = this.#keys;
    const top = keys[0]!;
    const last = keys[--this.size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= last) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = last;
    return top;
  }
}
