import { components, nodesByComponent } from "../passes/components.ts";
import { type Budget, checkBudget } from "./budget.ts";
import { type Dfa, DfaBuilder, graphOf } from "./dfa.ts";

/// Cycles through more states than this stay as they are: telling their states apart costs more than
/// it saves.
const MAX_CYCLIC = 1500;

const builder = new DfaBuilder();

/// The smallest equal automaton, states numbered breadth first: equal languages give equal results.
/// Automata with large cycles may come back larger than need be.
export function minimize(dfa: Dfa, budget: Budget): Dfa {
  return isChain(dfa) ? dfa : new Minimizer(dfa, budget).run();
}

/// Each state leads to the next one alone, and the last one is final: no two of them are equal.
function isChain({ size, final, starts, edges }: Dfa): boolean {
  for (let s = 0; s < size; s++) {
    if ((final[s] === 1) !== (s === size - 1)) return false;
    for (let i = starts[s]! + 1; i < starts[s + 1]!; i += 2) if (edges[i] !== s + 1) return false;
  }
  return true;
}

/// Goes from the ends to the start. A state that is on no cycle is told by its edges, once the states
/// they lead to have their classes. States on a cycle are told apart among themselves, and then compared
/// with the cycles before.
class Minimizer {
  readonly #dfa: Dfa;
  readonly #budget: Budget;
  /// State → its class, -1 while it has none.
  readonly #classes: Int32Array;
  /// Class → a state of it.
  readonly #members: number[] = [];
  /// Hash of a state's edges → classes that have it.
  readonly #byEdges = new Map<number, number | number[]>();
  /// Classes on cycles.
  readonly #cyclic: number[] = [];
  /// State on the cycle that is looked at → the class it would be in.
  readonly #assumed: Int32Array;

  constructor(dfa: Dfa, budget: Budget) {
    this.#dfa = dfa;
    this.#budget = budget;
    this.#classes = new Int32Array(dfa.size).fill(-1);
    this.#assumed = new Int32Array(dfa.size).fill(-1);
  }

