import { type DirectedGraph, reversed } from "../passes/components.ts";

/// A deterministic automaton over bytes. State 0 is the start; every state can reach a final one,
/// unless the language is empty: then there are no states.
export interface Dfa {
  readonly size: number;
  /// State → 1 if it is final.
  readonly final: Uint8Array;
  /// State → where its edges begin in `edges`; one entry more than states.
  readonly starts: Int32Array;
  /// (from byte | to byte << 8, target) an edge, ascending, neighbours with one target joined.
  readonly edges: Int32Array;
}

export const EMPTY_DFA: Dfa = {
  size: 0,
  final: new Uint8Array(0),
  starts: new Int32Array(1),
  edges: new Int32Array(0),
};

/// The automaton of the empty text alone.
export const EMPTY_TEXT_DFA: Dfa = {
  size: 1,
  final: Uint8Array.of(1),
  starts: new Int32Array(2),
  edges: new Int32Array(0),
};

/// Writes an automaton state by state. One builder serves many automata: its room is kept.
export class DfaBuilder {
  size = 0;
  #final = new Uint8Array(256);
  #starts = new Int32Array(256);
  #edges = new Int32Array(2048);
  #used = 0;

  clear(): void {
    this.size = 0;
    this.#used = 0;
  }

  /// Begins the next state; edges go to it until the one after it.
  state(isFinal: boolean): void {
    const { size } = this;
    if (size === this.#final.length) {
      this.#final = twice(this.#final, new Uint8Array(2 * size));
      this.#starts = twice(this.#starts, new Int32Array(2 * size));
    }
    this.#final[size] = isFinal ? 1 : 0;
    this.#starts[size] = this.#used;
    this.size++;
  }

  /// Edges of a state ascend.
  edge(from: number, to: number, target: number): void {
    const n = this.#used;
    const edges = this.#edges;
    if (n > this.#starts[this.size - 1]! && edges[n - 1] === target && edges[n - 2]! >> 8 === from - 1) {
      edges[n - 2] = (edges[n - 2]! & 255) | (to << 8);
      return;
    }
    if (n + 2 > edges.length) this.#edges = twice(edges, new Int32Array(2 * edges.length));
    this.#edges[n] = from | (to << 8);
    this.#edges[n + 1] = target;
    this.#used = n + 2;
  }

  finish(): Dfa {
    const { size } = this;
    const starts = new Int32Array(size + 1);
    starts.set(this.#starts.subarray(0, size));
    starts[size] = this.#used;
    return { size, final: this.#final.slice(0, size), starts, edges: this.#edges.slice(0, this.#used) };
  }
}

function twice<T extends { set(from: T): void }>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}

/// States and where their edges lead.
export function graphOf({ starts, edges }: Dfa): DirectedGraph {
  const targets = new Int32Array(edges.length >> 1);
  for (let i = 0; i < targets.length; i++) targets[i] = edges[2 * i + 1]!;
  return { starts: starts.map((start) => start >> 1), targets };
}

/// Drops states that cannot reach a final one.
export function trim(dfa: Dfa, builder: DfaBuilder): Dfa {
  const { size, final } = dfa;
  const back = reversed(graphOf(dfa));
  const useful = new Uint8Array(size);
  const work = new Int32Array(size);
  let count = 0;
  for (let s = 0; s < size; s++) {
    if (final[s] === 0) continue;
    useful[s] = 1;
    work[count++] = s;
  }
  for (let k = 0; k < count; k++) {
    const s = work[k]!;
    for (let i = back.starts[s]!; i < back.starts[s + 1]!; i++) {
      const before = back.targets[i]!;
      if (useful[before] === 1) continue;
      useful[before] = 1;
      work[count++] = before;
    }
  }
  if (count === size) return dfa;
  if (size === 0 || useful[0] === 0) return EMPTY_DFA;
  const names = new Int32Array(size).fill(-1);
  let named = 0;
  for (let s = 0; s < size; s++) if (useful[s] === 1) names[s] = named++;
  builder.clear();
  for (let s = 0; s < size; s++) if (useful[s] === 1) copyState(dfa, s, names, builder);
  return builder.finish();
}

/// Appends a state with its edges to named states; those named -1 are dropped.
export function copyState(dfa: Dfa, s: number, names: Int32Array, builder: DfaBuilder): void {
  const { final, starts, edges } = dfa;
  builder.state(final[s] === 1);
  for (let i = starts[s]!; i < starts[s + 1]!; i += 2) {
    const target = names[edges[i + 1]!]!;
    if (target >= 0) builder.edge(edges[i]! & 255, edges[i]! >> 8, target);
  }
}

/// No state is on a cycle.
export function hasFiniteLanguage({ size, starts, edges }: Dfa): boolean {
  const depth = new Int32Array(size);
  for (let i = 1; i < edges.length; i += 2) depth[edges[i]!]!++;
  const work: number[] = [];
  for (let s = 0; s < size; s++) if (depth[s] === 0) work.push(s);
  let left = size;
  while (work.length > 0) {
    left--;
    const s = work.pop()!;
    for (let i = starts[s]! + 1; i < starts[s + 1]!; i += 2)
      if (--depth[edges[i]!]! === 0) work.push(edges[i]!);
  }
  return left === 0;
}

/// The most bytes that a final state goes on with.
export function widestContinuation({ size, final, starts, edges }: Dfa): number {
  let widest = 0;
  for (let s = 0; s < size; s++) {
    if (final[s] === 0) continue;
    let width = 0;
    for (let i = starts[s]!; i < starts[s + 1]!; i += 2) width += (edges[i]! >> 8) - (edges[i]! & 255) + 1;
    widest = Math.max(widest, width);
  }
  return widest;
}
