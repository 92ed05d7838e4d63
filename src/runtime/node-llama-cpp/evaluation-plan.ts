import type { KvNode } from "./kv-tree.ts";

/// Chains of nodes to evaluate so that all of `wanted` are: a chain a decode, each node once. A chain
/// begins below a held node or one of an earlier chain.
///
/// The longest chain comes first, and what branches off it from its end upwards: to go up, a sequence is
/// cut; to come down again, it must be restored.
export function planEvaluation(wanted: Iterable<KvNode>): KvNode[][] {
  const heights = new Map<KvNode, number>();
  const starts = new Set<KvNode>();
  for (const node of wanted) {
    let height = 1;
    let at = node;
    while ((heights.get(at) ?? 0) < height) {
      heights.set(at, height++);
      // A held node is evaluated once more for its logits, and needs nothing above it.
      if (at.held || at.parent!.held) {
        starts.add(at);
        break;
      }
      at = at.parent!;
    }
  }
  const chains: KvNode[][] = [];
  const follow = (start: KvNode): void => {
    const chain = [start];
    const branches: KvNode[][] = [];
    for (let node = start; !node.held; ) {
      const below = [...node.children.values()].filter((child) => heights.has(child) && !starts.has(child));
      below.sort((a, b) => heights.get(b)! - heights.get(a)!);
      branches.push(below.slice(1));
      if (below[0] === undefined) break;
      node = below[0];
      chain.push(node);
    }
    chains.push(chain);
    for (const below of branches.reverse()) below.forEach(follow);
  };
  [...starts].sort((a, b) => b.depth - a.depth || heights.get(b)! - heights.get(a)!).forEach(follow);
  return chains;
}
