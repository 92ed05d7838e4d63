import type { Automaton, EncodedAutomaton } from "../../grammar/automaton/index.ts";
import type { RuleName } from "../inspection.ts";

/// Which rule a state is in: all that is kept of an automaton once the kernel has it.
export interface StateNames {
  readonly rules: readonly (RuleName & { readonly isItem: boolean })[];
  readonly ruleOfState: Uint32Array;
  readonly counters: EncodedAutomaton["counters"];
  /// Real states are below this number, virtual ones from it on.
  readonly stateCount: number;
}

export function stateNames({ rules }: Automaton, encoded: EncodedAutomaton): StateNames {
  const { ruleOfState, counters, stateCount } = encoded;
  return {
    rules: rules.map(({ name, span, isItem }) => ({ name, span, isItem })),
    ruleOfState,
    counters,
    stateCount,
  };
}

/// The rule that goes on at a state once what it calls has returned there.
export function callerAt({ rules, ruleOfState, counters, stateCount }: StateNames, state: number): RuleName {
  if (state < stateCount) return rules[ruleOfState[state]!]!;
  return rules[counters.findLast(({ from }) => from <= state)!.owner]!;
}

/// Whether a state lies in a part that several rules may have in common.
export function isInItem({ rules, ruleOfState }: StateNames, state: number): boolean {
  return rules[ruleOfState[state]!]!.isItem;
}

/// The rule that a state lies in; a counter's states lie in the rule of its item.
export function ruleOf(names: StateNames, state: number): RuleName | undefined {
  if (state < 2) return undefined;
  if (state < names.stateCount) return names.rules[names.ruleOfState[state]!];
  const counter = names.counters.findLast(({ from }) => from <= state);
  return counter && names.rules[counter.rule];
}
