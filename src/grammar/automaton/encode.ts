import { components } from "../passes/components.ts";
import type { Dfa } from "./dfa.ts";
import type { Automaton, LateEntry } from "./lower.ts";
import {
  CALLS,
  COUNTERS,
  DEAD,
  EPSILONS,
  HEAD,
  RANGES,
  TOKENS,
  UNORDERED,
  type UnorderedItems,
} from "./nfa.ts";

const MAGIC = 0x31564754;
const PART_MAGIC = 0x50564754;
const HEADER_WORDS = 7;
const PART_WORDS = 8;
const COUNTER_WORDS = 7;
const HASH_WORDS = 2;
/// Numbers of counters' states begin here, those of items in any order there, and those of their sets.
export const FIRST_VIRTUAL = 2 ** 29;
export const FIRST_UNORDERED = 0x60000000;
export const FIRST_SET = 0x70000000;
/// Words of a record of items in any order (wasm/assembly/unordered.ts) before the items, and states besides theirs.
const UNORDERED_HEAD = 8;
const UNORDERED_STATES = 3;
const NO_BOUND = 0xffffffff;
/// Virtual states are numbers too: all counters together must leave them in 31 bits.
const MAX_VIRTUAL_STATES = 2 ** 30;

/// More items than any token of a trie completes (MAX_DEPTH in wasm/assembly/trie.ts).
const TWIN_MIN = 1024;

/// A state inside of a block.
const IN_BLOCK = -1;

const FINAL = 1;
const TAIL = 2;
const WAITING = 4;
const LATE = 8;

/// An automaton as the kernel reads it.
export interface EncodedAutomaton {
  /// The block that wasm/assembly/grammar.ts describes.
  readonly words: Uint32Array;
  /// State (from 2 on, before virtual ones) → index into the automaton's rules.
  readonly ruleOfState: Uint32Array;
  /// Virtual states from `from` up to the next entry's belong to the rule of the counted item, which `owner`
  /// counts.
  readonly counters: readonly { readonly from: number; readonly rule: number; readonly owner: number }[];
  readonly stateCount: number;
  /// The same of items in any order, by the rule that they are in.
  readonly unordered: readonly { readonly from: number; readonly owner: number }[];
  /// What its parts go by.
  readonly known: Known;
}

interface Known {
  /// Arena state → number, 0 while it has none.
  readonly numbers: Int32Array;
  /// Rule → a number greater than those of all rules that it can call first.
  readonly ranks: ReadonlyMap<number, number>;
}

/// A late rule as the kernel reads it.
export interface EncodedPart {
  /// The block that wasm/assembly/part.ts describes.
  readonly words: Uint32Array;
  /// The same as of an automaton, but that the first state of the part has index 0.
  readonly ruleOfState: Uint32Array;
  readonly counters: EncodedAutomaton["counters"];
  readonly unordered: EncodedAutomaton["unordered"];
}

/// Writes an automaton for the kernel. `tokenIds` holds the ids of each token set, ascending.
/// `undefined`: the counters' bounds are too large, or there are too many items in any order.
export function encode(
  automaton: Automaton,
  tokenIds: readonly (readonly number[])[],
): EncodedAutomaton | undefined {
  return new Encoder(automaton, tokenIds).run();
}

/// Writes a late rule, lowered as `rule`, as a part of the automaton.
export function encodePart(
  automaton: Automaton,
  encoded: EncodedAutomaton,
  late: LateEntry,
  rule: number,
  from: PartBeginning,
): EncodedPart {
  return new Encoder(automaton, [], { ...from, known: encoded.known }).part(late, rule);
}

/// The first numbers that are free: of states, of counters' states, and of those of items in any order.
export interface PartBeginning {
  readonly firstState: number;
  readonly firstVirtual: number;
  readonly firstUnordered: number;
}

interface Beginning extends PartBeginning {
  readonly known: Known;
}

