// Walks: which strings of a trie a configuration takes.

import { Config, ConfigFlag, configFlags, isLive, stepLive } from "./configuration";
import { byteGroup, GROUPS, NODE, nodeByte, nodeDepth, nodeSize, nodeValue } from "./trie";
import { groupsBelow, trieCount, trieNodes } from "./vocabulary";

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

export function addExit(node: u32): void {
  store<u32>(exits + exitCount * 4, node);
  exitCount++;
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

// A walk over the whole vocabulary meets few configurations and many nodes, so it keeps a table of
// its own: one row of 256 words a configuration, each 0 (not known yet), 1 (dead), or the address of
// the next row, plus 2 where a thread escapes there. Rows are 1 KiB aligned.
const ROWS: u32 = 256;
const ROW: u32 = 1024;
const rows = memory.data(262144, 1024);
const rowConfigs = memory.data(1024, 16);
/// The groups of bytes (trie.ts) that lead from a row's configuration back to it, as bits: where only
/// such bytes are below a node, all of its subtree is taken without a look. That the loop may be left there
/// does not matter then: callers have no say about tokens that are taken anyway.
const rowLoops = memory.data(256, 16);
let rowCount: u32 = 0;

function loopsOf(g: u32, config: u32): u32 {
  // Most configurations loop on nothing; three samples tell.
  if (!loopsOn(g, config, 0x65) && !loopsOn(g, config, 0x30) && !loopsOn(g, config, 0x20)) return 0;
  let broken: u32 = 0;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const bit: u32 = 1 << byteGroup(byte);
    if ((broken & bit) === 0 && !loopsOn(g, config, byte)) broken |= bit;
  }
  return ~broken & ((1 << GROUPS) - 1);
}

function loopsOn(g: u32, config: u32, byte: u32): bool {
  return isLive(config, byte) && stepLive(g, config, byte) === config;
}

function rowOf(g: u32, config: u32): u32 {
  for (let i: u32 = 0; i < rowCount; i++) {
    if (load<u32>(<u32>rowConfigs + i * 4) === config) return <u32>rows + i * ROW;
  }
  if (rowCount === ROWS) return 0;
  const row = <u32>rows + rowCount * ROW;
  memory.fill(row, 0, ROW);
  store<u32>(<u32>rowConfigs + rowCount * 4, config);
  store<u8>(<u32>rowLoops + rowCount, loopsOf(g, config));
  rowCount++;
  return row;
}

/// Finds the entry for `byte` of a row that does not have it yet; 0 if it cannot be found: a step
/// failed, or there are too many configurations.
function fillEntry(g: u32, row: u32, byte: u32): u32 {
  const config = load<u32>(<u32>rowConfigs + ((row - <u32>rows) / ROW) * 4);
  let entry: u32 = 1;
  if (isLive(config, byte)) {
    const next = stepLive(g, config, byte);
    if (next === 0) return 0;
    entry = rowOf(g, next);
    if (entry === 0) return 0;
    if (configFlags(next) & ConfigFlag.Escapes) entry |= 2;
  }
  store<u32>(row + byte * 4, entry);
  return entry;
}

/// All bytes below `node` lead from the row of `entry` back to it.
function isLoop(node: u32, entry: u32): bool {
  const below = <u32>load<u8>(groupsBelow + (node - trieNodes) / NODE);
  return (below & ~(<u32>load<u8>(<u32>rowLoops + (entry - <u32>rows) / ROW))) === 0;
}

/// The same as a walk without a limit of the whole vocabulary, or of what is below the node `below`, if
/// that is not 0: for walks that are expected to be long.
export function walkWide(g: u32, config: u32, below: u32): void {
  const nodes = below === 0 ? trieNodes : below + NODE;
  const end = below === 0 ? nodes + trieCount * NODE : below + nodeSize(below) * NODE;
  if (nodes === end) return;
  rowCount = 0;
  const before = foundCount;
  const exitsBefore = exitCount;
  store<u32>(<u32>stack + (nodeDepth(nodes) - 1) * 4, rowOf(g, config));
  let count = before;
  let node = nodes;
  while (node < end) {
    const head = load<u32>(node);
    const tail = load<u32>(node, 4);
    const level = <u32>stack + (tail >>> 22) * 4 - 4;
    const row = load<u32>(level);
    const at = row + (head & 255) * 4;
    let entry = load<u32>(at);
    if (entry <= 1) {
      if (entry === 0) entry = fillEntry(g, row, head & 255);
      if (entry === 0) {
        // Too many configurations for the table, or a failure: from the start, the slow way.
        foundCount = before;
        exitCount = exitsBefore;
        walkBudget = 0xffffffff;
        walk(g, config, nodes, end);
        return;
      }
      if (entry === 1) {
        node += (head >>> 8) * NODE;
        continue;
      }
    }
    // Whether a token ends at a node is a coin's toss: a branch would often be guessed wrong.
    const value = tail & 0x3fffff;
    store<u32>(found + count * 4, value - 1);
    count += <u32>(value !== 0);
    if (head >>> 8 > 1 && isLoop(node, entry)) {
      const after = node + (head >>> 8) * NODE;
      for (let below = node + NODE; below < after; below += NODE) {
        const taken = load<u32>(below, 4) & 0x3fffff;
        store<u32>(found + count * 4, taken - 1);
        count += <u32>(taken !== 0);
      }
      node = after;
      continue;
    }
    if (entry & 2) {
      if (head >>> 8 > 1) store<u32>(exits + exitCount++ * 4, node);
      entry &= ~2;
    }
    store<u32>(level, entry, 4);
    node += NODE;
  }
  foundCount = count;
}
