import { bitsetWords, setBit } from "../base/bitset.ts";
import type { FlatVocabulary } from "./flat-vocabulary.ts";
import type { Merges } from "./merges.ts";

// When a token is there from the start, and never merged away.
const FROM_START = -1;
const FOR_EVER = 0x7fffffff;

/// Which tokens merging leaves side by side in one piece.
///
/// A piece's tokens are what merging makes of it if and only if each two neighbours are what it makes
/// of their own bytes: then no merge ever crossed from one to the other, and what happens inside of one
/// is what happens to it alone. So pairs decide, and a pair is decided without merging anything: a
/// merge crosses between some part of the left token that ends where it ends and some part of the right
/// one that begins where it begins, at a time when both are there, before either has become part of
/// something larger. The left token has few such parts, each merges with few others, and the right
/// tokens that begin with one of those for long enough are a range in the order of a tree.
export class PairRules {
  readonly #size: number;
  /// By token: what merging made it of, last; -1 for bytes and for what it does not make.
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  /// By token: the priority of that merge. `FOR_EVER` if merging does not make it.
  readonly #times: Int32Array;
  /// What a token merges with on its right, and into what, at `#pairStarts[token]` on.
  readonly #pairStarts: Uint32Array;
  readonly #pairRights: Int32Array;
  readonly #pairRanks: Int32Array;
  /// The tokens such that those made by adding something on the right of a token follow it, the ones
  /// made first first.
  readonly #tree: Int32Array;
  readonly #treePlaces: Int32Array;
  readonly #treeEnds: Int32Array;

  /// Tokens that merging makes in an order that pairs do not tell.
  readonly #odd: Uint8Array;

  private constructor(size: number, derived: Derivations, pairs: readonly Pair[]) {
    this.#size = size;
    this.#odd = derived.odd;
    this.#lefts = derived.lefts;
    this.#rights = derived.rights;
    this.#times = derived.times;

    this.#pairStarts = new Uint32Array(size + 1);
    for (const { left } of pairs) this.#pairStarts[left + 1]!++;
    for (let token = 0; token < size; token++) this.#pairStarts[token + 1]! += this.#pairStarts[token]!;
    const at = this.#pairStarts.slice();
    this.#pairRights = new Int32Array(pairs.length);
    this.#pairRanks = new Int32Array(pairs.length);
    for (const { left, right, rank } of pairs) {
      const place = at[left]!++;
      this.#pairRights[place] = right;
      this.#pairRanks[place] = rank;
    }

    this.#tree = new Int32Array(size);
    this.#treePlaces = new Int32Array(size).fill(-1);
    this.#treeEnds = new Int32Array(size);
    this.#growTree();
  }

  /// The rules of merging what `cut` cuts pieces into: the tokens of a token's bytes, or characters, before any
  /// merging; `undefined` if some have none.
  static of(vocabulary: FlatVocabulary, merges: Merges, cut: Cut): PairRules {
    const derived = derive(vocabulary, merges, cut);
    const { times, odd } = derived;
    const pairs: Pair[] = [];
    const isPlain = (token: number) => times[token] !== FOR_EVER && odd[token] === 0;
    merges.forEachPair((left, right, rank) => {
      if (isPlain(left) && isPlain(right)) pairs.push({ left, right, rank });
    });
    return new PairRules(vocabulary.size, derived, pairs);
  }

  /// Whether the rules have no say about a token: parts of it are merged in another order than by
  /// priority. Vocabularies have few such tokens, or none.
  isOdd(token: number): boolean {
    return this.#odd[token] === 1;
  }

  /// Whether merging makes this token of its bytes.
  makes(token: number): boolean {
    return this.#times[token] !== FOR_EVER;
  }

