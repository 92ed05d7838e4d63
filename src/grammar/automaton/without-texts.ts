import { type Dfa, DfaBuilder, EMPTY_DFA } from "./dfa.ts";

const builder = new DfaBuilder();

/// The smallest automaton of the texts of `base` that are not among `texts` (ascending). `base` is the
/// smallest of its language: then a state along the texts that is not one of its states is told from all
/// others by its edges.
export function withoutTexts(base: Dfa, texts: readonly Uint8Array[]): Dfa {
  return base.size === 0 ? base : new Difference(base, texts).run();
}

interface State {
  readonly final: number;
  /// (from | to << 8, state) an edge, neighbours with one state joined.
  readonly edges: number[];
}

const DEAD = -1;

class Difference {
  readonly #base: Dfa;
  readonly #texts: readonly Uint8Array[];
  /// States from the base's size on.
  readonly #added: State[] = [];
  /// Hash of a state's edges → states that have it.
  readonly #byEdges: ReadonlyMap<number, readonly number[]>;
  readonly #addedByEdges = new Map<number, number[]>();

  constructor(base: Dfa, texts: readonly Uint8Array[]) {
    this.#base = base;
    this.#texts = texts;
    this.#byEdges = statesByEdges(base);
  }

  run(): Dfa {
    const start = this.#along(0, 0, this.#texts.length, 0);
    return start === DEAD ? EMPTY_DFA : this.#result(start);
  }

  /// The state of the base's `state` without the rests of texts `from … to - 1` behind their first
  /// `depth` bytes.
  #along(state: number, from: number, to: number, depth: number): number {
    const texts = this.#texts;
    const { final, starts, edges } = this.#base;
    let i = from;
    while (i < to && texts[i]!.length === depth) i++;
    const isFinal = i > from ? 0 : final[state]!;
    const out: number[] = [];
    for (let e = starts[state]!; e < starts[state + 1]!; e += 2) {
      let byte = edges[e]! & 255;
      const last = edges[e]! >> 8;
      const target = edges[e + 1]!;
      while (i < to && texts[i]![depth]! < byte) i++;
      while (i < to && texts[i]![depth]! <= last) {
        const own = texts[i]![depth]!;
        let end = i + 1;
        while (end < to && texts[end]![depth] === own) end++;
        push(out, byte, own - 1, target);
        push(out, own, own, this.#along(target, i, end, depth + 1));
        byte = own + 1;
        i = end;
      }
      push(out, byte, last, target);
    }
    return out.length === 0 && isFinal === 0 ? DEAD : this.#stateOf(isFinal, out);
  }

  #stateOf(final: number, edges: number[]): number {
    const hash = hashOf(final, edges, 0, edges.length);
    for (const s of this.#byEdges.get(hash) ?? []) if (this.#isBase(s, final, edges)) return s;
    const added = this.#addedByEdges.get(hash);
    for (const s of added ?? []) {
      const state = this.#added[s - this.#base.size]!;
      if (state.final === final && isSame(state.edges, edges)) return s;
    }
    const s = this.#base.size + this.#added.push({ final, edges }) - 1;
    if (added === undefined) this.#addedByEdges.set(hash, [s]);
    else added.push(s);
    return s;
  }

  #isBase(s: number, final: number, list: readonly number[]): boolean {
    const { starts, edges } = this.#base;
    const from = starts[s]!;
    if (this.#base.final[s] !== final || starts[s + 1]! - from !== list.length) return false;
    for (let i = 0; i < list.length; i++) if (edges[from + i] !== list[i]) return false;
    return true;
  }

  /// Numbered breadth first.
  #result(start: number): Dfa {
    const { size, final, starts, edges } = this.#base;
    const names = new Int32Array(size + this.#added.length).fill(-1);
    const order = [start];
    names[start] = 0;
    builder.clear();
    for (let k = 0; k < order.length; k++) {
      const s = order[k]!;
      const added = s < size ? undefined : this.#added[s - size]!;
      const list = added?.edges ?? edges;
      const end = added === undefined ? starts[s + 1]! : list.length;
      builder.state((added === undefined ? final[s] : added.final) === 1);
      for (let i = added === undefined ? starts[s]! : 0; i < end; i += 2) {
        const target = list[i + 1]!;
        if (names[target] === -1) names[target] = order.push(target) - 1;
        builder.edge(list[i]! & 255, list[i]! >> 8, names[target]!);
      }
    }
    return builder.finish();
  }
}

function push(edges: number[], from: number, to: number, state: number): void {
  if (from > to || state === DEAD) return;
  const n = edges.length;
  if (n > 0 && edges[n - 1] === state && edges[n - 2]! >> 8 === from - 1)
    edges[n - 2] = (edges[n - 2]! & 255) | (to << 8);
  else edges.push(from | (to << 8), state);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const known = new WeakMap<Dfa, ReadonlyMap<number, readonly number[]>>();

function statesByEdges(dfa: Dfa): ReadonlyMap<number, readonly number[]> {
  let found = known.get(dfa);
  if (found === undefined) {
    const states = new Map<number, number[]>();
    for (let s = 0; s < dfa.size; s++) {
      const hash = hashOf(dfa.final[s]!, dfa.edges, dfa.starts[s]!, dfa.starts[s + 1]!);
      const list = states.get(hash);
      if (list === undefined) states.set(hash, [s]);
      else list.push(s);
    }
    found = states;
    known.set(dfa, found);
  }
  return found;
}

function hashOf(final: number, edges: ArrayLike<number>, from: number, to: number): number {
  let hash = final;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ edges[i]! ^ (hash >>> 15), 0x9e3779b1);
  return hash;
}