interface Counter {
  readonly rule: number;
  readonly owner: number;
  readonly min: number;
  readonly max: number;
  readonly exit: number;
  readonly base: number;
  /// Base of the same counter with the bounds `TWIN_MIN` and none, which only prechecks use. 0: this
  /// is one.
  readonly twin: number;
}

/// Items in any order that are entered from one state.
interface Unordered {
  readonly of: UnorderedItems;
  readonly owner: number;
  readonly exit: number;
  readonly base: number;
}

class Encoder {
  readonly #automaton: Automaton;
  readonly #tokenIds: readonly (readonly number[])[];
  /// Arena state → number, 0 while it has none.
  readonly #numbers: Int32Array;
  readonly #knownRanks: ReadonlyMap<number, number>;
  readonly #firstState: number;
  readonly #firstVirtual: number;
  readonly #unordered: Unordered[] = [];
  #nextUnordered: number;
  /// Entries of late rules.
  readonly #late = new Map<number, LateEntry>();
  /// Number - `#firstState` → arena state, and the rule it was met in. A block's states have the numbers after
  /// its own, and `IN_BLOCK` here.
  readonly #order: Int32Array;
  readonly #ruleOf: Uint32Array;
  #count = 0;
  /// Room for the records of the blocks met, and for hashes.
  #blockWords = 0;
  #lateWords = 0;
  #unorderedWords = 0;
  /// Rules whose entries have numbers.
  readonly #entered = new Set<number>();

  constructor(automaton: Automaton, tokenIds: readonly (readonly number[])[], beginning?: Beginning) {
    this.#automaton = automaton;
    this.#tokenIds = tokenIds;
    this.#firstState = beginning?.firstState ?? 2;
    this.#firstVirtual = beginning?.firstVirtual ?? FIRST_VIRTUAL;
    this.#nextUnordered = beginning?.firstUnordered ?? FIRST_UNORDERED;
    this.#knownRanks = beginning?.known.ranks ?? new Map();
    const { size, blocks } = automaton.nfa;
    this.#numbers = new Int32Array(size);
    if (beginning !== undefined) this.#numbers.set(beginning.known.numbers);
    else
      for (const late of automaton.late?.rules ?? []) {
        this.#late.set(automaton.rules[late.rule]!.entry, late);
        this.#lateWords += HASH_WORDS;
      }
    let states = size;
    for (const dfa of blocks.values()) states += blockStates(dfa);
    this.#order = new Int32Array(states);
    this.#ruleOf = new Uint32Array(states);
  }