  /// By id, the tokens that may not follow `left` in one piece: a bitset. It says nothing about those that
  /// merging does not make, and about odd ones.
  refusedAfter(left: number): Uint32Array {
    const refused = new Uint32Array(bitsetWords(this.#size));
    let part = left;
    let gone = FOR_EVER;
    while (part >= 0) {
      this.#refuse(part, gone, refused);
      gone = this.#times[part]!;
      part = this.#rights[part]!;
    }
    return refused;
  }

  /// Refuses what begins with something that merges with `part`, which is there until `gone`.
  #refuse(part: number, gone: number, refused: Uint32Array): void {
    const born = this.#times[part]!;
    for (let at = this.#pairStarts[part]!; at < this.#pairStarts[part + 1]!; at++) {
      const right = this.#pairRights[at]!;
      // When both are there and the pair is the best one.
      const time = Math.max(this.#pairRanks[at]!, born, this.#times[right]!);
      // Of equals the leftmost is merged first: on the left, the part's own larger token.
      if (time >= gone) continue;
      const from = this.#treePlaces[right]!;
      setBit(refused, right);
      // Where what is right of it has merged with it before, it is not there any more.
      for (let place = this.#grownFrom(right, time); place < this.#treeEnds[from]!; place++) {
        setBit(refused, this.#tree[place]!);
      }
    }
  }

  /// The first place in the tree, among those below `token`, of what is made of it at `time` or later.
  #grownFrom(token: number, time: number): number {
    const from = this.#treePlaces[token]!;
    const end = this.#treeEnds[from]!;
    let place = from + 1;
    while (place < end && this.#times[this.#tree[place]!]! < time) place = this.#treeEnds[place]!;
    return place;
  }

  #growTree(): void {
    const children: number[][] = [];
    const roots: number[] = [];
    for (let token = 0; token < this.#size; token++) {
      if (!this.makes(token) || this.isOdd(token)) continue;
      const left = this.#lefts[token]!;
      if (left < 0) roots.push(token);
      else if (children[left] === undefined) children[left] = [token];
      else children[left].push(token);
    }
    let count = 0;
    const visit = (token: number): void => {
      const place = count++;
      this.#tree[place] = token;
      this.#treePlaces[token] = place;
      const below = children[token];
      if (below !== undefined) {
        below.sort((a, b) => this.#times[a]! - this.#times[b]!);
        for (const child of below) visit(child);
      }
      this.#treeEnds[place] = count;
    };
    for (const token of roots) visit(token);
  }
}

type Cut = (token: number) => number[] | undefined;

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly rank: number;
}

interface Derivations {
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  readonly times: Int32Array;
  readonly odd: Uint8Array;
}

/// How merging makes each token of its bytes, by doing it.
function derive(vocabulary: FlatVocabulary, merges: Merges, cut: Cut): Derivations {
  const { size, offsets } = vocabulary;
  const lefts = new Int32Array(size).fill(-1);
  const rights = new Int32Array(size).fill(-1);
  const times = new Int32Array(size).fill(FOR_EVER);
  const odd = new Uint8Array(size);
  for (let token = 0; token < size; token++) {
    const symbols = cut(token);
    if (symbols === undefined) continue;
    if (symbols.length === 1 && symbols[0] === token) {
      times[token] = FROM_START;
      continue;
    }
    const last = lastMerge(symbols, token, merges);
    if (last === undefined) continue;
    lefts[token] = last.left;
    rights[token] = last.right;
    times[token] = last.rank;
  }
  // A part is shorter than the whole.
  const byLength = Array.from({ length: size }, (_, token) => token).filter((token) => lefts[token]! >= 0);
  byLength.sort((a, b) => offsets[a + 1]! - offsets[a]! - (offsets[b + 1]! - offsets[b]!));
  for (const token of byLength) {
    for (const part of [lefts[token]!, rights[token]!]) {
      if (odd[part] === 1 || times[part]! >= times[token]!) odd[token] = 1;
    }
  }
  return { lefts, rights, times, odd };
}

/// The merge that makes `token` of `symbols`; `undefined` if they become something else.
function lastMerge(symbols: number[], token: number, merges: Merges): Pair | undefined {
  if (symbols.length < 2) return undefined;
  for (;;) {
    let best = FOR_EVER;
    let at = -1;
    let target = -1;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const merged = merges.merged(symbols[i]!, symbols[i + 1]!);
      if (merged < 0 || merges.rank >= best) continue;
      best = merges.rank;
      at = i;
      target = merged;
    }
    if (at < 0) return undefined;
    if (symbols.length === 2) {
      return target === token ? { left: symbols[0]!, right: symbols[1]!, rank: best } : undefined;
    }
    symbols.splice(at, 2, target);
  }
}
