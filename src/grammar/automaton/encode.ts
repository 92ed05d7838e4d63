import { components } from "../passes/components.ts";
import type { Automaton } from "./lower.ts";
import { DEAD } from "./nfa.ts";

const MAGIC = 0x31564754;
const HEADER_WORDS = 6;
const COUNTER_WORDS = 7;
const NO_BOUND = 0xffffffff;
/// Virtual states are numbers too: all counters together must leave them in 31 bits.
const MAX_VIRTUAL_STATES = 2 ** 30;

/// More items than any token of a trie completes (MAX_DEPTH in wasm/assembly/trie.ts).
const TWIN_MIN = 1024;

const FINAL = 1;
const TAIL = 2;

/// An automaton as the kernel reads it.
export interface EncodedAutomaton {
  /// The block that wasm/assembly/grammar.ts describes.
  readonly words: Uint32Array;
  /// State (from 2 on, before virtual ones) → index into the automaton's rules.
  readonly ruleOfState: Uint32Array;
  /// Virtual states from `from` up to the next entry's belong to the rule of the counted item.
  readonly counters: readonly { readonly from: number; readonly rule: number }[];
  readonly stateCount: number;
}

/// Writes an automaton for the kernel. `tokenIds` holds the ids of each token set, ascending.
/// `undefined`: the counters' bounds are too large.
export function encode(
  automaton: Automaton,
  tokenIds: readonly (readonly number[])[],
): EncodedAutomaton | undefined {
  return new Encoder(automaton, tokenIds).run();
}

interface Counter {
  readonly rule: number;
  readonly min: number;
  readonly max: number;
  readonly exit: number;
  readonly base: number;
  /// Base of the same counter with the bounds `TWIN_MIN` and none, which only prechecks use. 0: this
  /// is one.
  readonly twin: number;
}

class Encoder {
  readonly #automaton: Automaton;
  readonly #tokenIds: readonly (readonly number[])[];
  /// Arena state → number, 0 while it has none.
  readonly #numbers: Int32Array;
  /// Number - 2 → arena state, and the rule it was met in.
  readonly #order: number[] = [];
  readonly #ruleOf: number[] = [];

  constructor(automaton: Automaton, tokenIds: readonly (readonly number[])[]) {
    this.#automaton = automaton;
    this.#tokenIds = tokenIds;
    this.#numbers = new Int32Array(automaton.nfa.states.length);
  }

