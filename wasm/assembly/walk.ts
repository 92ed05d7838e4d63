// Walks: which strings of a trie a configuration takes.

import { Config, ConfigFlag, configFlags, isLive, stepLive } from "./configuration";
import { failure } from "./grammar";
import {
  byteGroup,
  CHARACTERS,
  firstRank,
  GROUPS,
  lastRank,
  NODE,
  nodeByte,
  nodeDepth,
  nodeSize,
  nodeValue,
} from "./trie";
import { groupsBelow, heights, rankIds, tokenCount, trieCount, trieNodes } from "./vocabulary";

/// What the last walks found, one word each: values of nodes that were taken.
export let found: u32 = 0;
export let foundCount: u32 = 0;
/// Values of which all were taken, besides `found`: (first, last) each. Only `walkWide` makes such spans.
export let spans: u32 = 0;
export let spanCount: u32 = 0;
/// Nodes that a thread left the known stack at, and that have nodes below.
export let exits: u32 = 0;
export let exitCount: u32 = 0;
/// Nodes the walks may still look at. A walk that runs out stops, and this is 0.
export let walkBudget: u32 = 0;
/// Where the last walk ended.
let walkedTo: u32 = 0;
const stack = memory.data(4160, 16);

/// Groups of remainders that a record may have.
export const MAX_GROUPS: u32 = 65536;

/// Words of `found` besides those set aside: what one walk finds behind as much as there are tokens.
function foundWords(): u32 {
  return tokenCount + max(tokenCount, MAX_GROUPS);
}
export function foundBytes(): u32 {
  return (foundWords() + MAX_GROUPS) * 4 + 8;
}
/// Room for as many words as a record has groups.
export function foundAside(): u32 {
  return found + foundWords() * 4;
}

/// Where walks write: `found` has room for `foundBytes`, `exits` for a word a node, `spans` for two words a
/// token.
export function walkInit(foundAt: u32, exitsAt: u32, spansAt: u32): void {
  found = foundAt;
  exits = exitsAt;
  spans = spansAt;
}

/// Keeps the first `keep` values found; the walks that follow look at no more than `budget` nodes.
export function walkBegin(keep: u32, budget: u32): void {
  foundCount = keep;
  exitCount = 0;
  spanCount = 0;
  walkBudget = budget;
}

export function addFound(value: u32): void {
  store<u32>(found + foundCount * 4, value);
  foundCount++;
}

/// Puts ids in the place of the ranks found from `from` on, those of spans included. Of tokens with the same
/// bytes, only the first has its id there.
export function foundToIds(from: u32): void {
  for (let i = from; i < foundCount; i++) {
    store<u32>(found + i * 4, load<u32>(rankIds + load<u32>(found + i * 4) * 4));
  }
  for (let i: u32 = 0; i < spanCount; i++) {
    const first = load<u32>(spans + i * 8);
    const count = load<u32>(spans + i * 8, 4) - first + 1;
    memory.copy(found + foundCount * 4, rankIds + first * 4, count * 4);
    foundCount += count;
  }
  spanCount = 0;
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
  walkedTo = node;
}

/// Nodes after which a walk's length is guessed at.
const SAMPLE: u32 = 256;

/// The vocabulary's trie from its roots (256 words, see trie.ts), looking at no more than `budget` nodes: first
/// bytes that are not live cost nothing. False: it was too long, or was going to be, and found nothing.
export function walkRoots(g: u32, config: u32, roots: u32, budget: u32): bool {
  const before = foundCount;
  if (budget > SAMPLE) {
    walkBegin(before, SAMPLE);
    const done = walkLive(g, config, roots);
    if (walkBudget !== 0) return true;
    // Early nodes are no sample of the others: only what would be many times the budget is given up.
    const far = <u64>done * (budget / (SAMPLE >>> 4)) < liveNodes(config, roots);
    walkBegin(before, far ? 0 : budget);
    if (far) return false;
  } else walkBegin(before, budget);
  walkLive(g, config, roots);
  if (walkBudget !== 0) return true;
  walkBegin(before, 0);
  return false;
}

