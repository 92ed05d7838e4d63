import { type Budget, checkBudget } from "./budget.ts";
import type { Nfa } from "./nfa.ts";

/// A deterministic automaton over bytes. State 0 is the start; every state can reach a final one,
/// unless the language is empty: then there are no states.
export interface Dfa {
  readonly final: readonly boolean[];
  /// State → (from byte, to byte, target) an edge, ascending, neighbours with one target joined.
  readonly ranges: readonly (readonly number[])[];
}

export const EMPTY_DFA: Dfa = { final: [], ranges: [] };

export interface DfaLimits {
  readonly maxStates: number;
  readonly budget: Budget;
}

/// The automaton of what `start` takes up to a final state, or `undefined` if it would have more than
/// `maxStates` states. What is reachable from `start` must have byte and epsilon edges only.
export function determinize(nfa: Nfa, start: number, limits: DfaLimits): Dfa | undefined {
  const closures = new Map<number, readonly number[]>();
  const closureOf = (s: number): readonly number[] => {
    let found = closures.get(s);
    if (found === undefined) {
      found = nfa.closure(s).filter((t) => nfa.takesSomething(t) || nfa.states[t]!.final);
      closures.set(s, found);
    }
    return found;
  };
  return explore(
    limits,
    [...closureOf(start)].sort((a, b) => a - b),
    (set) => (set.length === 1 ? set[0]! : set.join()),
    (set) => set.some((s) => nfa.states[s]!.final),
    (set) => {
      const edges: number[] = [];
      for (const s of set) for (const r of nfa.states[s]!.ranges) edges.push(r);
      return edges;
    },
    (targets) => {
      if (targets.length === 1) return [...closureOf(targets[0]!)].sort((a, b) => a - b);
      const union = new Set<number>();
      for (const t of targets) for (const s of closureOf(t)) union.add(s);
      return [...union].sort((a, b) => a - b);
    },
  );
}

/// Explores sets reachable from `start`. `edgesOf` gives (from, to, target) triples that may overlap;
/// `join` makes the set of all targets of one byte.
function explore<Set>(
  { maxStates, budget }: DfaLimits,
  start: Set,
  keyOf: (set: Set) => string | number,
  isFinal: (set: Set) => boolean,
  edgesOf: (set: Set) => number[],
  join: (targets: number[]) => Set | undefined,
): Dfa | undefined {
  const sets: Set[] = [start];
  const numbers = new Map<string | number, number>([[keyOf(start), 0]]);
  const final: boolean[] = [];
  const ranges: number[][] = [];
  for (let i = 0; i < sets.length; i++) {
    if ((i & 63) === 63) checkBudget(budget);
    const set = sets[i]!;
    final.push(isFinal(set));
    const out: number[] = [];
    forEachInterval(edgesOf(set), (from, to, targets) => {
      const joined = join(targets);
      if (joined === undefined) return;
      const key = keyOf(joined);
      let number = numbers.get(key);
      if (number === undefined) {
        number = sets.length;
        numbers.set(key, number);
        sets.push(joined);
      }
      pushRange(out, from, to, number);
    });
    ranges.push(out);
    if (sets.length > maxStates) return undefined;
  }
  return trim({ final, ranges });
}

/// Appends an edge; joins it to the last one where they touch and agree.
function pushRange(out: number[], from: number, to: number, target: number): void {
  const n = out.length;
  if (n > 0 && out[n - 1] === target && out[n - 2] === from - 1) out[n - 2] = to;
  else out.push(from, to, target);
}

/// Cuts overlapping (from, to, target) triples into intervals of bytes with one list of targets.
function forEachInterval(
  edges: readonly number[],
  visit: (from: number, to: number, targets: number[]) => void,
): void {
  if (edges.length === 3) visit(edges[0]!, edges[1]!, [edges[2]!]);
  if (edges.length <= 3) return;
  // Cuts are few: sorting them by insertion beats any set.
  let count = 0;
  for (let i = 0; i < edges.length; i += 3) {
    count = insertCut(edges[i]!, count);
    count = insertCut(edges[i + 1]! + 1, count);
  }
  const own = cuts.slice(0, count);
  for (let k = 0; k + 1 < count; k++) {
    const from = own[k]!;
    const targets: number[] = [];
    for (let i = 0; i < edges.length; i += 3) {
      if (edges[i]! <= from && edges[i + 1]! >= from && !targets.includes(edges[i + 2]!))
        targets.push(edges[i + 2]!);
    }
    if (targets.length > 0) visit(from, own[k + 1]! - 1, targets);
  }
}

const cuts = new Int16Array(257);

/// Inserts a cut into the first `count` of `cuts`; returns how many there are then.
function insertCut(cut: number, count: number): number {
  let at = count;
  while (at > 0 && cuts[at - 1]! > cut) at--;
  if (at > 0 && cuts[at - 1] === cut) return count;
  cuts.copyWithin(at + 1, at, count);
  cuts[at] = cut;
  return count + 1;
}