  /// The state that `s` amounts to: one that only leads on by a single epsilon edge is that target.
  #resolve(s: number): number {
    const { nfa } = this.#automaton;
    let at = s;
    for (let steps = 0; steps < nfa.states.length; steps++) {
      const state = nfa.states[at]!;
      if (state.final || state.epsilons.length !== 1 || nfa.takesSomething(at)) return at;
      at = state.epsilons[0]!;
    }
    return at;
  }

  #number(s: number, rule: number): number {
    const known = this.#numbers[s]!;
    if (known !== 0) return known;
    const at = this.#resolve(s);
    let number = this.#numbers[at]!;
    if (number === 0) {
      number = this.#order.length + 2;
      this.#numbers[at] = number;
      this.#order.push(at);
      this.#ruleOf.push(rule);
    }
    this.#numbers[s] = number;
    return number;
  }

  run(): EncodedAutomaton | undefined {
    const { rules, root } = this.#automaton;
    const rootRule = rules[root]!;
    const tokenIds = this.#tokenIds;
    // A root that matches only the empty text starts at the last state, which has no edges.
    if (rootRule.entry !== DEAD) this.#number(rootRule.entry, root);
    const counters = this.#reach();
    if (counters === undefined) return undefined;

    const states = this.#order.length + 3;
    const setTable = HEADER_WORDS + counters.length * COUNTER_WORDS;
    const stateTable = setTable + tokenIds.length;
    let size = stateTable + states;
    for (const ids of tokenIds) size += 1 + ids.length;
    for (const s of this.#order) size += this.#recordWords(s);
    const words = new Uint32Array(size + 4);
    words[0] = MAGIC;
    words[1] = states;
    words[2] = counters.length;
    words[3] = tokenIds.length;
    words[4] = rootRule.entry === DEAD ? states - 1 : this.#numbers[this.#resolve(rootRule.entry)]!;
    words[5] = rootRule.nullable ? 1 : 0;

    const ranks = this.#ranks();
    counters.forEach((c, i) => {
      const start = this.#numbers[rules[c.rule]!.entry]!;
      const bound = c.max === -1 ? NO_BOUND : c.max;
      const at = HEADER_WORDS + i * COUNTER_WORDS;
      words.set([c.base, c.min, bound, start, c.exit, ranks.get(c.rule)!, c.twin], at);
    });
    let at = stateTable + states;
    tokenIds.forEach((ids, i) => {
      words[setTable + i] = at;
      words[at] = ids.length;
      words.set(ids, at + 1);
      at += 1 + ids.length;
    });
    let counter = 0;
    const nextCounter = (): number => {
      counter += 2; // Its twin follows each.
      return counters[counter - 2]!.base;
    };
    this.#order.forEach((s, i) => {
      words[stateTable + 2 + i] = at;
      at = this.#writeRecord(words, at, s, nextCounter);
    });
    words[stateTable + states - 1] = at;
    for (const [rule, rank] of ranks) {
      const number = this.#numbers[rules[rule]!.entry]!;
      if (number !== 0) words[words[stateTable + number]!]! |= rank << 8;
    }
    return {
      words,
      ruleOfState: Uint32Array.from([0, 0, ...this.#ruleOf, root]),
      counters: counters.map(({ rule, base }) => ({ from: base, rule })),
      stateCount: states,
    };
  }

  /// Numbers every state that is reachable, breadth first, and collects the counters met on the way.
  #reach(): Counter[] | undefined {
    const { nfa, rules } = this.#automaton;
    const order = this.#order;
    const counters: Omit<Counter, "base" | "twin">[] = [];
    for (let i = 0; i < order.length; i++) {
      const { ranges, epsilons, calls, counters: counted, tokens } = nfa.states[order[i]!]!;
      const rule = this.#ruleOf[i]!;
      for (let k = 2; k < ranges.length; k += 3) this.#number(ranges[k]!, rule);
      for (const t of epsilons) this.#number(t, rule);
      for (let k = 0; k < counted.length; k += 4) {
        // A rule without non-empty texts: an epsilon edge beside the counter or call stands for it.
        const callee = counted[k]!;
        if (rules[callee]!.entry === DEAD) continue;
        this.#number(rules[callee]!.entry, callee);
        const exit = this.#number(counted[k + 3]!, rule);
        counters.push({ rule: callee, min: counted[k + 1]!, max: counted[k + 2]!, exit });
      }
      for (let k = 0; k < calls.length; k += 2) {
        if (rules[calls[k]!]!.entry === DEAD) continue;
        this.#number(rules[calls[k]!]!.entry, calls[k]!);
        this.#number(calls[k + 1]!, rule);
      }
      for (let k = 1; k < tokens.length; k += 2) this.#number(tokens[k]!, rule);
    }
    let base = order.length + 3;
    const out: Counter[] = [];
    for (const counter of counters) {
      const twin = base + (counter.max === -1 ? counter.min : counter.max) + 1;
      out.push({ ...counter, base, twin }, { ...counter, min: TWIN_MIN, max: -1, base: twin, twin: 0 });
      base = twin + TWIN_MIN + 1;
      if (base > MAX_VIRTUAL_STATES) return undefined;
    }
    return out;
  }

  /// Room for a state's record, or a little more.
  #recordWords(s: number): number {
    const { ranges, epsilons, calls, counters, tokens } = this.#automaton.nfa.states[s]!;
    return 4 + (ranges.length / 3) * 2 + epsilons.length + counters.length / 4 + calls.length + tokens.length;
  }

  #writeRecord(words: Uint32Array, from: number, s: number, nextCounter: () => number): number {
    const { nfa, rules } = this.#automaton;
    const numbers = this.#numbers;
    const { final, ranges, epsilons, calls, counters, tokens } = nfa.states[s]!;
    const isTail = final && epsilons.length === 0 && !nfa.takesSomething(s);
    words[from] = (final ? FINAL : 0) | (isTail ? TAIL : 0);
    words[from + 1] = ranges.length / 3 + (tokens.length / 2) * 512;
    let at = from + 4;
    const sorted = sortedRanges(ranges);
    for (let k = 0; k < sorted.length; k += 3) {
      words[at++] = sorted[k]! | (sorted[k + 1]! << 8);
      words[at++] = numbers[sorted[k + 2]!]!;
    }
    const firstEpsilon = at;
    for (const t of epsilons) {
      const number = numbers[t]!;
      // Several edges may lead to one state once chains of epsilon edges are cut short.
      if (at === firstEpsilon || words[at - 1] !== number) words[at++] = number;
    }
    for (let k = 0; k < counters.length; k += 4)
      if (rules[counters[k]!]!.entry !== DEAD) words[at++] = nextCounter();
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

  /// Rule → a number greater than those of all rules that it can call first.
  #ranks(): Map<number, number> {
    const { nfa, rules } = this.#automaton;
    const ids: number[] = [];
    const local = new Map<number, number>();
    const starts = [0];
    const targets: number[] = [];
    const add = (r: number): number => {
      let at = local.get(r);
      if (at === undefined) {
        at = ids.length;
        local.set(r, at);
        ids.push(r);
      }
      return at;
    };
    const follow = (r: number) => {
      if (rules[r]!.entry !== DEAD) targets.push(add(r));
    };
    rules.forEach((rule, r) => {
      if (rule.entry !== DEAD && this.#numbers[rule.entry] !== 0) add(r);
    });
    for (const r of ids) {
      for (const s of nfa.closure(rules[r]!.entry)) {
        const { calls, counters } = nfa.states[s]!;
        for (let i = 0; i < calls.length; i += 2) follow(calls[i]!);
        for (let i = 0; i < counters.length; i += 4) follow(counters[i]!);
      }
      starts.push(targets.length);
    }
    const parts = components({ starts: Int32Array.from(starts), targets: Int32Array.from(targets) });
    if (parts.isCyclic.includes(1)) throw new Error("left recursion was left in the automaton");
    return new Map(ids.map((r, i) => [r, parts.of[i]!]));
  }
}

function sortedRanges(ranges: number[]): number[] {
  for (let i = 3; i < ranges.length; i += 3) {
    if (ranges[i]! > ranges[i - 3]!) continue;
    const order = Array.from({ length: ranges.length / 3 }, (_, k) => k * 3);
    return order
      .sort((a, b) => ranges[a]! - ranges[b]!)
      .flatMap((k) => [ranges[k]!, ranges[k + 1]!, ranges[k + 2]!]);
  }
  return ranges;
}
