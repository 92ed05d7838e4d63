import type { Dfa } from "./dfa.ts";

/// A state as plain arrays, for callers that are in no hurry.
export interface NfaState {
  /// The rule that the state is in may end here.
  readonly final: boolean;
  /// (from byte, to byte, target) an edge; ranges of one state never overlap.
  readonly ranges: readonly number[];
  readonly epsilons: readonly number[];
  /// (rule, return state) an edge: the rule's non-empty texts, then on at the return state.
  readonly calls: readonly number[];
  /// (rule, min, max or -1, exit state) an edge: min … max non-empty texts of the rule, min ≥ 1.
  readonly counters: readonly number[];
  /// (token set << 1 | negated, target) an edge.
  readonly tokens: readonly number[];
  /// (index into `Nfa.unordered`, exit state) an edge.
  readonly unordered: readonly number[];
}

/// Items in any order, by their rules: each once at most, those that are required once, `more` any number of times;
/// `min` … `max` (-1: no bound) of all together, at least one.
export interface UnorderedItems {
  readonly items: readonly { readonly rule: number; readonly isRequired: boolean }[];
  readonly more: number | undefined;
  readonly separator: number | undefined;
  readonly min: number;
  readonly max: number;
}

/// No state: what matches nothing at all.
export const DEAD = -1;

/// The lists of a state.
export const RANGES = 1;
export const EPSILONS = 3;
export const CALLS = 5;
export const COUNTERS = 7;
export const TOKENS = 9;
export const UNORDERED = 11;
export type EdgeList =
  | typeof RANGES
  | typeof EPSILONS
  | typeof CALLS
  | typeof COUNTERS
  | typeof TOKENS
  | typeof UNORDERED;

/// All lists, and how many numbers an edge in each has. The last one is the target.
export const EDGE_LISTS = [
  [RANGES, 3],
  [EPSILONS, 1],
  [CALLS, 2],
  [COUNTERS, 4],
  [TOKENS, 2],
  [UNORDERED, 2],
] as const;

/// A state's head: whether it is final, then for each list where it begins and ends in the pool.
export const HEAD = 14;
const FINAL = 0;

// Most automata are those of one pattern or key: room for more would cost more than they do.
const FIRST_STATES = 128;
const FIRST_POOL = 1024;

/// States of byte automata with call edges, in one arena for a whole grammar. A state is a number. Its
/// edges are in lists in one pool of numbers, laid out as `NfaState` says: grammars have tens of
/// thousands of states, and objects for them would cost more than all that is done with them.
export class Nfa {
  /// What `at` and `end` point into. Adding to the arena may replace it.
  pool = new Int32Array(FIRST_POOL);
  size = 0;
  /// States that stand for the non-empty texts of a whole automaton, which is not written out here: its
  /// rule is only ever called, so nobody has to look inside.
  readonly blocks = new Map<number, Dfa>();
  /// What `UNORDERED` edges are about.
  readonly unordered: UnorderedItems[] = [];
  /// The heads of the states. Adding a state may replace it.
  heads = new Int32Array(FIRST_STATES * HEAD);
  #used = 0;
  /// State → the last search that met it.
  #seen = new Int32Array(FIRST_STATES);
  #searches = 0;
  readonly #maxStates: number;
  readonly #onLimit: () => never;

  /// `onLimit` is called when more than `maxStates` states would be made, and throws.
  constructor(maxStates: number, onLimit: () => never) {
    this.#maxStates = maxStates;
    this.#onLimit = onLimit;
  }