/// Texts that all of `parts` match.
export function intersect(parts: readonly Dfa[], limits: DfaLimits): Dfa | undefined {
  return product(parts, limits, (dead, final) => dead.every((d) => !d) && final.every(Boolean), true);
}

/// Texts that `whole` matches and `part` does not.
export function subtract(whole: Dfa, part: Dfa, limits: DfaLimits): Dfa | undefined {
  return product([whole, part], limits, (_, final) => final[0]! && !final[1]!, false);
}

/// The reachable product. A component that has died is -1; with `needAll` the product dies with it,
/// otherwise it dies with the first component.
function product(
  parts: readonly Dfa[],
  limits: DfaLimits,
  accepts: (dead: boolean[], final: boolean[]) => boolean,
  needAll: boolean,
): Dfa | undefined {
  if (parts[0]!.final.length === 0) return EMPTY_DFA;
  const start = parts.map((p) => (p.final.length === 0 ? -1 : 0));
  if (needAll && start.includes(-1)) return EMPTY_DFA;
  // A tuple of targets travels through `explore` as its index here.
  const tuples: number[][] = [];
  return explore<readonly number[]>(
    limits,
    start,
    (tuple) => (tuple.length === 2 ? (tuple[0]! + 1) * 2 ** 24 + tuple[1]! + 1 : tuple.join()),
    (tuple) =>
      accepts(
        tuple.map((s) => s < 0),
        tuple.map((s, i) => s >= 0 && parts[i]!.final[s]!),
      ),
    (tuple) => {
      tuples.length = 0;
      const out: number[] = [];
      const at = tuple.map(() => 0);
      // Byte by byte would be 256 steps a state; this goes from cut to cut.
      for (let b = 0; b < 256; ) {
        let end = 255;
        const targets = tuple.map((s, i) => {
          if (s < 0) return -1;
          const edges = parts[i]!.ranges[s]!;
          while (at[i]! < edges.length && edges[at[i]! + 1]! < b) at[i]! += 3;
          const k = at[i]!;
          if (k >= edges.length) return -1;
          if (edges[k]! > b) {
            end = Math.min(end, edges[k]! - 1);
            return -1;
          }
          end = Math.min(end, edges[k + 1]!);
          return edges[k + 2]!;
        });
        const isDead = needAll ? targets.includes(-1) : targets[0] === -1;
        if (!isDead) {
          out.push(b, end, tuples.length);
          tuples.push(targets);
        }
        b = end + 1;
      }
      return out;
    },
    ([index]) => tuples[index!],
  );
}

/// Drops states that cannot reach a final one.
function trim({ final, ranges }: Dfa): Dfa {
  const n = final.length;
  const back: number[][] = Array.from({ length: n }, () => []);
  ranges.forEach((edges, s) => {
    for (let i = 2; i < edges.length; i += 3) back[edges[i]!]!.push(s);
  });
  const useful = new Uint8Array(n);
  const work: number[] = [];
  for (let s = 0; s < n; s++) {
    if (!final[s]) continue;
    useful[s] = 1;
    work.push(s);
  }
  while (work.length > 0) {
    for (const s of back[work.pop()!]!) {
      if (useful[s] === 1) continue;
      useful[s] = 1;
      work.push(s);
    }
  }
  if (useful[0] === 0) return EMPTY_DFA;
  if (useful.every((u) => u === 1)) return { final, ranges };
  const names = new Int32Array(n);
  let count = 0;
  for (let s = 0; s < n; s++) names[s] = useful[s] === 1 ? count++ : -1;
  return renamed({ final, ranges }, names, count);
}

/// States with one name become one; states named -1 vanish. Name 0 must be state 0's.
function renamed({ final, ranges }: Dfa, names: Int32Array, count: number): Dfa {
  const newFinal: boolean[] = new Array(count);
  const newRanges: number[][] = new Array(count);
  for (let s = 0; s < final.length; s++) {
    const name = names[s]!;
    if (name < 0 || newRanges[name] !== undefined) continue;
    newFinal[name] = final[s]!;
    const out: number[] = [];
    const edges = ranges[s]!;
    for (let i = 0; i < edges.length; i += 3) {
      const target = names[edges[i + 2]!]!;
      if (target >= 0) pushRange(out, edges[i]!, edges[i + 1]!, target);
    }
    newRanges[name] = out;
  }
  return { final: newFinal, ranges: newRanges };
}

/// Above this, minimizing costs more than it saves.
const MAX_MINIMIZED = 1500;

