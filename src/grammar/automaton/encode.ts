import { components } from "../passes/components.ts";
import type { Automaton } from "./lower.ts";
import { DEAD } from "./nfa.ts";

const MAGIC = 0x31564754;
const HEADER_WORDS = 6;
const NO_BOUND = 0xffffffff;
/// Virtual states are numbers too: all counters together must leave them in 31 bits.
const MAX_VIRTUAL_STATES = 2 ** 30;

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

class Encoder {
  readonly #automaton: Automaton;
  readonly #tokenIds: readonly (readonly number[])[];
  /// Arena state → number, 0 while it has none.
  readonly #numbers: Int32Array;
  /// Number - 2 → arena state.
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
    const at = this.#resolve(s);
    let number = this.#numbers[at]!;
    if (number === 0) {
      number = this.#order.length + 2;
      this.#numbers[at] = number;
      this.#order.push(at);
      this.#ruleOf.push(rule);
    }
    return number;
  }

  run(): EncodedAutomaton | undefined {
    const { nfa, rules, root } = this.#automaton;
    const rootRule = rules[root]!;
    const tokenIds = this.#tokenIds;
    const entryOf = (r: number): number => this.#number(rules[r]!.entry, r);
    // A root that matches only the empty text starts at a state without edges.
    const start = rootRule.entry === DEAD ? 0 : entryOf(root);
    const records: number[][] = [];
    /// (callee rule, min, max, exit number, referring rule) a counter.
    const counters: { rule: number; min: number; max: number; exit: number; slot: [number[], number] }[] = [];
    const starts = new Map<number, number>();
    for (let i = 0; i < this.#order.length; i++) {
      const state = nfa.states[this.#order[i]!]!;
      const rule = this.#ruleOf[i]!;
      const own = (s: number) => this.#number(s, rule);
      const { ranges, epsilons, calls, counters: counted, tokens } = state;
      const epsilonTargets = [...new Set(epsilons.map(own))];
      const record = [
        state.final ? FINAL : 0,
        ranges.length / 3 + (tokens.length / 2) * 512,
        epsilonTargets.length,
        0,
      ];
      const sorted = sortedRanges(ranges);
      for (let k = 0; k < sorted.length; k += 3)
        record.push(sorted[k]! | (sorted[k + 1]! << 8), own(sorted[k + 2]!));
      record.push(...epsilonTargets);
      for (let k = 0; k < counted.length; k += 4) {
        const [callee, min, max, exit] = counted.slice(k, k + 4) as [number, number, number, number];
        if (rules[callee]!.entry === DEAD) continue;
        starts.set(callee, entryOf(callee));
        counters.push({ rule: callee, min, max, exit: own(exit), slot: [record, record.length] });
        record.push(0);
        record[2]!++;
      }
      let callCount = 0;
      for (let k = 0; k < calls.length; k += 2) {
        // A rule without non-empty texts: an epsilon edge beside the call stands for the empty one.
        if (rules[calls[k]!]!.entry === DEAD) continue;
        callCount++;
        const number = entryOf(calls[k]!);
        starts.set(calls[k]!, number);
        record.push(number, own(calls[k + 1]!));
      }
      record[3] = callCount;
      for (let k = 0; k < tokens.length; k += 2) record.push(tokens[k]!, own(tokens[k + 1]!));
      records.push(record);
    }
    const states = this.#order.length + 3;
    let virtual = states;
    for (const counter of counters) {
      const [record, at] = counter.slot;
      record[at] = virtual;
      virtual += (counter.max === -1 ? counter.min : counter.max) + 1;
    }
    if (virtual > MAX_VIRTUAL_STATES) return undefined;
    this.#setTails(records);
    const ranks = this.#ranks();
    for (const [rule, number] of starts) records[number - 2]![0]! |= ranks.get(rule)! << 8;

    // The last real state has no edges: the start of a root that takes nothing.
    const nothing = states - 1;
    records.push([0, 0, 0, 0]);
    const setTable = HEADER_WORDS + counters.length * 6;
    const stateTable = setTable + tokenIds.length;
    let size = stateTable + states;
    const place = (length: number): number => {
      size += length;
      return size - length;
    };
    const setOffsets = tokenIds.map((ids) => place(1 + ids.length));
    const recordOffsets = records.map((r) => place(r.length));
    const words = new Uint32Array(size);
    words.set([MAGIC, states, counters.length, tokenIds.length, start === 0 ? nothing : start]);
    words[5] = rootRule.nullable ? 1 : 0;
    counters.forEach(({ rule, min, max, exit, slot: [record, at] }, i) => {
      const bound = max === -1 ? NO_BOUND : max;
      words.set([record[at]!, min, bound, starts.get(rule)!, exit, ranks.get(rule)!], HEADER_WORDS + i * 6);
    });
    tokenIds.forEach((ids, i) => {
      words[setTable + i] = setOffsets[i]!;
      words[setOffsets[i]!] = ids.length;
      words.set(ids, setOffsets[i]! + 1);
    });
    records.forEach((record, i) => {
      words[stateTable + 2 + i] = recordOffsets[i]!;
      words.set(record, recordOffsets[i]!);
    });
    return {
      words,
      ruleOfState: Uint32Array.from([0, 0, ...this.#ruleOf, root]),
      counters: counters.map(({ rule, slot: [record, at] }) => ({ from: record[at]!, rule })),
      stateCount: states,
    };
  }

  /// Marks the states that only end their rule.
  #setTails(records: readonly number[][]): void {
    const { nfa } = this.#automaton;
    this.#order.forEach((s, i) => {
      const state = nfa.states[s]!;
      if (state.final && state.epsilons.length === 0 && !nfa.takesSomething(s)) records[i]![0]! |= TAIL;
    });
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
      if (rule.entry !== DEAD) add(r);
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
