import { childrenOf } from "../build.ts";
import type { Expression, Grammar } from "../ir.ts";
import { isPauseDue, runAll, type Steps, spend } from "../work.ts";

/// A grammar as a flat directed graph, so that passes need neither recursion nor hashing: node i is
/// `nodes[i]`, and its children are `targets[starts[i] … starts[i + 1] - 1]`. A `rule` node's one
/// child is the node of that rule's expression. An expression object used twice is one node.
export interface ExpressionGraph {
  readonly nodes: readonly Expression[];
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  /// Rule id → node of its expression.
  readonly ruleNodes: Int32Array;
}

export function expressionGraph(grammar: Grammar): ExpressionGraph {
  return runAll(graphSteps(grammar));
}

/// The same, with pauses.
export function* graphSteps(grammar: Grammar): Steps<ExpressionGraph> {
  const nodes: Expression[] = [];
  const indices = new Map<Expression, number>();
  const indexOf = (e: Expression): number => {
    let index = indices.get(e);
    if (index === undefined) {
      index = nodes.length;
      indices.set(e, index);
      nodes.push(e);
    }
    return index;
  };
  const ruleNodes = Int32Array.from(grammar.rules, (rule) => indexOf(rule.expression));
  const starts: number[] = [0];
  const targets: number[] = [];
  // `nodes` grows while it is walked: it is its own queue.
  for (let i = 0; i < nodes.length; i++) {
    spend(2);
    if (isPauseDue()) yield;
    const e = nodes[i]!;
    if (e.kind === "rule") targets.push(ruleNodes[e.rule]!);
    for (const child of childrenOf(e)) targets.push(indexOf(child));
    starts.push(targets.length);
  }
  return { nodes, starts: Int32Array.from(starts), targets: Int32Array.from(targets), ruleNodes };
}
