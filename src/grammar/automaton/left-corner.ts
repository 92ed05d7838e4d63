import { InputError } from "../../base/diagnostic.ts";
import { components } from "../passes/components.ts";
import type { RuleInProgress } from "./lower.ts";
import { CALLS, COUNTERS, DEAD, EDGE_LISTS, EPSILONS, type Nfa, RANGES, TOKENS, UNORDERED } from "./nfa.ts";

/// States that removing one left recursion may copy.
const MAX_COPIES = 500_000;

/// Removes left recursion among `group`.
///
/// Rules that can begin with each other are rewritten together. For each of them, the goal, an
/// automaton of its own is made out of a copy of all: it begins wherever one of the rules begins
/// without calling another of them, and where rule B ends, it goes on wherever some rule may go on
/// after beginning with B. The goal's own end stays final. Nothing is entered at the same place twice,
/// and the texts are the same:
///
///     e = e "+" n | n    →    n ("+" n)*
export function leftCorner(nfa: Nfa, rules: readonly RuleInProgress[], group: readonly number[]): void {
  const local = new Map(group.map((r, i) => [r, i]));
  const starts = [0];
  const targets: number[] = [];
  for (const r of group) {
    for (const s of firstStates(nfa, rules[r]!)) {
      if (!nfa.takesMoreThanBytes(s)) continue;
      const { calls, counters } = nfa.state(s);
      for (let i = 0; i < calls.length; i += 2) {
        const callee = local.get(calls[i]!);
        if (callee !== undefined) targets.push(callee);
      }
      for (let i = 0; i < counters.length; i += 4) {
        const callee = local.get(counters[i]!);
        if (callee !== undefined) targets.push(callee);
      }
    }
    starts.push(targets.length);
  }
  const parts = components({ starts: Int32Array.from(starts), targets: Int32Array.from(targets) });
  const cycles = new Map<number, number[]>();
  group.forEach((r, i) => {
    const part = parts.of[i]!;
    if (parts.isCyclic[part] === 0) return;
    const list = cycles.get(part);
    if (list === undefined) cycles.set(part, [r]);
    else list.push(r);
  });
  for (const cycle of cycles.values()) rewrite(nfa, rules, cycle);
}

function firstStates(nfa: Nfa, rule: RuleInProgress): readonly number[] {
  return rule.entry === DEAD ? [] : nfa.list(rule.entry, EPSILONS);
}

interface LeftCall {
  readonly callee: number;
  readonly target: number;
}

function rewrite(nfa: Nfa, rules: readonly RuleInProgress[], cycle: readonly number[]): void {
  const inCycle = new Set(cycle);
  peelCounters(nfa, rules, cycle, inCycle);
  const bodies = new Map(cycle.map((r) => [r, nfa.reachable(rules[r]!.entry)]));
  const lefts = new Map<number, LeftCall[]>();
  let size = 0;
  for (const r of cycle) {
    size += bodies.get(r)!.length;
    const list: LeftCall[] = [];
    for (const s of firstStates(nfa, rules[r]!)) {
      const calls = nfa.list(s, CALLS);
      for (let i = 0; i < calls.length; i += 2)
        if (inCycle.has(calls[i]!)) list.push({ callee: calls[i]!, target: calls[i + 1]! });
    }
    lefts.set(r, list);
  }
  if (size * cycle.length > MAX_COPIES) {
    const { name, span } = rules[cycle[0]!]!;
    throw new InputError({
      code: "left-recursion-too-large",
      severity: "error",
      message: `the left recursion through the rule "${name}" runs through too many rules (${cycle.length})`,
      hint: "write the repetition instead: item (operator item)*, or put the recursion last",
      ...(span === undefined ? {} : { location: { kind: "text", span } }),
    });
  }
  const entries = new Map<number, number>();
  const ends = new Map<number, number>();
  for (const goal of cycle) {
    const copies = new Map<number, number>();
    for (const r of cycle) for (const s of bodies.get(r)!) if (!copies.has(s)) copies.set(s, nfa.add());
    for (const r of cycle) if (!copies.has(rules[r]!.end)) copies.set(rules[r]!.end, nfa.add());
    for (const [s, copy] of copies) {
      for (const [list, width] of EDGE_LISTS) {
        const edges = nfa.list(s, list);
        const copied = edges.map((v, i) => (i % width === width - 1 ? copies.get(v)! : v));
        nfa.set(copy, list, copied);
      }
    }
    nfa.setFinal(copies.get(rules[goal]!.end)!, true);
    const reached = new Set([goal]);
    for (const r of reached) for (const left of lefts.get(r)!) reached.add(left.callee);
    const first: number[] = [];
    for (const r of reached) {
      for (const { callee, target } of lefts.get(r)!)
        nfa.addEpsilon(copies.get(rules[callee]!.end)!, copies.get(target)!);
      for (const s of firstStates(nfa, rules[r]!)) {
        const copy = nfa.add();
        const body = copies.get(s)!;
        const calls = nfa.list(body, CALLS);
        const others: number[] = [];
        for (let i = 0; i < calls.length; i += 2)
          if (!inCycle.has(calls[i]!)) others.push(calls[i]!, calls[i + 1]!);
        for (const list of [RANGES, COUNTERS, TOKENS, UNORDERED] as const) nfa.share(body, copy, list);
        nfa.set(copy, CALLS, others);
        if (nfa.takesSomething(copy)) first.push(copy);
      }
    }
    entries.set(goal, nfa.withEpsilons(first));
    ends.set(goal, copies.get(rules[goal]!.end)!);
  }
  for (const r of cycle) {
    rules[r]!.entry = entries.get(r)!;
    rules[r]!.end = ends.get(r)!;
  }
}

/// A counter that a rule begins with becomes a call and a counter of what is left.
function peelCounters(
  nfa: Nfa,
  rules: readonly RuleInProgress[],
  cycle: readonly number[],
  inCycle: ReadonlySet<number>,
): void {
  for (const r of cycle) {
    for (const s of firstStates(nfa, rules[r]!)) {
      const kept: number[] = [];
      const calls = nfa.list(s, CALLS);
      const counters = nfa.list(s, COUNTERS);
      for (let i = 0; i < counters.length; i += 4) {
        const [rule, min, max, exit] = counters.slice(i, i + 4) as [number, number, number, number];
        if (!inCycle.has(rule)) {
          kept.push(rule, min, max, exit);
          continue;
        }
        const rest = nfa.with(COUNTERS, [rule, Math.max(1, min - 1), max === -1 ? -1 : max - 1, exit]);
        if (min === 1) nfa.addEpsilon(rest, exit);
        calls.push(rule, rest);
      }
      nfa.set(s, COUNTERS, kept);
      nfa.set(s, CALLS, calls);
    }
  }
}