  run(): Dfa {
    const parts = components(graphOf(this.#dfa));
    const order = nodesByComponent(parts);
    for (let i = 0; i < order.length; ) {
      const part = parts.of[order[i]!]!;
      let end = i + 1;
      while (end < order.length && parts.of[order[end]!] === part) end++;
      if (parts.isCyclic[part] === 0) this.#classify(order[i]!);
      else this.#classifyCycle(order.subarray(i, end));
      i = end;
    }
    return this.#result();
  }

  /// A state whose edges all lead to classes.
  #classify(s: number): void {
    const hash = hashOf(this.#dfa, s, this.#classes);
    const known = this.#byEdges.get(hash);
    if (known !== undefined) {
      for (const c of typeof known === "number" ? [known] : known) {
        if (!sameEdges(this.#dfa, this.#members[c]!, s, this.#classes)) continue;
        this.#classes[s] = c;
        return;
      }
    }
    this.#classes[s] = this.#members.push(s) - 1;
    this.#remember(hash, this.#classes[s]!);
  }

  #remember(hash: number, c: number): void {
    const known = this.#byEdges.get(hash);
    if (known === undefined) this.#byEdges.set(hash, c);
    else if (typeof known === "number") this.#byEdges.set(hash, [known, c]);
    else known.push(c);
  }

  #classifyCycle(states: Int32Array): void {
    // All states of a cycle lead to each other: if one equals a state seen before, all do.
    checkBudget(this.#budget);
    for (const c of this.#cyclic) if (this.#mayEqual(states[0]!, c) && this.#equals(states, c)) return;
    const first = this.#members.length;
    if (states.length > MAX_CYCLIC) {
      for (const s of states) this.#classes[s] = this.#members.push(s) - 1;
    } else this.#refine(states);
    for (let c = first; c < this.#members.length; c++) {
      this.#cyclic.push(c);
      this.#remember(hashOf(this.#dfa, this.#members[c]!, this.#classes), c);
    }
  }

  /// A quick look that tells most states apart.
  #mayEqual(s: number, c: number): boolean {
    const { starts, edges, final } = this.#dfa;
    const classes = this.#classes;
    const t = this.#members[c]!;
    return (
      final[s] === final[t] &&
      sameIntervals(starts, edges, s, t, (x, y) => classes[x] === -1 || classes[x] === classes[y])
    );
  }

  /// Whether the first of these states is in class `c`; then all states get their classes.
  #equals(states: Int32Array, c: number): boolean {
    const { starts, edges, final } = this.#dfa;
    const classes = this.#classes;
    const assumed = this.#assumed;
    const met = [states[0]!];
    assumed[states[0]!] = c;
    let isEqual = true;
    /// Whether a state equals another one that has a class, as far as is known.
    const agree = (target: number, other: number): boolean => {
      if (classes[target] !== -1) return classes[target] === classes[other];
      if (assumed[target] !== -1) return assumed[target] === classes[other];
      assumed[target] = classes[other]!;
      met.push(target);
      return true;
    };
    for (let k = 0; k < met.length && isEqual; k++) {
      const s = met[k]!;
      const t = this.#members[assumed[s]!]!;
      isEqual = final[s] === final[t] && sameIntervals(starts, edges, s, t, agree);
    }
    for (const s of met) {
      if (isEqual) classes[s] = assumed[s]!;
      assumed[s] = -1;
    }
    return isEqual;
  }

  /// Moore's refinement: states on the cycle are equal as long as their edges lead to equal classes.
  #refine(states: Int32Array): void {
    const dfa = this.#dfa;
    const classes = this.#classes;
    const base = this.#members.length;
    const next = new Int32Array(states.length);
    for (const s of states) classes[s] = base + dfa.final[s]!;
    let count = 0;
    for (;;) {
      checkBudget(this.#budget);
      /// Hash → the first state of each class that has it.
      const firsts = new Map<number, number | number[]>();
      let found = 0;
      for (let i = 0; i < states.length; i++) {
        const s = states[i]!;
        const hash = hashOf(dfa, s, classes);
        const known = firsts.get(hash);
        let same = -1;
        for (const k of known === undefined ? [] : typeof known === "number" ? [known] : known) {
          const t = states[k]!;
          if (classes[t] !== classes[s] || !sameEdges(dfa, t, s, classes)) continue;
          same = k;
          break;
        }
        if (same >= 0) next[i] = next[same]!;
        else {
          next[i] = found++;
          if (known === undefined) firsts.set(hash, i);
          else if (typeof known === "number") firsts.set(hash, [known, i]);
          else known.push(i);
        }
      }
      for (let i = 0; i < states.length; i++) classes[states[i]!] = base + next[i]!;
      if (found === count || found === states.length) break;
      count = found;
    }
    for (const s of states) if (classes[s] === this.#members.length) this.#members.push(s);
  }

  #result(): Dfa {
    const { starts, edges } = this.#dfa;
    const classes = this.#classes;
    const members = this.#members;
    const names = new Int32Array(members.length).fill(-1);
    const order = [classes[0]!];
    names[classes[0]!] = 0;
    builder.clear();
    for (let k = 0; k < order.length; k++) {
      const s = members[order[k]!]!;
      builder.state(this.#dfa.final[s] === 1);
      for (let i = starts[s]!; i < starts[s + 1]!; i += 2) {
        const c = classes[edges[i + 1]!]!;
        if (names[c] === -1) names[c] = order.push(c) - 1;
        builder.edge(edges[i]! & 255, edges[i]! >> 8, names[c]!);
      }
    }
    return builder.finish();
  }
}

/// A hash of a state's edges up to the classes they lead to. Neighbours that lead to one class count as
/// one edge.
function hashOf({ final, starts, edges }: Dfa, s: number, classes: Int32Array): number {
  let hash = final[s]!;
  const end = starts[s + 1]!;
  for (let i = starts[s]!; i < end; ) {
    const target = classes[edges[i + 1]!]!;
    const from = edges[i]! & 255;
    let to = edges[i]! >> 8;
    for (i += 2; i < end && (edges[i]! & 255) === to + 1 && classes[edges[i + 1]!] === target; i += 2)
      to = edges[i]! >> 8;
    hash = Math.imul(hash ^ (from | (to << 8)), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ target, 0x85ebca6b);
  }
  return hash;
}

function sameEdges({ final, starts, edges }: Dfa, a: number, b: number, classes: Int32Array): boolean {
  return final[a] === final[b] && sameIntervals(starts, edges, b, a, (x, y) => classes[x] === classes[y]);
}

/// Whether two states take the same bytes, and `agree` says of all targets that they are equal.
function sameIntervals(
  starts: Int32Array,
  edges: Int32Array,
  a: number,
  b: number,
  agree: (x: number, y: number) => boolean,
): boolean {
  let i = starts[a]!;
  let k = starts[b]!;
  const iEnd = starts[a + 1]!;
  const kEnd = starts[b + 1]!;
  // Byte by byte in effect: both lists are cut where either is.
  let from = 0;
  while (i < iEnd && k < kEnd) {
    const start = Math.max(from, edges[i]! & 255);
    if (start !== Math.max(from, edges[k]! & 255) || !agree(edges[i + 1]!, edges[k + 1]!)) return false;
    const end = Math.min(edges[i]! >> 8, edges[k]! >> 8);
    if (edges[i]! >> 8 === end) i += 2;
    if (edges[k]! >> 8 === end) k += 2;
    from = end + 1;
  }
  return i === iEnd && k === kEnd;
}
