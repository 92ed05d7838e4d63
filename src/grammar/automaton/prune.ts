import type { RuleInProgress } from "./lower.ts";
import { CALLS, COUNTERS, DEAD, EDGE_LISTS, type EdgeList, type Nfa, UNORDERED } from "./nfa.ts";

const NOTHING = -1;
/// What stands for a table of items in any order, and the other way round.
const unorderedVia = (table: number) => NOTHING - 1 - table;

/// Edges of some states, by where they lead.
interface BackEdges {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  /// The rule that must match something for the edge to count; `NOTHING`: none. Below that, what stands for items
  /// in any order.
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
  /// Rule → edges, as their state and what they need, that may count once it matches something.
  const waiting = new Map<number, [source: number, via: number][]>();
  /// Rules of which some must match something before the edge counts; none: it does.
  const missing = (via: number): readonly number[] => {
    const isMissing = (rule: number) => inGroup.has(rule) && !productive.has(rule);
    if (via >= NOTHING) return via !== NOTHING && isMissing(via) ? [via] : [];
    const { items, more, separator, min } = nfa.unordered[unorderedVia(via)]!;
    const required = items.filter((item) => item.isRequired).map((item) => item.rule);
    if (separator !== undefined && Math.max(min, required.length) > 1) required.push(separator);
    const open = required.filter(isMissing);
    if (open.length > 0) return open;
    if (more !== undefined && !isMissing(more)) return [];
    const left = items.filter((item) => isMissing(item.rule)).map((item) => item.rule);
    if (items.length - left.length >= Math.max(1, min)) return [];
    return more === undefined ? left : [...left, more];
  };
  const follow = (source: number, via: number): void => {
    const rules = missing(via);
    if (rules.length === 0) mark(source);
    for (const rule of rules) {
      const list = waiting.get(rule);
      if (list === undefined) waiting.set(rule, [[source, via]]);
      else list.push([source, via]);
    }
  };
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
      for (const [source, via] of waiting.get(rule) ?? []) follow(source, via);
    }
    const at = s - firstState;
    for (let i = back.starts[at]!; i < back.starts[at + 1]!; i++) follow(back.sources[i]!, back.via[i]!);
  }
  const isKept = (target: number, via: number) =>
    useful[target - firstState] === 1 && missing(via).length === 0;
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
        if (isKept(edges[i + width - 1]!, viaOf(list, edges[i]!))) kept.push(...edges.slice(i, i + width));
      nfa.set(s, list, kept);
    }
  }
  return productive;
}

function viaOf(list: EdgeList, first: number): number {
  if (list === CALLS || list === COUNTERS) return first;
  return list === UNORDERED ? unorderedVia(first) : NOTHING;
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
  for (let i = nfa.at(s, list); i < end; i += width) visit(pool[i + width - 1]!, viaOf(list, pool[i]!));
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
