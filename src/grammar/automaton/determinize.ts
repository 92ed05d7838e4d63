import { type Budget, checkBudget } from "./budget.ts";
import { type Dfa, DfaBuilder, trim } from "./dfa.ts";
import { EPSILONS, type Nfa, RANGES } from "./nfa.ts";
import { SequenceTable } from "./sequence-table.ts";

export interface DfaLimits {
  readonly maxStates: number;
  readonly budget: Budget;
}

// Room that all calls share: one runs at a time, and each leaves nothing behind that counts.
const sets = new SequenceTable();
const builder = new DfaBuilder();
/// State → the number of its closure's set + 1, where its stamp is the call's.
let closureOf = new Int32Array(1024);
let stampOf = new Int32Array(1024);
/// State → the last search that met it.
let seenIn = new Int32Array(1024);
let calls = 0;
let searches = 0;
let members = new Int32Array(256);
let memberCount = 0;

/// The automaton of what `start` takes up to a final state, or `undefined` if it would have more than
/// `maxStates` states. What is reachable from `start` must have byte and epsilon edges only.
export function determinize(nfa: Nfa, start: number, { maxStates, budget }: DfaLimits): Dfa | undefined {
  if (seenIn.length < nfa.size) {
    const size = Math.max(nfa.size, 2 * seenIn.length);
    closureOf = new Int32Array(size);
    stampOf = new Int32Array(size);
    seenIn = new Int32Array(size);
  }
  calls++;
  sets.clear();
  builder.clear();
  closureSet(nfa, start);
  for (let i = 0; i < sets.count; i++) {
    if ((i & 63) === 63) checkBudget(budget);
    const from = sets.starts[i]!;
    const to = sets.starts[i + 1]!;
    let isFinal = false;
    for (let k = from; k < to && !isFinal; k++) isFinal = nfa.isFinal(sets.pool[k]!);
    builder.state(isFinal);
    edgeCount = 0;
    for (let k = from; k < to; k++) addEdges(nfa, sets.pool[k]!);
    if (to - from === 1) {
      for (let e = 0; e < edgeCount; e++) {
        const target = edges[3 * e + 2]!;
        builder.edge(edges[3 * e]!, edges[3 * e + 1]!, closureSet(nfa, target));
      }
    } else joinEdges(nfa);
    if (sets.count > maxStates) return undefined;
  }
  return trim(builder.finish(), builder);
}

/// The number of the set of states that `s` leads to without taking anything.
function closureSet(nfa: Nfa, s: number): number {
  if (stampOf[s] === calls) return closureOf[s]!;
  memberCount = 0;
  searches++;
  addClosure(nfa, s);
  const number = sets.numberOf(sortedMembers(), memberCount);
  stampOf[s] = calls;
  closureOf[s] = number;
  return number;
}

let pending = new Int32Array(256);

/// Adds to `members` what takes something or ends of the states that `start` leads to.
function addClosure(nfa: Nfa, start: number): void {
  if (seenIn[start] === searches) return;
  seenIn[start] = searches;
  pending[0] = start;
  let left = 1;
  while (left > 0) {
    const s = pending[--left]!;
    if (nfa.isFinal(s) || nfa.end(s, RANGES) > nfa.at(s, RANGES)) {
      if (memberCount === members.length) members = twice(members);
      members[memberCount++] = s;
    }
    for (let i = nfa.at(s, EPSILONS), end = nfa.end(s, EPSILONS); i < end; i++) {
      const t = nfa.pool[i]!;
      if (seenIn[t] === searches) continue;
      seenIn[t] = searches;
      if (left === pending.length) pending = twice(pending);
      pending[left++] = t;
    }
  }
}

function sortedMembers(): Int32Array {
  if (memberCount > 24) {
    members.subarray(0, memberCount).sort();
    return members;
  }
  for (let i = 1; i < memberCount; i++) {
    const s = members[i]!;
    let k = i;
    for (; k > 0 && members[k - 1]! > s; k--) members[k] = members[k - 1]!;
    members[k] = s;
  }
  return members;
}

/// (from, to, target) an edge, ascending by `from`.
let edges = new Int32Array(768);
let edgeCount = 0;

function addEdges(nfa: Nfa, s: number): void {
  const { pool } = nfa;
  for (let i = nfa.at(s, RANGES), end = nfa.end(s, RANGES); i < end; i += 3) {
    if (3 * edgeCount + 3 > edges.length) edges = twice(edges);
    // Lists are sorted but for a few, so that what is inserted seldom has far to go.
    let k = edgeCount++;
    for (; k > 0 && edges[3 * k - 3]! > pool[i]!; k--) {
      edges[3 * k] = edges[3 * k - 3]!;
      edges[3 * k + 1] = edges[3 * k - 2]!;
      edges[3 * k + 2] = edges[3 * k - 1]!;
    }
    edges[3 * k] = pool[i]!;
    edges[3 * k + 1] = pool[i + 1]!;
    edges[3 * k + 2] = pool[i + 2]!;
  }
}

/// Cuts the edges into intervals of bytes that have the same targets.
function joinEdges(nfa: Nfa): void {
  let next = 0;
  /// How many of the edges before `next` reach to `byte` or beyond; `active` has them.
  let open = 0;
  for (let byte = 0; byte < 256; ) {
    let kept = 0;
    let end = 256;
    for (let k = 0; k < open; k++) {
      const edge = active[k]!;
      if (edges[3 * edge + 1]! < byte) continue;
      active[kept++] = edge;
      end = Math.min(end, edges[3 * edge + 1]! + 1);
    }
    open = kept;
    for (; next < edgeCount && edges[3 * next]! === byte; next++) {
      if (open === active.length) active = twice(active);
      active[open++] = next;
      end = Math.min(end, edges[3 * next + 1]! + 1);
    }
    if (next < edgeCount) end = Math.min(end, edges[3 * next]!);
    else if (open === 0) return;
    if (open === 1) builder.edge(byte, end - 1, closureSet(nfa, edges[3 * active[0]! + 2]!));
    else if (open > 1) {
      memberCount = 0;
      searches++;
      for (let k = 0; k < open; k++) addClosure(nfa, edges[3 * active[k]! + 2]!);
      builder.edge(byte, end - 1, sets.numberOf(sortedMembers(), memberCount));
    }
    byte = end;
  }
}

let active = new Int32Array(64);

function twice(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