/// The smallest equal automaton, states numbered breadth first: equal languages give equal results.
/// Large automata come back as they are.
export function minimize(dfa: Dfa, budget: Budget): Dfa {
  const n = dfa.final.length;
  if (n === 0 || n > MAX_MINIMIZED) return dfa;
  // Moore's refinement: states are equal as long as their edges lead to equal classes. Equal states
  // are equally far from the end, which as a first guess tells most of a chain's states apart.
  let classes = distances(dfa);
  let count = new Set(classes).size;
  for (;;) {
    checkBudget(budget);
    const next = new Int32Array(n);
    /// Hash → the first state of each class that has it.
    const firsts = new Map<number, number[]>();
    let found = 0;
    for (let s = 0; s < n; s++) {
      const hash = signatureHash(dfa.ranges[s]!, classes, classes[s]!);
      const candidates = firsts.get(hash);
      const same = candidates?.find((t) => classes[t] === classes[s] && sameEdges(dfa, t, s, classes));
      if (same !== undefined) {
        next[s] = next[same]!;
        continue;
      }
      next[s] = found++;
      if (candidates === undefined) firsts.set(hash, [s]);
      else candidates.push(s);
    }
    const unchanged = found === count;
    classes = next;
    count = found;
    if (unchanged || count === n) break;
  }
  return breadthFirst(renamed(dfa, classes, count));
}

/// A hash of a state's edges up to the classes they lead to. Neighbours that lead to one class count as
/// one edge.
function signatureHash(edges: readonly number[], classes: Int32Array, own: number): number {
  let hash = own | 0;
  for (let i = 0; i < edges.length; ) {
    const target = classes[edges[i + 2]!]!;
    const from = edges[i]!;
    let to = edges[i + 1]!;
    for (i += 3; i < edges.length && edges[i] === to + 1 && classes[edges[i + 2]!] === target; i += 3)
      to = edges[i + 1]!;
    hash = Math.imul(hash ^ (from | (to << 8)), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ target, 0x85ebca6b);
  }
  return hash;
}

function sameEdges(dfa: Dfa, a: number, b: number, classes: Int32Array): boolean {
  const x = dfa.ranges[a]!;
  const y = dfa.ranges[b]!;
  let i = 0;
  let k = 0;
  // Byte by byte in effect: both lists are cut where either is.
  let from = 0;
  while (i < x.length && k < y.length) {
    const start = Math.max(from, x[i]!);
    if (start !== Math.max(from, y[k]!) || classes[x[i + 2]!] !== classes[y[k + 2]!]) return false;
    const end = Math.min(x[i + 1]!, y[k + 1]!);
    if (x[i + 1] === end) i += 3;
    if (y[k + 1] === end) k += 3;
    from = end + 1;
  }
  return i === x.length && k === y.length;
}

/// State → length of its shortest text.
function distances({ final, ranges }: Dfa): Int32Array {
  const n = final.length;
  const back: number[][] = Array.from({ length: n }, () => []);
  ranges.forEach((edges, s) => {
    for (let i = 2; i < edges.length; i += 3) back[edges[i]!]!.push(s);
  });
  const out = new Int32Array(n).fill(-1);
  const work: number[] = [];
  for (let s = 0; s < n; s++) {
    if (!final[s]) continue;
    out[s] = 0;
    work.push(s);
  }
  for (const s of work) {
    for (const before of back[s]!) {
      if (out[before] !== -1) continue;
      out[before] = out[s]! + 1;
      work.push(before);
    }
  }
  return out;
}

function breadthFirst(dfa: Dfa): Dfa {
  const n = dfa.final.length;
  const names = new Int32Array(n).fill(-1);
  const order = [0];
  names[0] = 0;
  for (const s of order) {
    const edges = dfa.ranges[s]!;
    for (let i = 2; i < edges.length; i += 3) {
      if (names[edges[i]!] !== -1) continue;
      names[edges[i]!] = order.length;
      order.push(edges[i]!);
    }
  }
  return renamed(dfa, names, n);
}

/// No state is on a cycle.
export function hasFiniteLanguage(dfa: Dfa): boolean {
  const depth = new Int32Array(dfa.final.length);
  for (const edges of dfa.ranges) for (let i = 2; i < edges.length; i += 3) depth[edges[i]!]!++;
  const work: number[] = [];
  depth.forEach((d, s) => {
    if (d === 0) work.push(s);
  });
  let left = dfa.final.length;
  while (work.length > 0) {
    left--;
    const edges = dfa.ranges[work.pop()!]!;
    for (let i = 2; i < edges.length; i += 3) if (--depth[edges[i]!]! === 0) work.push(edges[i]!);
  }
  return left === 0;
}

/// The most bytes that a final state goes on with.
export function widestContinuation(dfa: Dfa): number {
  let widest = 0;
  dfa.ranges.forEach((edges, s) => {
    if (!dfa.final[s]) return;
    let width = 0;
    for (let i = 0; i < edges.length; i += 3) width += edges[i + 1]! - edges[i]! + 1;
    widest = Math.max(widest, width);
  });
  return widest;
}