/// Returns how many nodes it came by.
function walkLive(g: u32, config: u32, roots: u32): u32 {
  let done: u32 = 0;
  for (let w: u32 = 0; w < 8; w++) {
    let bits = load<u32>(config + w * 4, Config.Live);
    for (; bits !== 0; bits &= bits - 1) {
      const node = load<u32>(roots + (w * 32 + ctz(bits)) * 4);
      if (node === 0) continue;
      walk(g, config, node, node + nodeSize(node) * NODE);
      if (walkBudget === 0) return done + (walkedTo - node) / NODE;
      done += nodeSize(node);
    }
  }
  return done;
}

function liveNodes(config: u32, roots: u32): u32 {
  let count: u32 = 0;
  for (let w: u32 = 0; w < 8; w++) {
    let bits = load<u32>(config + w * 4, Config.Live);
    for (; bits !== 0; bits &= bits - 1) {
      const node = load<u32>(roots + (w * 32 + ctz(bits)) * 4);
      if (node !== 0) count += nodeSize(node);
    }
  }
  return count;
}

// A walk over the whole vocabulary meets few configurations and many nodes, so it keeps a table of
// its own: one row of 256 words a configuration, each 0 (not known yet), 1 (dead), or the address of
// the next row, plus 2 where a thread escapes there. Rows are 1 KiB aligned.
const ROWS: u32 = 256;
const ROW: u32 = 1024;
const rows = memory.data(262144, 1024);
const rowConfigs = memory.data(1024, 16);
/// Depth → row.
const rowStack = memory.data(4160, 16);
// Configuration → row + 1 by a hash, of this walk if the row is in use and says so.
const ROW_SLOTS: u32 = 1024;
const rowSlots = memory.data(2048, 16);
/// The groups of bytes (trie.ts) that lead from a row's configuration back to it, as bits: where only
/// such bytes are below a node, all of its subtree is taken without a look. That the loop may be left there
/// does not matter then: callers have no say about tokens that are taken anyway.
const rowLoops = memory.data(512, 16);
let rowCount: u32 = 0;

/// The groups of bytes that lead from `config` back to it, as bits.
export function loopsOf(g: u32, config: u32): u32 {
  // Most configurations loop on nothing; three samples tell.
  if (!leadsTo(g, config, 0x65, config) && !leadsTo(g, config, 0x30, config)) {
    if (!leadsTo(g, config, 0x20, config)) return 0;
  }
  return groupsTo(g, config, config);
}

/// The groups of bytes (with `CHARACTERS`: of characters) that lead from `config` to `to`, as bits.
export function groupsTo(g: u32, config: u32, to: u32): u32 {
  let broken: u32 = 1 << CHARACTERS;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const bit: u32 = 1 << byteGroup(byte);
    if ((broken & bit) === 0 && !leadsTo(g, config, byte, to)) broken |= bit;
  }
  if (charactersLeadTo(g, config, to)) broken &= ~(1 << CHARACTERS);
  return ~broken & ((1 << GROUPS) - 1);
}

function leadsTo(g: u32, config: u32, byte: u32, to: u32): bool {
  return isLive(config, byte) && stepLive(g, config, byte) === to;
}

/// The bytes of every character that is not ASCII lead from `config` to `to`.
function charactersLeadTo(g: u32, config: u32, to: u32): bool {
  return (
    allLead(g, config, 0xc2, 0xdf, 0x80, 0xbf, to, 0) &&
    allLead(g, config, 0xe0, 0xe0, 0xa0, 0xbf, to, 1) &&
    allLead(g, config, 0xe1, 0xec, 0x80, 0xbf, to, 1) &&
    allLead(g, config, 0xed, 0xed, 0x80, 0x9f, to, 1) &&
    allLead(g, config, 0xee, 0xef, 0x80, 0xbf, to, 1) &&
    allLead(g, config, 0xf0, 0xf0, 0x90, 0xbf, to, 2) &&
    allLead(g, config, 0xf1, 0xf3, 0x80, 0xbf, to, 2) &&
    allLead(g, config, 0xf4, 0xf4, 0x80, 0x8f, to, 2)
  );
}

