import type { Span } from "../../base/span.ts";
import type { Grammar, RuleId } from "../ir.ts";
import { components } from "./components.ts";
import { type ExpressionGraph, expressionGraph } from "./expression-graph.ts";
import { nullableNodes } from "./properties.ts";

/// Rules that can begin with themselves.
export interface LeftRecursion {
  /// Each rule can begin with the next one, and the last one with the first.
  readonly cycle: readonly RuleId[];
  /// Something that may be empty stands before a rule of the cycle: `a ::= b? a "x"`.
  readonly isHidden: boolean;
  /// Where the first rule of the cycle names the second.
  readonly span?: Span;
}

/// A rule named where another rule's text begins.
interface LeftCall {
  readonly target: RuleId;
  readonly isHidden: boolean;
  readonly node: number;
}

/// One entry for each group of rules that are left recursive together: a shortest cycle through the
/// group's first rule.
export function leftRecursion(grammar: Grammar, graph = expressionGraph(grammar)): LeftRecursion[] {
  const nullable = nullableNodes(graph);
  const calls = leftCalls(grammar, graph, nullable);
  const starts = new Int32Array(calls.length + 1);
  for (let r = 0; r < calls.length; r++) starts[r + 1] = starts[r]! + calls[r]!.length;
  const targets = Int32Array.from(calls.flatMap((list) => list.map((call) => call.target)));
  const parts = components({ starts, targets });
  const done = new Uint8Array(parts.count);
  const out: LeftRecursion[] = [];
  for (let rule = 0; rule < calls.length; rule++) {
    const part = parts.of[rule]!;
    if (parts.isCyclic[part] === 0 || done[part] === 1) continue;
    done[part] = 1;
    const cycle = shortestCycle(rule, calls, (r) => parts.of[r] === part);
    const span = graph.nodes[cycle[0]!.call.node]!.span;
    out.push({
      cycle: cycle.map((step) => step.rule),
      isHidden: cycle.some((step) => step.call.isHidden),
      ...(span === undefined ? {} : { span }),
    });
  }
  return out;
}

function leftCalls(grammar: Grammar, graph: ExpressionGraph, nullable: Uint8Array): LeftCall[][] {
  const { nodes, starts, targets } = graph;
  // A node is looked at twice a rule at most: plainly, and behind something that may be empty.
  const seenPlain = new Int32Array(nodes.length);
  const seenHidden = new Int32Array(nodes.length);
  return grammar.rules.map((_, rule) => {
    const stamp = rule + 1;
    const calls: LeftCall[] = [];
    const work: [node: number, isHidden: boolean][] = [[graph.ruleNodes[rule]!, false]];
    while (work.length > 0) {
      const [v, isHidden] = work.pop()!;
      const seen = isHidden ? seenHidden : seenPlain;
      if (seen[v] === stamp) continue;
      seen[v] = stamp;
      const e = nodes[v]!;
      if (e.kind === "rule") {
        calls.push({ target: e.rule, isHidden, node: v });
        continue;
      }
      let hidden = isHidden;
      for (let i = starts[v]!; i < starts[v + 1]!; i++) {
        const w = targets[i]!;
        work.push([w, hidden]);
        if (e.kind !== "sequence") continue;
        if (nullable[w] === 0) break;
        hidden = true;
      }
    }
    return calls.reverse();
  });
}

interface Step {
  readonly rule: RuleId;
  readonly call: LeftCall;
}

/// A shortest cycle from `rule` to itself: breadth first within its component.
function shortestCycle(rule: RuleId, calls: readonly LeftCall[][], isInside: (r: RuleId) => boolean): Step[] {
  const cameFrom = new Map<RuleId, Step>();
  const queue = [rule];
  for (const r of queue) {
    for (const call of calls[r]!) {
      if (call.target === rule) {
        const cycle: Step[] = [{ rule: r, call }];
        for (let at = r; at !== rule; ) {
          const step = cameFrom.get(at)!;
          cycle.push(step);
          at = step.rule;
        }
        return cycle.reverse();
      }
      if (!isInside(call.target) || cameFrom.has(call.target)) continue;
      cameFrom.set(call.target, { rule: r, call });
      queue.push(call.target);
    }
  }
  throw new Error(`rule ${rule} is in a cyclic component, but on no cycle`);
}
