import type { Automaton } from "../../grammar/automaton/index.ts";
import { followBytes } from "./follow.ts";
import { type Atom, bytesOf, type Chain, type NativeRule, printRules, ruleRef } from "./native-rules.ts";
import { type ByteEdge, isEnd, type Node, type NodeGraph, nodesOf, targetsOf } from "./nodes.ts";

// XGrammar 0.1.27 reads more than it gets right; comparing it with the reference recogniser on random
// grammars (print-automaton.test.ts) found what:
//
// - A rule's alternatives become one automaton, whose reduction merges states that differ where two
//   alternatives begin alike: `"b" | "abb" | "aba"` matches "ababa". So no two alternatives of a
//   rule begin with the same byte or the same rule here.
// - A rule without references is pasted over a reference that stands first in a sequence, before the
//   above. Where that could bring two beginnings together, the rule refers to `e ::= ""`.
// - `?`, `+` and `{m,n}` are turned into such alternatives. Only `{m,n}` with m ≥ 15 is not.
// - The bounds of a character class are cut to one byte: `[é-ë]` is the bytes e9–eb, and `[^"]` takes
//   bytes that UTF-8 never has. That makes classes a way to write bytes, and all there are here.
//   Rules with `{m,n}`, and what follows a reference, are matched without an automaton, where a class
//   knows ASCII only: bytes come first in a sequence, references after them.
// - A rule that never ends is followed as long as it goes. The automaton has none.
// - Masks are wrong where a text may begin again with the root rule. Nothing refers to it here.
//
// It is slow, tens of milliseconds a mask, wherever a token may reach past the end of a rule: then it
// must try out the token. So a rule is a state here, and refers to the next state last: whatever
// follows up to the end of the automaton's rule is inside of it.

/// Rules of XGrammar's EBNF for the automaton's language; the root rule is `root`.
export function printAutomaton(automaton: Automaton): string {
  return new Printer(automaton, nodesOf(automaton)).print();
}

/// Counts up to this are written out, a rule for each: XGrammar's own counter follows 16 ways at a
/// time, and is five times slower.
const MAX_WRITTEN = 1000;
/// The least count that XGrammar does not write out itself.
const MIN_COUNTED = 15;

const EMPTY = "e";

class Printer {
  readonly #automaton: Automaton;
  readonly #entries: NodeGraph["entries"];
  readonly #follow: readonly Uint8Array[];
  /// Node → edges that lead to it.
  readonly #inDegree = new Map<Node, number>();
  /// Nodes that are referred to first in a sequence.
  readonly #leading = new Set<Node>();
  readonly #names = new Map<Node, string>();
  readonly #queue: Node[] = [];
  readonly #rules = new Map<string, NativeRule>();

  constructor(automaton: Automaton, graph: NodeGraph) {
    this.#automaton = automaton;
    this.#entries = graph.entries;
    this.#follow = followBytes(graph);
    for (const entry of graph.entries) if (entry) this.#leading.add(entry);
    for (const node of graph.nodes) {
      for (const part of node.parts) this.#leading.add(part);
      for (const target of targetsOf(node)) this.#inDegree.set(target, (this.#inDegree.get(target) ?? 0) + 1);
    }
  }