  /// The state that `s` amounts to: one that only leads on by a single epsilon edge is that target.
  #resolve(s: number): number {
    const { nfa } = this.#automaton;
    let at = s;
    for (let steps = 0; steps < nfa.size; steps++) {
      const epsilon = nfa.at(at, EPSILONS);
      if (nfa.end(at, EPSILONS) !== epsilon + 1 || nfa.isFinal(at) || nfa.takesSomething(at)) return at;
      at = nfa.pool[epsilon]!;
    }
    return at;
  }

  #number(s: number, rule: number): number {
    const known = this.#numbers[s]!;
    if (known !== 0) return known;
    const { heads, blocks } = this.#automaton.nfa;
    const at = heads[s * HEAD + EPSILONS] === heads[s * HEAD + EPSILONS + 1] ? s : this.#resolve(s);
    let number = this.#numbers[at]!;
    if (number === 0) {
      number = this.#count + this.#firstState;
      this.#numbers[at] = number;
      this.#ruleOf[this.#count] = rule;
      this.#order[this.#count++] = at;
      // A block has no edges of its own.
      if (heads[at * HEAD + RANGES] === heads[at * HEAD + RANGES + 1]) {
        const block = blocks.get(at);
        if (block !== undefined) this.#numberBlock(block, rule);
      }
    }
    this.#numbers[s] = number;
    return number;
  }

  #enter(rule: number): number {
    this.#entered.add(rule);
    return this.#number(this.#automaton.rules[rule]!.entry, rule);
  }

  #numberBlock(block: Dfa, rule: number): void {
    const first = this.#count;
    this.#count += blockStates(block) - 1;
    this.#blockWords += blockWords(block);
    this.#order.fill(IN_BLOCK, first, this.#count);
    this.#ruleOf.fill(rule, first, this.#count);
  }

  run(): EncodedAutomaton | undefined {
    const { rules, root } = this.#automaton;
    const rootRule = rules[root]!;
    const tokenIds = this.#tokenIds;
    // A root that matches only the empty text starts at the last state, which has no edges.
    if (rootRule.entry !== DEAD) this.#enter(root);
    const counters = this.#reach();
    if (counters === undefined) return undefined;

    const states = this.#count + 3;
    const unorderedTable = HEADER_WORDS + counters.length * COUNTER_WORDS;
    const setTable = unorderedTable + this.#unordered.length;
    const stateTable = setTable + tokenIds.length;
    let size = stateTable + states;
    for (const ids of tokenIds) size += 1 + ids.length;
    size += this.#recordWords();
    const words = new Uint32Array(size + 4);
    words[0] = MAGIC;
    words[1] = states;
    words[2] = counters.length;
    words[3] = tokenIds.length;
    words[4] = rootRule.entry === DEAD ? states - 1 : this.#numbers[this.#resolve(rootRule.entry)]!;
    words[5] = rootRule.nullable ? 1 : 0;
    words[6] = this.#unordered.length;

    const ranks = this.#ranks();
    this.#writeCounters(words, HEADER_WORDS, counters, ranks);
    let at = this.#writeUnordered(words, unorderedTable, stateTable + states, ranks);
    tokenIds.forEach((ids, i) => {
      words[setTable + i] = at;
      words[at] = ids.length;
      words.set(ids, at + 1);
      at += 1 + ids.length;
    });
    words[stateTable + states - 1] = this.#writeStates(words, at, stateTable + 2, counters, ranks);
    const ruleOfState = new Uint32Array(states);
    ruleOfState.set(this.#ruleOf.subarray(0, this.#count), 2);
    ruleOfState[states - 1] = root;
    return {
      words,
      ruleOfState,
      counters: namesOf(counters),
      stateCount: states,
      unordered: this.#unorderedNames(),
      known: { numbers: this.#numbers, ranks },
    };
  }

  part(late: LateEntry, rule: number): EncodedPart {
    const { rules } = this.#automaton;
    const entry = this.#enter(rule);
    const counters = this.#reach();
    if (counters === undefined) throw new Error("the counters of a late rule have too many states");
    const unorderedTable = PART_WORDS + counters.length * COUNTER_WORDS;
    const table = unorderedTable + this.#unordered.length;
    const records = table + 1 + this.#count;
    const words = new Uint32Array(records + 5 + this.#recordWords() + 4);
    const number = this.#numbers[rules[late.rule]!.entry]!;
    words.set([PART_MAGIC, this.#count, counters.length, number, this.#firstState, this.#firstVirtual]);
    words[6] = this.#unordered.length;
    words[7] = this.#unordered[0]?.base ?? this.#nextUnordered;
    const ranks = this.#ranks();
    if (ranks.get(rule)! >= this.#knownRanks.get(late.rule)!)
      throw new Error("a late rule ranks higher than was thought");
    this.#writeCounters(words, PART_WORDS, counters, ranks);
    // The state that waits leads on to the rule.
    words[table] = records;
    words[records + 2] = 1;
    words[records + 4] = entry;
    const at = this.#writeUnordered(words, unorderedTable, records + 5, ranks);
    this.#writeStates(words, at, table + 1, counters, ranks);
    return {
      words,
      ruleOfState: this.#ruleOf.slice(0, this.#count),
      counters: namesOf(counters),
      unordered: this.#unorderedNames(),
    };
  }

  #unorderedNames(): EncodedAutomaton["unordered"] {
    return this.#unordered.map(({ base, owner }) => ({ from: base, owner }));
  }

  /// Writes the records of items in any order, and where they are to `table`. Returns where they end.
  #writeUnordered(
    words: Uint32Array,
    table: number,
    from: number,
    ranks: ReadonlyMap<number, number>,
  ): number {
    const { rules } = this.#automaton;
    const startOf = (rule: number | undefined) =>
      rule === undefined ? 0 : this.#numbers[rules[rule]!.entry]!;
    let at = from;
    this.#unordered.forEach(({ of, exit, base }, i) => {
      const { items, more, separator, min, max } = of;
      const firsts = items.map((item) => item.rule);
      if (more !== undefined) firsts.push(more);
      const rank = Math.max(...firsts.map((rule) => ranks.get(rule)!));
      words[table + i] = at;
      const bound = max === -1 ? NO_BOUND : max;
      words.set([base, items.length, min, bound, exit, startOf(separator), startOf(more), rank], at);
      at += UNORDERED_HEAD;
      for (const { rule } of items) words[at++] = startOf(rule);
      items.forEach(({ isRequired }, k) => {
        if (isRequired) words[at + (k >>> 5)]! |= 1 << (k & 31);
      });
      at += (items.length + 31) >>> 5;
    });
    return at;
  }

  #writeCounters(
    words: Uint32Array,
    table: number,
    counters: readonly Counter[],
    ranks: ReadonlyMap<number, number>,
  ): void {
    const { rules } = this.#automaton;
    counters.forEach((c, i) => {
      const start = this.#numbers[rules[c.rule]!.entry]!;
      const bound = c.max === -1 ? NO_BOUND : c.max;
      const at = table + i * COUNTER_WORDS;
      words.set([c.base, c.min, bound, start, c.exit, ranks.get(c.rule)!, c.twin], at);
    });
  }

  /// Writes all records; `table` is where the offset of the first one stands. Returns where they end.
  #writeStates(
    words: Uint32Array,
    from: number,
    table: number,
    counters: readonly Counter[],
    ranks: ReadonlyMap<number, number>,
  ): number {
    const { nfa, rules } = this.#automaton;
    let at = from;
    let counter = 0;
    const nextCounter = (): number => {
      counter += 2; // Its twin follows each.
      return counters[counter - 2]!.base;
    };
    let unordered = 0;
    const nextUnordered = (): number => this.#unordered[unordered++]!.base;
    for (let i = 0; i < this.#count; i++) {
      const s = this.#order[i]!;
      const hasRanges = nfa.heads[s * HEAD + RANGES] !== nfa.heads[s * HEAD + RANGES + 1];
      const block = hasRanges ? undefined : nfa.blocks.get(s);
      if (block !== undefined) {
        at = writeBlock(block, words, table + i, i + this.#firstState, at);
        i += blockStates(block) - 1;
        continue;
      }
      words[table + i] = at;
      if (!hasRanges && this.#late.has(s)) {
        words[at] = WAITING | LATE;
        words.set(this.#automaton.late!.hash, at + 4);
        at += 4 + HASH_WORDS;
      } else at = this.#writeRecord(words, at, s, nextCounter, nextUnordered);
    }
    for (const rule of this.#entered) {
      const index = this.#numbers[rules[rule]!.entry]! - this.#firstState;
      if (index >= 0) words[words[table + index]!]! |= ranks.get(rule)! << 8;
    }
    return at;
  }

  /// Numbers every state that is reachable, breadth first, and collects the counters met on the way.
  #reach(): Counter[] | undefined {
    const { nfa, rules } = this.#automaton;
    // Grammars have tens of thousands of states, nearly all with bytes alone: what is done for each is
    // written out, so that it is quick even before it is compiled.
    const { pool, heads } = nfa;
    const numbers = this.#numbers;
    const order = this.#order;
    const counters: Omit<Counter, "base" | "twin">[] = [];
    for (let i = 0; i < this.#count; i++) {
      const s = order[i]!;
      if (s === IN_BLOCK) continue;
      const rule = this.#ruleOf[i]!;
      const head = s * HEAD;
      for (let k = heads[head + RANGES]! + 2, end = heads[head + RANGES + 1]!; k < end; k += 3)
        if (numbers[pool[k]!] === 0) this.#number(pool[k]!, rule);
      for (let k = heads[head + EPSILONS]!, end = heads[head + EPSILONS + 1]!; k < end; k++)
        if (numbers[pool[k]!] === 0) this.#number(pool[k]!, rule);
      if (heads[head + CALLS] === heads[head + CALLS + 1] && !nfa.takesMoreThanBytes(s)) continue;
      const counted = nfa.list(s, COUNTERS);
      for (let k = 0; k < counted.length; k += 4) {
        // A rule without non-empty texts: an epsilon edge beside the counter or call stands for it.
        const callee = counted[k]!;
        if (rules[callee]!.entry === DEAD) continue;
        this.#enter(callee);
        const exit = this.#number(counted[k + 3]!, rule);
        counters.push({ rule: callee, owner: rule, min: counted[k + 1]!, max: counted[k + 2]!, exit });
      }
      for (let k = nfa.at(s, CALLS), end = nfa.end(s, CALLS); k < end; k += 2) {
        if (rules[pool[k]!]!.entry === DEAD) continue;
        this.#enter(pool[k]!);
        this.#number(pool[k + 1]!, rule);
      }
      for (let k = nfa.at(s, TOKENS) + 1, end = nfa.end(s, TOKENS); k < end; k += 2)
        this.#number(pool[k]!, rule);
      for (let k = nfa.at(s, UNORDERED), end = nfa.end(s, UNORDERED); k < end; k += 2)
        this.#addUnordered(nfa.unordered[pool[k]!]!, this.#number(pool[k + 1]!, rule), rule);
    }
    if (this.#nextUnordered > FIRST_SET) return undefined;
    let base = this.#firstVirtual;
    const out: Counter[] = [];
    for (const counter of counters) {
      const twin = base + (counter.max === -1 ? counter.min : counter.max) + 1;
      out.push({ ...counter, base, twin }, { ...counter, min: TWIN_MIN, max: -1, base: twin, twin: 0 });
      base = twin + TWIN_MIN + 1;
      if (base - FIRST_VIRTUAL > MAX_VIRTUAL_STATES) return undefined;
    }
    return out;
  }

  #addUnordered(whole: UnorderedItems, exit: number, owner: number): void {
    const { rules } = this.#automaton;
    const isAlive = (rule: number) => rules[rule]!.entry !== DEAD;
    // Where rules call each other, what matches nothing was not known before.
    const items = whole.items.filter(({ rule }) => isAlive(rule));
    const more = whole.more !== undefined && isAlive(whole.more) ? whole.more : undefined;
    for (const { rule } of items) this.#enter(rule);
    for (const rule of [more, whole.separator]) if (rule !== undefined) this.#enter(rule);
    this.#unordered.push({ of: { ...whole, items, more }, owner, exit, base: this.#nextUnordered });
    this.#nextUnordered += UNORDERED_STATES + items.length;
    this.#unorderedWords += UNORDERED_HEAD + items.length + ((items.length + 31) >>> 5);
  }

  /// Room for all states' records, or a little more.
  #recordWords(): number {
    const { heads } = this.#automaton.nfa;
    let words = this.#blockWords + this.#lateWords + this.#unorderedWords;
    for (let i = 0; i < this.#count; i++) {
      const s = this.#order[i]!;
      if (s === IN_BLOCK) continue;
      const head = s * HEAD;
      words += 4 + heads[head + EPSILONS + 1]! - heads[head + EPSILONS]!;
      // Three numbers a range become two words, and four a counter one.
      for (let list: number = RANGES; list <= UNORDERED; list += 2)
        if (list !== EPSILONS) words += heads[head + list + 1]! - heads[head + list]!;
    }
    return words;
  }

  #writeRecord(
    words: Uint32Array,
    from: number,
    s: number,
    nextCounter: () => number,
    nextUnordered: () => number,
  ): number {
    const { nfa, rules } = this.#automaton;
    const numbers = this.#numbers;
    const { pool, heads } = nfa;
    const head = s * HEAD;
    const ranges = heads[head + RANGES]!;
    const rangesEnd = heads[head + RANGES + 1]!;
    const epsilons = heads[head + EPSILONS]!;
    const epsilonsEnd = heads[head + EPSILONS + 1]!;
    const final = nfa.isFinal(s);
    const isTail = final && epsilons === epsilonsEnd && !nfa.takesSomething(s);
    if (rangesEnd - ranges === 3 && epsilons === epsilonsEnd && !final && !nfa.takesMoreThanBytes(s)) {
      // Most states: one in the middle of a key.
      words[from + 1] = 1;
      words[from + 4] = pool[ranges]! | (pool[ranges + 1]! << 8);
      words[from + 5] = numbers[pool[ranges + 2]!]!;
      return from + 6;
    }
    words[from] = (final ? FINAL : 0) | (isTail ? TAIL : 0);
    words[from + 1] = (rangesEnd - ranges) / 3;
    let at = from + 4;
    for (let k = ranges; k < rangesEnd; k += 3, at += 2) {
      // Sorted on the way: the lists are, but for a few.
      const range = pool[k]! | (pool[k + 1]! << 8);
      let place = at;
      for (; place > from + 4 && (words[place - 2]! & 255) > pool[k]!; place -= 2) {
        words[place] = words[place - 2]!;
        words[place + 1] = words[place - 1]!;
      }
      words[place] = range;
      words[place + 1] = numbers[pool[k + 2]!]!;
    }
    const firstEpsilon = at;
    for (let k = epsilons; k < epsilonsEnd; k++) {
      const number = numbers[pool[k]!]!;
      // Several edges may lead to one state once chains of epsilon edges are cut short.
      if (at === firstEpsilon || words[at - 1] !== number) words[at++] = number;
    }
    words[from + 2] = at - firstEpsilon;
    if (!nfa.takesMoreThanBytes(s)) return at;
    const calls = nfa.list(s, CALLS);
    const counters = nfa.list(s, COUNTERS);
    const tokens = nfa.list(s, TOKENS);
    words[from + 1]! |= (tokens.length / 2) << 9;
    for (let k = 0; k < counters.length; k += 4)
      if (rules[counters[k]!]!.entry !== DEAD) words[at++] = nextCounter();
    for (let k = nfa.at(s, UNORDERED), end = nfa.end(s, UNORDERED); k < end; k += 2)
      words[at++] = nextUnordered();
    words[from + 2] = at - firstEpsilon;
    const firstCall = at;
    for (let k = 0; k < calls.length; k += 2) {
      if (rules[calls[k]!]!.entry === DEAD) continue;
      words[at++] = numbers[rules[calls[k]!]!.entry]!;
      words[at++] = numbers[calls[k + 1]!]!;
    }
    words[from + 3] = (at - firstCall) / 2;
    for (let k = 0; k < tokens.length; k += 2) {
      words[at++] = tokens[k]!;
      words[at++] = numbers[tokens[k + 1]!]!;
    }
    return at;
  }

  /// Rule → a number greater than those of all rules that it can call first: for the rules that have numbers,
  /// and those that they lead to.
  #ranks(): Map<number, number> {
    const { nfa, rules } = this.#automaton;
    const ids: number[] = [];
    /// Rule → the least rank that rules without one here allow.
    const least: number[] = [];
    const local = new Map<number, number>();
    const starts = [0];
    const targets: number[] = [];
    const add = (r: number): number => {
      let at = local.get(r);
      if (at === undefined) {
        at = ids.length;
        local.set(r, at);
        ids.push(r);
        least.push(0);
      }
      return at;
    };
    const known = this.#knownRanks;
    let current = 0;
    const follow = (r: number) => {
      if (rules[r]!.entry === DEAD) return;
      const rank = known.get(r);
      if (rank === undefined) targets.push(add(r));
      else least[current] = Math.max(least[current]!, rank + 1);
    };
    for (const r of this.#entered) if (!known.has(r)) add(r);
    for (const r of ids) {
      current = local.get(r)!;
      const late = this.#late.get(rules[r]!.entry);
      for (const used of late?.uses ?? []) follow(used);
      for (const s of nfa.closure(rules[r]!.entry)) {
        for (let i = nfa.at(s, CALLS), end = nfa.end(s, CALLS); i < end; i += 2) follow(nfa.pool[i]!);
        for (let i = nfa.at(s, COUNTERS), end = nfa.end(s, COUNTERS); i < end; i += 4) follow(nfa.pool[i]!);
        for (let i = nfa.at(s, UNORDERED), end = nfa.end(s, UNORDERED); i < end; i += 2) {
          const { items, more, separator } = nfa.unordered[nfa.pool[i]!]!;
          for (const { rule } of items) follow(rule);
          // A separator is never first, but has a rank, too.
          for (const rule of [more, separator]) if (rule !== undefined) follow(rule);
        }
      }
      starts.push(targets.length);
    }
    const parts = components({ starts: Int32Array.from(starts), targets: Int32Array.from(targets) });
    if (parts.isCyclic.includes(1)) throw new Error("left recursion was left in the automaton");
    const ranks = new Int32Array(ids.length);
    // Components come callees first, and each is one rule.
    const order = new Int32Array(ids.length);
    parts.of.forEach((part, i) => {
      order[part] = i;
    });
    for (const i of order) {
      let rank = least[i]!;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) rank = Math.max(rank, ranks[targets[k]!]! + 1);
      ranks[i] = rank + (this.#late.get(rules[ids[i]!]!.entry)?.weight ?? 0);
    }
    const out = new Map(ids.map((r, i) => [r, ranks[i]!]));
    for (const r of this.#entered) if (known.has(r)) out.set(r, known.get(r)!);
    return out;
  }
}