/// Whether each of the bytes `from` … `to`, then one of `nextFrom` … `nextTo`, then `more` of 0x80 … 0xbf lead
/// from `at` to `config`.
function allLead(
  g: u32,
  at: u32,
  from: u32,
  to: u32,
  nextFrom: u32,
  nextTo: u32,
  config: u32,
  more: i32,
): bool {
  let known: u32 = 0;
  for (let byte = from; byte <= to; byte++) {
    if (!isLive(at, byte)) return false;
    const next = stepLive(g, at, byte);
    if (next === 0) return false;
    if (next === known) continue;
    const isThere =
      more < 0 ? next === config : allLead(g, next, nextFrom, nextTo, 0x80, 0xbf, config, more - 1);
    if (!isThere) return false;
    known = next;
  }
  return true;
}

/// The row of a configuration; 0 if there are too many.
function rowOf(g: u32, config: u32): u32 {
  let slot = <u32>rowSlots + ((config * 0x9e3779b1) >>> 22) * 2;
  for (;;) {
    const row = <u32>load<u16>(slot);
    if (row === 0) break;
    if (load<u32>(<u32>rowConfigs + (row - 1) * 4) === config) return <u32>rows + (row - 1) * ROW;
    slot += 2;
    if (slot === <u32>rowSlots + ROW_SLOTS * 2) slot = <u32>rowSlots;
  }
  if (rowCount === ROWS) return 0;
  store<u16>(slot, rowCount + 1);
  const row = <u32>rows + rowCount * ROW;
  memory.fill(row, 0, ROW);
  store<u32>(<u32>rowConfigs + rowCount * 4, config);
  store<u16>(<u32>rowLoops + rowCount * 2, loopsOf(g, config));
  rowCount++;
  return row;
}

function rowConfig(row: u32): u32 {
  return load<u32>(<u32>rowConfigs + ((row - <u32>rows) / ROW) * 4);
}

/// Finds the entry for `byte` of a row that does not have it yet; 0 if a step failed, or there are too many
/// configurations.
function fillEntry(g: u32, row: u32, byte: u32): u32 {
  const config = rowConfig(row);
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

/// The groups of the bytes below a node of the vocabulary's trie.
export function groupsAt(node: u32): u32 {
  return load<u16>(groupsBelow + ((node - trieNodes) / NODE) * 2);
}

/// The depth of the deepest token at or below a node of the vocabulary's trie.
export function heightAt(node: u32): u32 {
  return load<u16>(heights + ((node - trieNodes) / NODE) * 2);
}

/// All bytes below `node` lead from the row of `entry` back to it.
function isLoop(node: u32, entry: u32): bool {
  const loops = <u32>load<u16>(<u32>rowLoops + ((entry - <u32>rows) / ROW) * 2);
  return loops !== 0 && (groupsAt(node) & ~loops) === 0;
}

/// Adds all values below `node`, which has some.
function addSpanBelow(node: u32): void {
  const at = spans + spanCount * 8;
  store<u32>(at, firstRank(node + NODE));
  store<u32>(at, lastRank(node), 4);
  spanCount++;
}

/// The same as a walk without a limit of the whole vocabulary, or of what is below the node `below`, if
/// that is not 0: for walks that are expected to be long.
export function walkWide(g: u32, config: u32, below: u32): void {
  const nodes = below === 0 ? trieNodes : below + NODE;
  const end = below === 0 ? nodes + trieCount * NODE : below + nodeSize(below) * NODE;
  if (nodes === end) return;
  rowCount = 0;
  memory.fill(rowSlots, 0, ROW_SLOTS * 2);
  store<u32>(<u32>rowStack + (nodeDepth(nodes) - 1) * 4, rowOf(g, config));
  let count = foundCount;
  let node = nodes;
  while (node < end) {
    const head = load<u32>(node);
    const tail = load<u32>(node, 4);
    const level = <u32>rowStack + (tail >>> 22) * 4 - 4;
    const row = load<u32>(level);
    const at = row + (head & 255) * 4;
    let entry = load<u32>(at);
    if (entry <= 1) {
      if (entry === 0) entry = fillEntry(g, row, head & 255);
      if (entry === 0) {
        // Too many configurations for the table: this one's way is the slow one.
        if (failure !== 0) return;
        const after = node + (head >>> 8) * NODE;
        foundCount = count;
        walkBudget = 0xffffffff;
        walk(g, rowConfig(row), node, after);
        if (failure !== 0) return;
        count = foundCount;
        node = after;
        continue;
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
      addSpanBelow(node);
      node += (head >>> 8) * NODE;
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