  print(): string {
    const { root, rules } = this.#automaton;
    const alternatives: Chain[] = rules[root]!.nullable ? [[]] : [];
    if (this.#entries[root]) alternatives.push([this.#entry(root)]);
    this.#rules.set("root", { alternatives });
    for (let node = this.#queue.pop(); node; node = this.#queue.pop()) this.#writeNode(node);
    this.#rules.set(EMPTY, { alternatives: [[]] });
    return printRules(this.#rules);
  }

  #node(node: Node): Atom {
    let name = this.#names.get(node);
    if (name === undefined) {
      name = `s${this.#names.size}`;
      this.#names.set(node, name);
      this.#queue.push(node);
    }
    return ruleRef(name);
  }

  #entry(rule: number): Atom {
    return this.#node(this.#entries[rule]!);
  }

  #writeNode(node: Node): void {
    const name = this.#names.get(node)!;
    const follow = this.#follow[node.rule];
    const alternatives: Chain[] = node.final ? [[]] : [];
    let loop: ByteEdge | undefined;
    for (const edge of node.bytes) {
      if (edge.target === node) loop = edge;
      else alternatives.push(this.#afterByte(edge));
    }
    for (const { rule, target } of node.calls) alternatives.push([this.#entry(rule), ...this.#rest(target)]);
    for (const { rule, min, max, target } of node.counters) {
      alternatives.push([this.#counter(rule, min, max), ...this.#rest(target)]);
    }
    for (const part of node.parts) alternatives.push([this.#node(part)]);
    if (!loop) {
      this.#rules.set(name, { alternatives: this.#kept(node, alternatives), follow });
      return;
    }
    const star = bytesOf(loop.ranges, true);
    if (alternatives.length === 1 && node.final) {
      this.#rules.set(name, { alternatives: this.#kept(node, [[star]]), follow });
    } else {
      const rest = `${name}x`;
      this.#rules.set(name, { alternatives: [[star, ruleRef(rest)]], follow });
      this.#rules.set(rest, { alternatives, follow });
    }
  }

  /// A byte, and the bytes after it as long as there is no choice.
  #afterByte(edge: ByteEdge): Chain {
    const chain: Atom[] = [bytesOf(edge.ranges)];
    let node = edge.target;
    while (this.#inDegree.get(node) === 1 && isStraight(node) && !this.#leading.has(node)) {
      const next = node.bytes[0]!;
      if (next.target === node) break;
      chain.push(bytesOf(next.ranges));
      node = next.target;
    }
    return [...chain, ...this.#rest(node)];
  }

  #rest(node: Node): Chain {
    return isEnd(node) ? [] : [this.#node(node)];
  }

  /// Keeps a rule that is referred to first from being pasted there.
  #kept(node: Node, alternatives: readonly Chain[]): readonly Chain[] {
    if (!this.#leading.has(node)) return alternatives;
    if (alternatives.some((chain) => chain.some((atom) => atom.kind !== "bytes"))) return alternatives;
    return alternatives.map((chain, i) =>
      i === alternatives.length - 1 ? [...chain, ruleRef(EMPTY)] : chain,
    );
  }

  #counter(rule: number, min: number, max: number): Atom {
    const item = this.#entry(rule);
    const name = `c${rule}-${min}-${max < 0 ? "" : max}`;
    if (this.#rules.has(name)) return ruleRef(name);
    const set = (n: string, ...alternatives: Chain[]) => this.#rules.set(n, { alternatives });
    if (max < 0) {
      const star = `${name}s`;
      set(star, [], [item, ruleRef(star)]);
      const least =
        min <= MAX_WRITTEN ? this.#written(name, item, min, min) : [this.#counted(rule, min, min)];
      set(name, [...least, ruleRef(star)]);
    } else if (max <= MAX_WRITTEN) set(name, this.#written(name, item, min, max));
    else if (min >= MIN_COUNTED) set(name, [this.#counted(rule, min, max)]);
    else {
      set(`${name}f`, this.#written(name, item, min, MIN_COUNTED - 1));
      set(`${name}m`, [this.#counted(rule, MIN_COUNTED, max), ruleRef(EMPTY)]);
      set(name, [ruleRef(`${name}f`)], [ruleRef(`${name}m`)]);
    }
    return ruleRef(name);
  }

  /// A rule for each count: `${name}-${i}` when i are taken.
  #written(name: string, item: Atom, min: number, max: number): Chain {
    for (let i = max; i >= 0; i--) {
      const more: Chain[] = i < max ? [[item, ruleRef(`${name}-${i + 1}`)]] : [];
      this.#rules.set(`${name}-${i}`, { alternatives: i < min ? more : [[], ...more] });
    }
    return [ruleRef(`${name}-0`)];
  }

  /// What `{min,max}` applies to is pasted if it can be. XGrammar knows that at least 14 more follow
  /// there, so it need not try out tokens of up to that many.
  #counted(rule: number, min: number, max: number): Atom {
    const entry = this.#entries[rule]!;
    const alternatives = straightAlternatives(entry);
    const name = `i${rule}`;
    if (!alternatives)
      return { kind: "counted", name: (this.#entry(rule) as { name: string }).name, min, max };
    this.#rules.set(name, { alternatives });
    return { kind: "counted", name, min, max };
  }
}

function isStraight(node: Node): boolean {
  return !node.final && node.bytes.length === 1 && targetsOf(node).length === 1;
}

/// The texts from `entry` on as sequences of bytes that begin differently, if that is what they are.
function straightAlternatives(entry: Node): Chain[] | undefined {
  if (entry.final || entry.calls.length + entry.counters.length + entry.parts.length > 0) return undefined;
  const alternatives: Chain[] = [];
  for (const edge of entry.bytes) {
    const chain: Atom[] = [];
    const seen = new Set<Node>();
    for (let at: ByteEdge | undefined = edge; at; ) {
      chain.push(bytesOf(at.ranges));
      const node: Node = at.target;
      if (isEnd(node)) break;
      if (!isStraight(node) || seen.has(node)) return undefined;
      seen.add(node);
      at = node.bytes[0];
    }
    alternatives.push(chain);
  }
  return alternatives;
}
