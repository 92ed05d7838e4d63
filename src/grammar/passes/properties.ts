import type { Expression } from "../ir.ts";
import { spend } from "../work.ts";
import { type Components, components, nodesByComponent, reversed } from "./components.ts";
import type { ExpressionGraph } from "./expression-graph.ts";

/// How a node's truth follows from its children's.
type Gate = "true" | "false" | "all" | "any" | "not";

/// Node → 1 if it matches the empty text.
export function nullableNodes(graph: ExpressionGraph, parts = components(graph)): Uint8Array {
  return leastSolution(graph, parts, (e) => {
    switch (e.kind) {
      case "empty":
        return "true";
      case "literal":
        return e.bytes.length === 0 ? "true" : "false";
      case "nothing":
      case "characters":
      case "bytes":
      case "unordered":
      case "token":
        return "false";
      case "sequence":
      case "intersection":
        return "all";
      case "choice":
      case "rule":
        return "any";
      case "repeat":
        return e.min === 0 ? "true" : "any";
      case "complement":
        return "not";
      default:
        return e satisfies never;
    }
  });
}

/// Node → 1 if it matches some text. Whether an intersection or a complement does is for automata to
/// say; here an intersection of productive items counts as productive, so do any complement, and items in any order
/// of which one is.
export function productiveNodes(graph: ExpressionGraph, parts = components(graph)): Uint8Array {
  return leastSolution(graph, parts, (e) => {
    switch (e.kind) {
      case "empty":
      case "literal":
      case "complement":
        return "true";
      case "nothing":
        return "false";
      case "characters":
      case "bytes":
        return e.ranges.length > 0 ? "true" : "false";
      case "token":
        return e.negated || e.tokens.length > 0 ? "true" : "false";
      case "sequence":
      case "intersection":
        return "all";
      case "choice":
      case "unordered":
      case "rule":
        return "any";
      case "repeat":
        return e.min === 0 ? "true" : "any";
      default:
        return e satisfies never;
    }
  });
}

/// Node → 1 if it reaches what no byte automaton of bearable size holds: a recursive rule, a token, or items in any
/// order.
export function irregularNodes(graph: ExpressionGraph, parts = components(graph)): Uint8Array {
  const irregular = new Uint8Array(graph.nodes.length);
  for (const v of nodesByComponent(parts)) {
    let value = parts.isCyclic[parts.of[v]!]!;
    const { kind } = graph.nodes[v]!;
    if (kind === "token" || kind === "unordered") value = 1;
    for (let i = graph.starts[v]!; i < graph.starts[v + 1]!; i++) value |= irregular[graph.targets[i]!]!;
    irregular[v] = value;
  }
  return irregular;
}

/// The least assignment in which every gate holds. Components are solved targets first, so that
/// `not` sees final values; a `not` inside of a cycle has no meaning (see `grammar-not-regular`).
function leastSolution(
  graph: ExpressionGraph,
  parts: Components,
  gateOf: (e: Expression) => Gate,
): Uint8Array {
  const { nodes, starts, targets } = graph;
  spend(5 * nodes.length);
  const back = reversed(graph);
  const value = new Uint8Array(nodes.length);
  /// Children of an `all` gate that are not known to be true.
  const missing = new Int32Array(nodes.length);
  const gates = nodes.map(gateOf);
  const byComponent = nodesByComponent(parts);
  const work: number[] = [];
  const settle = (v: number): void => {
    value[v] = 1;
    work.push(v);
  };
  for (let from = 0; from < byComponent.length; ) {
    const component = parts.of[byComponent[from]!];
    let to = from;
    while (to < byComponent.length && parts.of[byComponent[to]!] === component) to++;
    for (let k = from; k < to; k++) {
      const v = byComponent[k]!;
      const count = starts[v + 1]! - starts[v]!;
      let known = 0;
      for (let i = starts[v]!; i < starts[v + 1]!; i++) {
        const w = targets[i]!;
        if (parts.of[w] !== component) known += value[w]!;
      }
      missing[v] = count - known;
      if (holds(gates[v]!, known, count)) settle(v);
    }
    while (work.length > 0) {
      const w = work.pop()!;
      for (let i = back.starts[w]!; i < back.starts[w + 1]!; i++) {
        const v = back.targets[i]!;
        if (parts.of[v] !== component || value[v] === 1) continue;
        missing[v]!--;
        if (gates[v] === "any" || (gates[v] === "all" && missing[v] === 0)) settle(v);
      }
    }
    from = to;
  }
  return value;
}

function holds(gate: Gate, known: number, count: number): boolean {
  switch (gate) {
    case "true":
      return true;
    case "false":
      return false;
    case "all":
      return known === count;
    case "any":
      return known > 0;
    case "not":
      return known === 0;
    default:
      return gate satisfies never;
  }
}
