import {
  type Automaton,
  type EncodedAutomaton,
  type EncodedPart,
  FIRST_SET,
  FIRST_UNORDERED,
  FIRST_VIRTUAL,
} from "../../grammar/automaton/index.ts";
import type { RuleName } from "../inspection.ts";

type NamedRule = RuleName & { readonly isItem: boolean };

/// Which rule a state is in: all that is kept of an automaton once the kernel has it.
export class StateNames {
  readonly rules: NamedRule[];
  readonly #counters: EncodedAutomaton["counters"][number][];
  readonly #unordered: EncodedAutomaton["unordered"][number][];
  #ruleOfState: Uint32Array;
  #stateCount: number;
  /// Rules that parts may name, and that others add to.
  readonly #common: number;

  constructor({ rules }: Automaton, { ruleOfState, counters, unordered, stateCount }: EncodedAutomaton) {
    this.rules = rules.map(nameOf);
    this.#common = rules.length;
    this.#ruleOfState = ruleOfState;
    this.#counters = [...counters];
    this.#unordered = [...unordered];
    this.#stateCount = stateCount;
  }

  get stateCount(): number {
    return this.#stateCount;
  }

  get counterCount(): number {
    // Each counter has a twin that only prechecks use.
    return this.#counters.length / 2;
  }

  /// Takes over the names of a part; `rules` are the automaton's while it holds the part's.
  add(rules: Automaton["rules"], { ruleOfState, counters, unordered }: EncodedPart): void {
    const more = this.rules.length - this.#common;
    const moved = (rule: number) => (rule < this.#common ? rule : rule + more);
    this.rules.push(...rules.slice(this.#common).map(nameOf));
    const needed = this.#stateCount + ruleOfState.length;
    if (needed > this.#ruleOfState.length) {
      const larger = new Uint32Array(2 * needed);
      larger.set(this.#ruleOfState);
      this.#ruleOfState = larger;
    }
    ruleOfState.forEach((rule, i) => {
      this.#ruleOfState[this.#stateCount + i] = moved(rule);
    });
    this.#stateCount = needed;
    for (const { from, rule, owner } of counters)
      this.#counters.push({ from, rule: moved(rule), owner: moved(owner) });
    for (const { from, owner } of unordered) this.#unordered.push({ from, owner: moved(owner) });
  }

  isVirtual(state: number): boolean {
    return state >= FIRST_VIRTUAL;
  }

  /// Whether a state is behind one of items in any order.
  isUnordered(state: number): boolean {
    return state >= FIRST_UNORDERED && state < FIRST_SET;
  }

  /// The rule that goes on at a state once what it calls has returned there.
  callerAt(state: number): RuleName {
    if (!this.isVirtual(state)) return this.rules[this.#ruleOfState[state]!]!;
    if (state >= FIRST_UNORDERED)
      return this.rules[this.#unordered.findLast(({ from }) => from <= state)!.owner]!;
    return this.rules[this.#counterOf(state)!.owner]!;
  }

  /// Whether a real state lies in a part of rules that several of them may have in common.
  isInItem(state: number): boolean {
    return this.rules[this.#ruleOfState[state]!]!.isItem;
  }

  /// The rule that a state lies in; a counter's states lie in the rule of its item. Of a set only the kernel
  /// knows whose it is.
  ruleOf(state: number): RuleName | undefined {
    if (state < 2 || state >= FIRST_SET) return undefined;
    if (!this.isVirtual(state)) return this.rules[this.#ruleOfState[state]!];
    if (state >= FIRST_UNORDERED) return this.callerAt(state);
    const counter = this.#counterOf(state);
    return counter && this.rules[counter.rule];
  }

  #counterOf(state: number): EncodedAutomaton["counters"][number] | undefined {
    return this.#counters.findLast(({ from }) => from <= state);
  }
}

function nameOf({ name, span, isItem }: Automaton["rules"][number]): NamedRule {
  return { name, span, isItem };
}