  add(): number {
    if (this.size >= this.#maxStates) this.#onLimit();
    const s = this.size++;
    const from = s * HEAD;
    if (from + HEAD > this.heads.length) this.heads = grown(this.heads, from + HEAD);
    this.heads.fill(0, from, from + HEAD);
    return s;
  }

  /// Where a list of a state begins in the pool, and where it ends.
  at(s: number, list: EdgeList): number {
    return this.heads[s * HEAD + list]!;
  }

  end(s: number, list: EdgeList): number {
    return this.heads[s * HEAD + list + 1]!;
  }

  length(s: number, list: EdgeList): number {
    return this.end(s, list) - this.at(s, list);
  }

  isFinal(s: number): boolean {
    return this.heads[s * HEAD + FINAL] === 1;
  }

  setFinal(s: number, final: boolean): void {
    this.heads[s * HEAD + FINAL] = final ? 1 : 0;
  }

  /// Gives a state another list.
  set(s: number, list: EdgeList, edges: ArrayLike<number>): void {
    const { length } = edges;
    const at = this.#reserve(length);
    for (let i = 0; i < length; i++) this.pool[at + i] = edges[i]!;
    this.heads[s * HEAD + list] = at;
    this.heads[s * HEAD + list + 1] = at + length;
  }

  /// Gives a state the edges of a deterministic automaton's state; `names` are the states' names here.
  setRanges(s: number, { starts, edges }: Dfa, state: number, names: Int32Array): void {
    const from = starts[state]!;
    const count = (starts[state + 1]! - from) >> 1;
    let at = this.#reserve(3 * count);
    this.heads[s * HEAD + RANGES] = at;
    this.heads[s * HEAD + RANGES + 1] = at + 3 * count;
    const { pool } = this;
    for (let i = from; i < from + 2 * count; i += 2, at += 3) {
      pool[at] = edges[i]! & 255;
      pool[at + 1] = edges[i]! >> 8;
      pool[at + 2] = names[edges[i + 1]!]!;
    }
  }

  /// Gives a state one epsilon edge.
  setEpsilon(s: number, target: number): void {
    const at = this.#reserve(1);
    this.pool[at] = target;
    this.heads[s * HEAD + EPSILONS] = at;
    this.heads[s * HEAD + EPSILONS + 1] = at + 1;
  }

  /// The same list for another state; lists are never written to once they are there.
  share(from: number, to: number, list: EdgeList): void {
    const heads = this.heads;
    heads[to * HEAD + list] = heads[from * HEAD + list]!;
    heads[to * HEAD + list + 1] = heads[from * HEAD + list + 1]!;
  }

  /// A list as an array of its own.
  list(s: number, list: EdgeList): number[] {
    const out: number[] = [];
    for (let i = this.at(s, list), end = this.end(s, list); i < end; i++) out.push(this.pool[i]!);
    return out;
  }

  state(s: number): NfaState {
    return {
      final: this.isFinal(s),
      ranges: this.list(s, RANGES),
      epsilons: this.list(s, EPSILONS),
      calls: this.list(s, CALLS),
      counters: this.list(s, COUNTERS),
      tokens: this.list(s, TOKENS),
      unordered: this.list(s, UNORDERED),
    };
  }

  /// Room for `length` numbers at the pool's end.
  #reserve(length: number): number {
    const at = this.#used;
    this.#used += length;
    if (this.#used > this.pool.length) this.pool = grown(this.pool, this.#used);
    return at;
  }

  final(): number {
    const s = this.add();
    this.setFinal(s, true);
    return s;
  }

  /// A state with one byte range.
  range(from: number, to: number, target: number): number {
    const s = this.add();
    const at = this.#reserve(3);
    this.pool[at] = from;
    this.pool[at + 1] = to;
    this.pool[at + 2] = target;
    this.heads[s * HEAD + RANGES] = at;
    this.heads[s * HEAD + RANGES + 1] = at + 3;
    return s;
  }

  /// States that take these bytes one by one and go on at `target`; the first of them.
  chain(bytes: Uint8Array, target: number): number {
    const count = bytes.length;
    let s = this.size;
    let at = this.#reserve(3 * count);
    if (s + count > this.#maxStates) this.#onLimit();
    this.size += count;
    if (this.size * HEAD > this.heads.length) this.heads = grown(this.heads, this.size * HEAD);
    const { heads, pool } = this;
    heads.fill(0, s * HEAD, this.size * HEAD);
    let next = target;
    for (let i = count - 1; i >= 0; i--, at += 3) {
      pool[at] = bytes[i]!;
      pool[at + 1] = bytes[i]!;
      pool[at + 2] = next;
      heads[s * HEAD + RANGES] = at;
      heads[s * HEAD + RANGES + 1] = at + 3;
      next = s++;
    }
    return next;
  }

  /// A state with one list.
  with(list: EdgeList, edges: ArrayLike<number>): number {
    const s = this.add();
    this.set(s, list, edges);
    return s;
  }

  withRanges(ranges: readonly number[]): number {
    return this.with(RANGES, ranges);
  }

  withEpsilons(targets: readonly number[]): number {
    return this.with(EPSILONS, targets);
  }

  addEpsilon(from: number, to: number): void {
    const end = this.end(from, EPSILONS);
    for (let i = this.at(from, EPSILONS); i < end; i++) if (this.pool[i] === to) return;
    this.set(from, EPSILONS, [...this.list(from, EPSILONS), to]);
  }

  /// A state of `blocks`.
  block(dfa: Dfa): number {
    const s = this.add();
    this.blocks.set(s, dfa);
    return s;
  }

  /// Forgets the states from `size` on, none of them a block; nothing before them may lead there.
  truncate(size: number): void {
    this.size = size;
  }

  /// Makes something that is of no use afterwards: what `run` added is forgotten.
  scratch<T>(run: () => T): T {
    const { size } = this;
    const used = this.#used;
    const unordered = this.unordered.length;
    try {
      return run();
    } finally {
      for (const s of this.blocks.keys()) if (s >= size) this.blocks.delete(s);
      this.size = size;
      this.#used = used;
      this.unordered.length = unordered;
    }
  }

  /// The states reachable without taking anything, `start` first.
  closure(start: number): number[] {
    const found = [start];
    if (this.end(start, EPSILONS) === this.at(start, EPSILONS)) return found;
    this.#search();
    this.#seen[start] = this.#searches;
    for (let k = 0; k < found.length; k++) this.#follow(found[k]!, EPSILONS, 1, found);
    return found;
  }

  /// Every state of the same rule that `start` leads to, itself first.
  reachable(start: number): number[] {
    const found = [start];
    this.#search();
    this.#seen[start] = this.#searches;
    for (let k = 0; k < found.length; k++) {
      const s = found[k]!;
      this.#follow(s, RANGES, 3, found);
      this.#follow(s, EPSILONS, 1, found);
      if (!this.takesMoreThanBytes(s)) continue;
      this.#follow(s, CALLS, 2, found);
      this.#follow(s, COUNTERS, 4, found);
      this.#follow(s, TOKENS, 2, found);
      this.#follow(s, UNORDERED, 2, found);
    }
    return found;
  }

  /// How many states `start` leads to; `undefined` if they are more than `limit`, or some of them take
  /// more than bytes.
  bytesOnly(start: number, limit: number): number | undefined {
    const found = [start];
    this.#search();
    this.#seen[start] = this.#searches;
    for (let k = 0; k < found.length; k++) {
      const s = found[k]!;
      if (found.length > limit || this.takesMoreThanBytes(s)) return undefined;
      this.#follow(s, RANGES, 3, found);
      this.#follow(s, EPSILONS, 1, found);
    }
    return found.length;
  }

  #search(): void {
    this.#searches++;
    if (this.#seen.length < this.size) this.#seen = new Int32Array(2 * this.size);
  }

  /// Appends the targets of a list that the search has not met.
  #follow(s: number, list: EdgeList, width: number, found: number[]): void {
    const { pool } = this;
    const end = this.end(s, list);
    for (let i = this.at(s, list) + width - 1; i < end; i += width) {
      const t = pool[i]!;
      if (this.#seen[t] === this.#searches) continue;
      this.#seen[t] = this.#searches;
      found.push(t);
    }
  }

  takesSomething(s: number): boolean {
    return this.end(s, RANGES) > this.at(s, RANGES) || this.takesMoreThanBytes(s);
  }

  takesMoreThanBytes(s: number): boolean {
    return (
      this.end(s, CALLS) > this.at(s, CALLS) ||
      this.end(s, COUNTERS) > this.at(s, COUNTERS) ||
      this.end(s, TOKENS) > this.at(s, TOKENS) ||
      this.end(s, UNORDERED) > this.at(s, UNORDERED)
    );
  }

  /// What `s` takes, without its epsilon edges and without its being final.
  core(s: number): number {
    if (!this.isFinal(s) && this.end(s, EPSILONS) === this.at(s, EPSILONS)) return s;
    const copy = this.add();
    for (const list of [RANGES, CALLS, COUNTERS, TOKENS, UNORDERED] as const) this.share(s, copy, list);
    return copy;
  }
}

function grown(array: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, 2 * array.length));
  larger.set(array);
  return larger;
}
