import { utf8Encode } from "../../../base/bytes.ts";
import { type Automaton, lower } from "../../automaton/index.ts";
import type { Expression } from "../../ir.ts";

/// For tests: which texts a regular expression takes, by the automaton the kernel gets.
export class TextSet {
  readonly #automaton: Automaton | undefined;
  readonly states: number;

  constructor(expression: Expression) {
    // An intersection is lowered to plain byte edges, without calls and counters.
    const whole: Expression = { kind: "intersection", items: [expression] };
    try {
      this.#automaton = lowered(whole);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("no text matches"))) throw error;
    }
    this.states = this.#automaton?.nfa.size ?? 0;
  }

  get isEmpty(): boolean {
    return this.#automaton === undefined;
  }

  has(text: string): boolean {
    if (this.#automaton === undefined) return false;
    const { nfa, rules, root } = this.#automaton;
    const rule = rules[root]!;
    if (text === "") return rule.nullable;
    let at = new Set(nfa.closure(rule.entry));
    for (const b of utf8Encode(text)) {
      const next = new Set<number>();
      for (const s of at) {
        const { ranges } = nfa.state(s);
        for (let i = 0; i < ranges.length; i += 3)
          if (b >= ranges[i]! && b <= ranges[i + 1]!)
            for (const t of nfa.closure(ranges[i + 2]!)) next.add(t);
      }
      at = next;
    }
    return [...at].some((s) => nfa.state(s).final);
  }
}

/// The automaton of an expression as a grammar's only rule.
export function lowered(expression: Expression): Automaton {
  return lower(
    { rules: [{ name: "root", expression }], rootRule: 0 },
    { now: () => 0, deadline: 1, maxStates: 200_000 },
  );
}
