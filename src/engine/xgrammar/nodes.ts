import type { Automaton } from "../../grammar/automaton/index.ts";

/// A state of an automaton's rule, made deterministic: its edges begin differently.
export interface Node {
  /// The rule it is in.
  readonly rule: number;
  /// The rule may end here.
  final: boolean;
  readonly bytes: ByteEdge[];
  readonly calls: CallEdge[];
  readonly counters: CounterEdge[];
  /// If not empty, the node stands for all of these instead of having edges.
  readonly parts: Node[];
}

export interface ByteEdge {
  /// (from, to) a range of bytes.
  readonly ranges: number[];
  readonly target: Node;
}

/// A non-empty text of `rule`.
export interface CallEdge {
  readonly rule: number;
  readonly target: Node;
}

/// `min` … `max` non-empty texts of `rule`; a negative `max` is no bound.
export interface CounterEdge extends CallEdge {
  readonly min: number;
  readonly max: number;
}

export interface NodeGraph {
  readonly nodes: readonly Node[];
  /// Rule → where its non-empty texts start; undefined if it has none.
  readonly entries: readonly (Node | undefined)[];
}

const DEAD = -1;

/// Where making a rule deterministic would take more nodes than this, it stays as it is from there.
const MAX_GROWTH = 4;
const ALWAYS_ALLOWED = 1000;

/// The automaton as nodes.
export function nodesOf(automaton: Automaton): NodeGraph {
  if (automaton.nfa.unordered.length > 0) throw new Error("XGrammar knows no items in any order");
  const nodes: Node[] = [];
  const entries = automaton.rules.map(({ entry }, rule) =>
    entry === DEAD ? undefined : new RuleNodes(automaton, rule, nodes).entry(entry),
  );
  return withoutDead({ nodes, entries });
}

/// The lowering leaves calls of rules that match nothing but the empty text: nothing starts there.
function withoutDead({ nodes, entries }: NodeGraph): NodeGraph {
  const dead = new Set<Node>();
  for (let before = -1; before < dead.size; ) {
    before = dead.size;
    const isAlive = ({ rule, target }: CallEdge) => {
      const entry = entries[rule];
      return entry !== undefined && !dead.has(entry) && !dead.has(target);
    };
    for (const node of nodes) {
      if (dead.has(node)) continue;
      keep(node.bytes, ({ target }) => !dead.has(target));
      keep(node.calls, isAlive);
      keep(node.counters, isAlive);
      keep(node.parts, (part) => !dead.has(part));
      if (!node.final && targetsOf(node).length === 0) dead.add(node);
    }
  }
  return {
    nodes: nodes.filter((node) => !dead.has(node)),
    entries: entries.map((entry) => (entry && dead.has(entry) ? undefined : entry)),
  };
}

function keep<T>(list: T[], isKept: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(isKept));
}

/// Every node that `node` leads to.
export function targetsOf(node: Node): Node[] {
  const edges = [...node.bytes, ...node.calls, ...node.counters];
  return [...edges.map((edge) => edge.target), ...node.parts];
}

/// Nothing but the end of the rule.
export function isEnd(node: Node): boolean {
  return node.final && targetsOf(node).length === 0;
}

type State = ReturnType<Automaton["nfa"]["state"]>;

class RuleNodes {
  readonly #nfa: Automaton["nfa"];
  readonly #rule: number;
  readonly #all: Node[];
  readonly #known = new Map<string, Node>();
  readonly #work: (() => void)[] = [];
  #limit = 0;

  constructor(automaton: Automaton, rule: number, all: Node[]) {
    this.#nfa = automaton.nfa;
    this.#rule = rule;
    this.#all = all;
  }

  entry(state: number): Node {
    this.#limit = ALWAYS_ALLOWED + MAX_GROWTH * this.#nfa.reachable(state).length;
    const entry = this.#nodeOf([state]);
    for (let next = this.#work.pop(); next; next = this.#work.pop()) next();
    return entry;
  }

  #nodeOf(states: Iterable<number>): Node {
    const closure = new Set<number>();
    for (const s of states) for (const t of this.#nfa.closure(s)) closure.add(t);
    const set = [...closure].filter((s) => this.#nfa.takesSomething(s) || this.#nfa.isFinal(s));
    set.sort((a, b) => a - b);
    return this.#nodeOfClosed(set);
  }

  /// The node of states that are all there is: their epsilon edges lead nowhere else.
  #nodeOfClosed(set: readonly number[]): Node {
    const key = set.join();
    const known = this.#known.get(key);
    if (known) return known;
    const node: Node = { rule: this.#rule, final: false, bytes: [], calls: [], counters: [], parts: [] };
    this.#known.set(key, node);
    this.#all.push(node);
    const isTooMany = this.#known.size > this.#limit && set.length > 1;
    this.#work.push(() => {
      if (isTooMany) node.parts.push(...set.map((s) => this.#nodeOfClosed([s])));
      else this.#fill(node, set);
    });
    return node;
  }

  #fill(node: Node, set: readonly number[]): void {
    const states = set.map((s) => this.#state(s));
    node.final = states.some((state) => state.final);
    this.#fillBytes(node, states);
    const calls = new Map<number, number[]>();
    const counters = new Map<string, number[]>();
    for (const state of states) {
      for (let i = 0; i < state.calls.length; i += 2) add(calls, state.calls[i]!, state.calls[i + 1]!);
      for (let i = 0; i < state.counters.length; i += 4) {
        add(counters, state.counters.slice(i, i + 3).join(), state.counters[i + 3]!);
      }
    }
    for (const [rule, targets] of calls) node.calls.push({ rule, target: this.#nodeOf(targets) });
    for (const [key, targets] of counters) {
      const [rule, min, max] = key.split(",").map(Number) as [number, number, number];
      node.counters.push({ rule, min, max, target: this.#nodeOf(targets) });
    }
  }

  #fillBytes(node: Node, states: readonly State[]): void {
    const cuts = new Set<number>();
    for (const { ranges } of states) {
      for (let i = 0; i < ranges.length; i += 3) cuts.add(ranges[i]!).add(ranges[i + 1]! + 1);
    }
    const sorted = [...cuts].sort((a, b) => a - b);
    const edges = new Map<Node, number[]>();
    for (let i = 0; i + 1 < sorted.length; i++) {
      const from = sorted[i]!;
      const to = sorted[i + 1]! - 1;
      const targets: number[] = [];
      for (const { ranges } of states) {
        for (let k = 0; k < ranges.length; k += 3) {
          if (ranges[k]! <= from && to <= ranges[k + 1]!) targets.push(ranges[k + 2]!);
        }
      }
      if (targets.length === 0) continue;
      const target = this.#nodeOf(targets);
      const known = edges.get(target);
      if (!known) edges.set(target, [from, to]);
      else if (known.at(-1) === from - 1) known[known.length - 1] = to;
      else known.push(from, to);
    }
    for (const [target, ranges] of edges) node.bytes.push({ ranges, target });
  }

  #state(s: number): State {
    return this.#nfa.state(s);
  }
}

function add<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
