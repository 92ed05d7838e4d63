import type { RuleInProgress } from "./lower.ts";
import { DEAD, type Nfa, type NfaState } from "./nfa.ts";

/// The rules of `group` that match some text. Calls out of the group count as matching: rules that
/// match nothing are never called.
export function productiveRules(
  nfa: Nfa,
  rules: readonly RuleInProgress[],
  group: readonly number[],
): Set<number> {
  const inGroup = new Set(group);
  const productive = new Set<number>();
  const counts = (rule: number) => !inGroup.has(rule) || productive.has(rule);
  for (;;) {
    const before = productive.size;
    for (const r of group) {
      const { start, end } = rules[r]!;
      if (start === DEAD || productive.has(r)) continue;
      if (reaches(nfa, start, end, counts)) productive.add(r);
    }
    if (productive.size === before) return productive;
  }
}

function reaches(nfa: Nfa, start: number, end: number, counts: (rule: number) => boolean): boolean {
  const seen = new Set([start]);
  for (const s of seen) {
    if (s === end) return true;
    forEachTarget(nfa.states[s]!, counts, (t) => seen.add(t));
  }
  return false;
}

/// Visits the states that follow, over calls of rules that `counts`.
export function forEachTarget(
  state: NfaState,
  counts: (rule: number) => boolean,
  visit: (target: number) => void,
): void {
  const { ranges, epsilons, calls, counters, tokens } = state;
  for (let i = 2; i < ranges.length; i += 3) visit(ranges[i]!);
  for (const t of epsilons) visit(t);
  for (let i = 0; i < calls.length; i += 2) if (counts(calls[i]!)) visit(calls[i + 1]!);
  for (let i = 0; i < counters.length; i += 4) if (counts(counters[i]!)) visit(counters[i + 3]!);
  for (let i = 1; i < tokens.length; i += 2) visit(tokens[i]!);
}

/// Removes edges that cannot lead to the end of their rule, and calls of rules that match nothing.
export function removeUseless(
  nfa: Nfa,
  rules: readonly RuleInProgress[],
  group: readonly number[],
  productive: ReadonlySet<number>,
): void {
  const inGroup = new Set(group);
  const counts = (rule: number) => !inGroup.has(rule) || productive.has(rule);
  for (const r of group) {
    const { start, end } = rules[r]!;
    if (!productive.has(r)) continue;
    const states = nfa.reachable(start);
    const back = new Map<number, number[]>();
    for (const s of states) {
      forEachTarget(nfa.states[s]!, counts, (t) => {
        const list = back.get(t);
        if (list === undefined) back.set(t, [s]);
        else list.push(s);
      });
    }
    const useful = new Set([end]);
    for (const s of useful) for (const b of back.get(s) ?? []) useful.add(b);
    for (const s of states) keepUseful(nfa.states[s]!, useful, counts);
  }
}

function keepUseful(state: NfaState, useful: ReadonlySet<number>, counts: (rule: number) => boolean): void {
  const filter = (edges: number[], size: number, keep: (i: number) => boolean): number[] => {
    const out: number[] = [];
    for (let i = 0; i < edges.length; i += size)
      if (keep(i)) for (let k = 0; k < size; k++) out.push(edges[i + k]!);
    return out.length === edges.length ? edges : out;
  };
  const { ranges, epsilons, calls, counters, tokens } = state;
  state.ranges = filter(ranges, 3, (i) => useful.has(ranges[i + 2]!));
  state.epsilons = filter(epsilons, 1, (i) => useful.has(epsilons[i]!));
  state.calls = filter(calls, 2, (i) => counts(calls[i]!) && useful.has(calls[i + 1]!));
  state.counters = filter(counters, 4, (i) => counts(counters[i]!) && useful.has(counters[i + 3]!));
  state.tokens = filter(tokens, 2, (i) => useful.has(tokens[i + 1]!));
}
