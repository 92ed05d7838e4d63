import type { RuleInProgress } from "./lower.ts";
import { CALLS, COUNTERS, DEAD, EDGE_LISTS, type EdgeList, type Nfa } from "./nfa.ts";

/// Edges of some states, by where they lead.
interface BackEdges {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  /// The rule that must match something for the edge to count; -1: none.
  readonly via: Int32Array;
}

/// Removes edges that cannot lead to the end of their rule, and calls of rules that match nothing, from
/// `group`, whose states are all those from `firstState` on. Returns the rules that match some text.
/// Calls out of the group count as matching: rules that match nothing are never called.
export function prune(
  nfa: Nfa,
  rules: readonly RuleInProgress[],
  group: readonly number[],
  firstState: number,
): ReadonlySet<number> {
  const inGroup = new Set(group);
  const productive = new Set<number>();
  const ruleOfStart = new Map<number, number>();
  const back = backEdges(nfa, firstState);
  const useful = new Uint8Array(nfa.size - firstState);
  const work: number[] = [];
  /// Rule → states that lead on once it matches something.
  const waiting = new Map<number, number[]>();
  const mark = (s: number): void => {
    if (useful[s - firstState] === 1) return;
    useful[s - firstState] = 1;
    work.push(s);
  };
  for (const r of group) {
    const { start, end } = rules[r]!;
    if (start === DEAD) continue;
    ruleOfStart.set(start, r);
    mark(end);
  }
  while (work.length > 0) {
    const s = work.pop()!;
    const rule = ruleOfStart.get(s);
    if (rule !== undefined) {
      productive.add(rule);
      for (const before of waiting.get(rule) ?? []) mark(before);
    }
    const at = s - firstState;
    for (let i = back.starts[at]!; i < back.starts[at + 1]!; i++) {
      const via = back.via[i]!;
      if (via === -1 || !inGroup.has(via) || productive.has(via)) mark(back.sources[i]!);
      else {
        const list = waiting.get(via);
        if (list === undefined) waiting.set(via, [back.sources[i]!]);
        else list.push(back.sources[i]!);
      }
    }
  }
  const isKept = (target: number, via: number) =>
    useful[target - firstState] === 1 && (via === -1 || !inGroup.has(via) || productive.has(via));
  let isWhole = true;
  const look = (target: number, via: number) => {
    if (!isKept(target, via)) isWhole = false;
  };
  for (let s = firstState; s < nfa.size; s++) {
    for (const [list, width] of EDGE_LISTS) {
      isWhole = true;
      forEachEdge(nfa, s, list, width, look);
      if (isWhole) continue;
      const edges = nfa.list(s, list);
      const kept: number[] = [];
      for (let i = 0; i < edges.length; i += width)
        if (isKept(edges[i + width - 1]!, isCall(list) ? edges[i]! : -1))
          kept.push(...edges.slice(i, i + width));
      nfa.set(s, list, kept);
    }
  }
  return productive;
}

function isCall(list: EdgeList): boolean {
  return list === CALLS || list === COUNTERS;
}

function forEachEdge(
  nfa: Nfa,
  s: number,
  list: EdgeList,
  width: number,
  visit: (target: number, via: number) => void,
): void {
  const { pool } = nfa;
  const end = nfa.end(s, list);
  for (let i = nfa.at(s, list); i < end; i += width)
    visit(pool[i + width - 1]!, isCall(list) ? pool[i]! : -1);
}

function backEdges(nfa: Nfa, firstState: number): BackEdges {
  const n = nfa.size - firstState;
  const starts = new Int32Array(n + 1);
  let source = firstState;
  const eachEdge = (visit: (target: number, via: number) => void): void => {
    for (source = firstState; source < nfa.size; source++)
      for (const [list, width] of EDGE_LISTS) forEachEdge(nfa, source, list, width, visit);
  };
  eachEdge((target) => starts[target - firstState + 1]!++);
  for (let s = 0; s < n; s++) starts[s + 1]! += starts[s]!;
  const next = starts.slice();
  const sources = new Int32Array(starts[n]!);
  const via = new Int32Array(starts[n]!);
  eachEdge((target, rule) => {
    const at = next[target - firstState]!++;
    sources[at] = source;
    via[at] = rule;
  });
  return { starts, sources, via };
}
