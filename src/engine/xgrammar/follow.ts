import type { Node, NodeGraph } from "./nodes.ts";

/// Rule → a set (256 entries, 1 = in it) of the bytes that may come after one of its texts.
export function followBytes({ nodes, entries }: NodeGraph): Uint8Array[] {
  const first = firstBytes(nodes, entries);
  const follow = entries.map(() => new Uint8Array(256));
  const endings = endingNodes(nodes);
  untilStable(() => {
    let grew = false;
    for (const node of nodes) {
      for (const { rule, target } of [...node.calls, ...node.counters]) {
        grew = join(follow[rule]!, first.get(target)!) || grew;
        if (endings.has(target)) grew = join(follow[rule]!, follow[node.rule]!) || grew;
      }
      // What is counted follows itself.
      for (const { rule } of node.counters) {
        const entry = entries[rule];
        if (entry) grew = join(follow[rule]!, first.get(entry)!) || grew;
      }
    }
    return grew;
  });
  return follow;
}

function firstBytes(nodes: readonly Node[], entries: readonly (Node | undefined)[]): Map<Node, Uint8Array> {
  const first = new Map<Node, Uint8Array>();
  for (const node of nodes) {
    const set = new Uint8Array(256);
    for (const { ranges } of node.bytes) {
      for (let i = 0; i < ranges.length; i += 2) set.fill(1, ranges[i]!, ranges[i + 1]! + 1);
    }
    first.set(node, set);
  }
  untilStable(() => {
    let grew = false;
    for (const node of nodes) {
      const set = first.get(node)!;
      for (const { rule } of [...node.calls, ...node.counters]) {
        const entry = entries[rule];
        if (entry) grew = join(set, first.get(entry)!) || grew;
      }
      for (const part of node.parts) grew = join(set, first.get(part)!) || grew;
    }
    return grew;
  });
  return first;
}

/// Nodes where the rule may end, directly or as one of their parts.
function endingNodes(nodes: readonly Node[]): Set<Node> {
  const endings = new Set(nodes.filter((node) => node.final));
  untilStable(() => {
    const before = endings.size;
    for (const node of nodes) if (node.parts.some((part) => endings.has(part))) endings.add(node);
    return endings.size > before;
  });
  return endings;
}

function untilStable(step: () => boolean): void {
  while (step());
}

function join(into: Uint8Array, from: Uint8Array): boolean {
  let grew = false;
  for (let b = 0; b < 256; b++) {
    if (from[b] === 1 && into[b] === 0) {
      into[b] = 1;
      grew = true;
    }
  }
  return grew;
}
