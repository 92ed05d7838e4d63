/// States of byte automata with call edges, in one arena for a whole grammar. A state is a number;
/// edge lists are flat, a few numbers an edge.
export interface NfaState {
  /// The rule that the state is in may end here.
  final: boolean;
  /// (from byte, to byte, target) an edge; ranges of one state never overlap.
  ranges: number[];
  epsilons: number[];
  /// (rule, return state) an edge: the rule's non-empty texts, then on at the return state.
  calls: number[];
  /// (rule, min, max or -1, exit state) an edge: min … max non-empty texts of the rule, min ≥ 1.
  counters: number[];
  /// (token set << 1 | negated, target) an edge.
  tokens: number[];
}

/// No state: what matches nothing at all.
export const DEAD = -1;

const NO_EDGES: readonly number[] = Object.freeze([]);

export class Nfa {
  readonly states: NfaState[] = [];
  readonly #maxStates: number;
  readonly #onLimit: () => never;

  /// `onLimit` is called when more than `maxStates` states would be made, and throws.
  constructor(maxStates: number, onLimit: () => never) {
    this.#maxStates = maxStates;
    this.#onLimit = onLimit;
  }

  add(): number {
    if (this.states.length >= this.#maxStates) this.#onLimit();
    // Most states have edges of one kind only: the shared empty list stands for the others, and
    // `edit…` replaces it before anything is written.
    this.states.push({
      final: false,
      ranges: NO_EDGES as number[],
      epsilons: NO_EDGES as number[],
      calls: NO_EDGES as number[],
      counters: NO_EDGES as number[],
      tokens: NO_EDGES as number[],
    });
    return this.states.length - 1;
  }

  final(): number {
    const s = this.add();
    this.states[s]!.final = true;
    return s;
  }

  /// A state with one byte range.
  range(from: number, to: number, target: number): number {
    const s = this.add();
    this.states[s]!.ranges = [from, to, target];
    return s;
  }

  withRanges(ranges: number[]): number {
    const s = this.add();
    this.states[s]!.ranges = ranges;
    return s;
  }

  withEpsilons(targets: number[]): number {
    const s = this.add();
    this.states[s]!.epsilons = targets;
    return s;
  }

  withCall(rule: number, target: number): number {
    const s = this.add();
    this.states[s]!.calls = [rule, target];
    return s;
  }

  withCounter(rule: number, min: number, max: number, exit: number): number {
    const s = this.add();
    this.states[s]!.counters = [rule, min, max, exit];
    return s;
  }

  withToken(edge: number, target: number): number {
    const s = this.add();
    this.states[s]!.tokens = [edge, target];
    return s;
  }

  addEpsilon(from: number, to: number): void {
    const s = this.states[from]!;
    if (s.epsilons.includes(to)) return;
    s.epsilons = [...s.epsilons, to];
  }

  /// The states reachable without taking anything, `start` first.
  closure(start: number): number[] {
    const seen = new Set([start]);
    for (const s of seen) for (const t of this.states[s]!.epsilons) seen.add(t);
    return [...seen];
  }

  /// Every state of the same rule that `start` leads to, itself first.
  reachable(start: number): number[] {
    const seen = new Set([start]);
    for (const s of seen) {
      const { ranges, epsilons, calls, counters, tokens } = this.states[s]!;
      for (let i = 2; i < ranges.length; i += 3) seen.add(ranges[i]!);
      for (const t of epsilons) seen.add(t);
      for (let i = 1; i < calls.length; i += 2) seen.add(calls[i]!);
      for (let i = 3; i < counters.length; i += 4) seen.add(counters[i]!);
      for (let i = 1; i < tokens.length; i += 2) seen.add(tokens[i]!);
    }
    return [...seen];
  }

  takesSomething(s: number): boolean {
    const { ranges, calls, counters, tokens } = this.states[s]!;
    return ranges.length + calls.length + counters.length + tokens.length > 0;
  }

  /// What `s` takes, without its epsilon edges and without its being final.
  core(s: number): number {
    const state = this.states[s]!;
    if (!state.final && state.epsilons.length === 0) return s;
    const copy = this.add();
    const { ranges, calls, counters, tokens } = state;
    Object.assign(this.states[copy]!, { ranges, calls, counters, tokens });
    return copy;
  }
}