/// A block's first state is the automaton's, or a copy of it where it is final: the empty text is none
/// of the block's.
function blockStates({ size, final }: Dfa): number {
  return size + final[0]!;
}

function namesOf(counters: readonly Counter[]): EncodedAutomaton["counters"] {
  return counters.map(({ rule, owner, base }) => ({ from: base, rule, owner }));
}

function blockWords({ size, final, starts, edges }: Dfa): number {
  return 4 * size + edges.length + final[0]! * (4 + starts[1]!);
}

/// Writes a block as the states from `first` on, and returns where its records end.
function writeBlock(
  { size, final, starts, edges }: Dfa,
  words: Uint32Array,
  table: number,
  first: number,
  from: number,
): number {
  const copies = final[0]!;
  let at = from;
  for (let k = 0; k < size + copies; k++) {
    const s = Math.max(0, k - copies);
    const begin = starts[s]!;
    const end = starts[s + 1]!;
    words[table + k] = at;
    if (k >= copies && final[s] === 1) words[at] = begin === end ? FINAL | TAIL : FINAL;
    words[at + 1] = (end - begin) >> 1;
    at += 4;
    for (let i = begin; i < end; i += 2) {
      words[at++] = edges[i]!;
      words[at++] = first + copies + edges[i + 1]!;
    }
  }
  return at;
}
