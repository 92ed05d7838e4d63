// Walks: which strings of a trie a configuration takes.

import { Config, ConfigFlag, configFlags, isLive, stepLive } from "./configuration";
import { NODE, nodeByte, nodeDepth, nodeSize, nodeValue } from "./trie";

/// What the last walks found, one word each: values of nodes that were taken.
export let found: u32 = 0;
export let foundCount: u32 = 0;
/// Nodes that a thread left the known stack at, and that have nodes below.
export let exits: u32 = 0;
export let exitCount: u32 = 0;
/// Nodes the walks may still look at. A walk that runs out stops, and this is 0.
export let walkBudget: u32 = 0;

const stack = memory.data(4160, 16);

/// Where walks write: `found` has room for four words a token and a page, `exits` for a word a node.
export function walkInit(foundAt: u32, exitsAt: u32): void {
  found = foundAt;
  exits = exitsAt;
}

/// Keeps the first `keep` values found; the walks that follow look at no more than `budget` nodes.
export function walkBegin(keep: u32, budget: u32): void {
  foundCount = keep;
  exitCount = 0;
  walkBudget = budget;
}

export function addFound(value: u32): void {
  store<u32>(found + foundCount * 4, value);
  foundCount++;
}

/// Appends to `found` the values of `nodes … end` (siblings and what is below them) that `config`
/// takes. A node where a thread escapes counts as taken and goes to `exits`.
/// Stops early when a step fails (grammar.ts `failure`).
export function walk(g: u32, config: u32, nodes: u32, end: u32): void {
  const base = nodeDepth(nodes);
  store<u32>(stack, config);
  let count = foundCount;
  let left = walkBudget;
  let node = nodes;
  while (node < end && left > 0) {
    left--;
    const level = <u32>stack + (nodeDepth(node) - base) * 4;
    const at = load<u32>(level);
    const byte = nodeByte(node);
    if (!isLive(at, byte)) {
      node += nodeSize(node) * NODE;
      continue;
    }
    const next = stepLive(g, at, byte);
    if (next === 0) break;
    const value = nodeValue(node);
    if (value >= 0) store<u32>(found + count++ * 4, value);
    if (configFlags(next) & ConfigFlag.Escapes && nodeSize(node) > 1) {
      store<u32>(exits + exitCount++ * 4, node);
    }
    store<u32>(level, next, 4);
    node += NODE;
  }
  foundCount = count;
  walkBudget = left;
}

/// The whole trie from its roots (256 words, see trie.ts): first bytes that are not live cost nothing.
export function walkRoots(g: u32, config: u32, roots: u32): void {
  for (let w: u32 = 0; w < 8; w++) {
    let bits = load<u32>(config + w * 4, Config.Live);
    for (; bits !== 0; bits &= bits - 1) {
      const node = load<u32>(roots + (w * 32 + ctz(bits)) * 4);
      if (node !== 0) walk(g, config, node, node + nodeSize(node) * NODE);
      if (walkBudget === 0) return;
    }
  }
}
