// Configurations: where a text can be in the grammar.
//
// A thread is (state, stack node); a configuration is the set of all threads after the text so far,
// closed under everything that needs no byte, with the flags "complete here" and "left the known
// stack". Both stack nodes and configurations are hash-consed per grammar: equal sets have one
// address, so a matcher's state is one number, its history an array of numbers, and everything
// derived (transitions, masks) is remembered at that address.
//
// Stack node: who may be returned to. Several pairs where callers were merged (a graph-structured
// stack); ascending by (state, node), so that equal sets are equal bytes.
//   +0 next in table  +4 hash  +8 pairs  +12 the configuration after returning (0: not known yet)
//   +16 pairs: (return state, parent node)
// The bottom node has the single pair (Accept, 0); the unknown caller's has (Unknown, 0).
//
// Configuration:
//   +0 next in table  +4 hash  +8 flags (bits 0–7), threads (bits 8–31)
//   +12 transitions: one word a live byte, in byte order, 0 where not yet computed (0: none computed)
//   +16 mask (mask.ts)  +20 forwarding address while tables are rebuilt
//   +24 live bytes: 256 bits   +56 live bytes before each word of those: 8 × u8 (none before word 0;
//   at most 224 fit)   +64 threads: (state, node)

import {
  byteTarget,
  callCount,
  callsAt,
  counterOf,
  epsilonCount,
  epsilonsAt,
  Failure,
  failure,
  Grammar,
  NO_BOUND,
  rangeCount,
  rangesAt,
  State,
  StateFlag,
  setFailure,
  spanBegin,
  spanFrom,
  spanTo,
  stateFlags,
  stateRank,
  stateRecord,
  tableGrow,
  tokenEdgeCount,
  UNORDERED,
  VIRTUAL,
} from "./grammar";
import { arenaAlloc } from "./memory";
import { sortU64 } from "./sort";
import { expandUnordered } from "./unordered";

export const enum ConfigFlag {
  Accepting = 1,
  /// A thread returned past the unknown caller.
  Escapes = 2,
  /// Some thread waits for a token by its id.
  Tokens = 4,
}

export const enum Config {
  Flags = 8,
  Row = 12,
  Mask = 16,
  Forward = 20,
  Live = 24,
  Before = 56,
  Threads = 64,
}

export const enum Node {
  Pairs = 8,
  After = 12,
  First = 16,
}

export function threadCount(config: u32): u32 {
  return load<u32>(config, Config.Flags) >>> 8;
}
export function configFlags(config: u32): u32 {
  return load<u8>(config, Config.Flags);
}

// Scratch space of the closure in progress. Only one runs at a time.
const LIMIT: u32 = 32768;
const SEEN_SLOTS: u32 = 65536;
const work = memory.data(262144, 16);
const threads = memory.data(262144, 16);
const pending = memory.data(524288, 16);
const pairs = memory.data(262144, 16);
const seenKeys = memory.data(524288, 16);
const seenEpochs = memory.data(262144, 16);
let workCount: u32 = 0;
let threadsFound: u32 = 0;
let pendingCount: u32 = 0;
let seenCount: u32 = 0;
let epoch: u32 = 0;
let flags: u32 = 0;

export function closureBegin(): void {
  workCount = 0;
  threadsFound = 0;
  pendingCount = 0;
  flags = 0;
  nextEpoch();
}

/// Nothing has been seen yet.
function nextEpoch(): void {
  seenCount = 0;
  epoch++;
  if (epoch === 0) {
    memory.fill(seenEpochs, 0, SEEN_SLOTS * 4);
    epoch = 1;
  }
}

export function closureAdd(state: u32, node: u32): void {
  if (workCount >= LIMIT) {
    setFailure(Failure.Ambiguity, state);
    return;
  }
  store<u64>(<u32>work + workCount * 8, ((<u64>state) << 32) | node);
  workCount++;
}

/// Adds a closed configuration as it is.
export function closureInclude(config: u32): void {
  flags |= configFlags(config);
  const count = threadCount(config);
  if (threadsFound + count > LIMIT) {
    setFailure(Failure.Ambiguity, 0);
    return;
  }
  for (let i: u32 = 0; i < count; i++) {
    const thread = load<u64>(config + i * 8, Config.Threads);
    store<u64>(<u32>threads + threadsFound * 8, rotl<u64>(thread, 32));
    threadsFound++;
  }
}

/// True the first time in this closure.
function seenFirst(key: u64): bool {
  if (seenCount < 8) {
    for (let i: u32 = 0; i < seenCount; i++) {
      if (load<u64>(<u32>seenKeys + i * 8) === key) return false;
    }
    store<u64>(<u32>seenKeys + seenCount * 8, key);
    seenCount++;
    if (seenCount === 8) rehashSeen();
    return true;
  }
  return seenInsert(key);
}

// The first eight keys lie in a row; with more, all move to the hash table behind them.
const firstKeys = memory.data(64, 16);
function rehashSeen(): void {
  memory.copy(firstKeys, seenKeys, 64);
  for (let i: u32 = 0; i < 8; i++) seenInsert(load<u64>(<u32>firstKeys + i * 8));
  seenCount = 8;
}

function seenInsert(key: u64): bool {
  let h = <u32>((key * 0x9e3779b97f4a7c15) >> 48);
  while (load<u32>(<u32>seenEpochs + h * 4) === epoch) {
    if (load<u64>(<u32>seenKeys + h * 8) === key) return false;
    h = (h + 1) & (SEEN_SLOTS - 1);
  }
  if (seenCount >= SEEN_SLOTS - (SEEN_SLOTS >>> 2)) {
    setFailure(Failure.Ambiguity, <u32>(key >> 32));
    return false;
  }
  store<u32>(<u32>seenEpochs + h * 4, epoch);
  store<u64>(<u32>seenKeys + h * 8, key);
  seenCount++;
  return true;
}

/// Follows everything that needs no byte from (state, node): returns, epsilon edges, and notes calls.
function expand(g: u32, state: u32, node: u32): void {
  if (state >= VIRTUAL) {
    if (state >= UNORDERED) {
      expandUnordered(g, state, node);
      return;
    }
    const counter = counterOf(g, state);
    const done = state - load<u32>(counter);
    const least = load<u32>(counter, 4);
    const most = load<u32>(counter, 8);
    if (done >= least) closureAdd(load<u32>(counter, 16), node);
    if (most === NO_BOUND) {
      pend(load<u32>(counter, 20), load<u32>(counter, 12), done < least ? state + 1 : state, node);
    } else if (done < most) {
      pend(load<u32>(counter, 20), load<u32>(counter, 12), state + 1, node);
    }
    return;
  }
  const record = stateRecord(g, state);
  const kind = stateFlags(record);
  if (kind & StateFlag.Waiting) {
    setFailure(Failure.Waiting, state);
    return;
  }
  if (kind & StateFlag.Final) {
    const count = load<u32>(node, Node.Pairs);
    for (let i: u32 = 0; i < count; i++) {
      closureAdd(load<u32>(node + i * 8, Node.First), load<u32>(node + i * 8, Node.First + 4));
    }
  }
  const epsilons = epsilonCount(record);
  const epsilonAt = epsilonsAt(record);
  for (let i: u32 = 0; i < epsilons; i++) closureAdd(load<u32>(epsilonAt + i * 4), node);
  const calls = callCount(record);
  const callAt = callsAt(record);
  for (let i: u32 = 0; i < calls; i++) {
    const start = load<u32>(callAt + i * 8);
    pend(stateRank(stateRecord(g, start)), start, load<u32>(callAt + i * 8, 4), node);
  }
  if (load<u32>(record, 4) !== 0) addThread(state, node);
}

/// A thread of the closure in progress: nothing needs to be followed from it.
function addThread(state: u32, node: u32): void {
  if (threadsFound >= LIMIT) setFailure(Failure.Ambiguity, state);
  else addThreadAsIs(state, node);
}

// Calls wait until no more callers can come, so that each callee's start is entered once, with all
// its callers in one node. Starts of higher rank can call starts of lower rank first, never the other
// way round. `pending` is a binary heap of 16-byte items: key (~rank, start), value (return, node).
function pend(rank: u32, start: u32, ret: u32, node: u32): void {
  // Returning to a place that only returns would be a step for nothing, and would let the stack of
  // a right recursion grow.
  if (ret < VIRTUAL && stateFlags(stateRecord(closing, ret)) & StateFlag.Tail) {
    const count = load<u32>(node, Node.Pairs);
    for (let i: u32 = 0; i < count; i++) {
      heapPush(rank, start, load<u64>(node + i * 8, Node.First));
    }
    return;
  }
  heapPush(rank, start, ((<u64>node) << 32) | ret);
}

/// Calls a rule of which no other call waits. Where it begins with bytes alone that is a thread at once: several
/// in one state are merged at the end, so that it does no harm if there was another call after all.
export function enter(g: u32, start: u32, ret: u32, node: u32): void {
  const record = stateRecord(g, start);
  if (!isPlain(record)) {
    pend(stateRank(record), start, ret, node);
    return;
  }
  const caller = nodeOf(g, ret, node);
  if (caller !== 0) addThread(start, caller);
}

/// A state with bytes or tokens alone: nothing needs to be followed from it.
function isPlain(record: u32): bool {
  return (<u32>load<u8>(record) | epsilonCount(record) | callCount(record)) === 0;
}

let closing: u32 = 0;

function heapPush(rank: u32, start: u32, pair: u64): void {
  if (pendingCount >= LIMIT) {
    setFailure(Failure.Ambiguity, start);
    return;
  }
  const key = ((<u64>~rank) << 32) | start;
  let i = pendingCount++;
  while (i > 0) {
    const parent = (i - 1) >>> 1;
    const pk = load<u64>(<u32>pending + parent * 16);
    if (pk <= key) break;
    store<u64>(<u32>pending + i * 16, pk);
    store<u64>(<u32>pending + i * 16, load<u64>(<u32>pending + parent * 16, 8), 8);
    i = parent;
  }
  store<u64>(<u32>pending + i * 16, key);
  store<u64>(<u32>pending + i * 16, pair, 8);
}

function heapPop(): void {
  pendingCount--;
  const key = load<u64>(<u32>pending + pendingCount * 16);
  const pair = load<u64>(<u32>pending + pendingCount * 16, 8);
  let i: u32 = 0;
  for (;;) {
    let child = i * 2 + 1;
    if (child >= pendingCount) break;
    if (
      child + 1 < pendingCount &&
      load<u64>(<u32>pending + (child + 1) * 16) < load<u64>(<u32>pending + child * 16)
    ) {
      child++;
    }
    if (load<u64>(<u32>pending + child * 16) >= key) break;
    memory.copy(<u32>pending + i * 16, <u32>pending + child * 16, 16);
    i = child;
  }
  store<u64>(<u32>pending + i * 16, key);
  store<u64>(<u32>pending + i * 16, pair, 8);
}

/// Ends a closure: the configuration of everything added, 0 on failure.
export function closureEnd(g: u32): u32 {
  closing = g;
  for (;;) {
    while (workCount > 0) {
      workCount--;
      const key = load<u64>(<u32>work + workCount * 8);
      const state = <u32>(key >> 32);
      if (state === State.Accept) flags |= ConfigFlag.Accepting;
      else if (state === State.Unknown) flags |= ConfigFlag.Escapes;
      else if (seenFirst(key)) expand(g, state, <u32>key);
      if (failure !== 0) return 0;
    }
    if (pendingCount === 0) break;
    const key = load<u64>(pending);
    let count: u32 = 0;
    while (pendingCount > 0 && load<u64>(pending) === key) {
      // Pairs are sorted as (state, node), the heap keeps them as they lie in memory.
      const pair = load<u64>(pending, 8);
      store<u64>(<u32>pairs + count++ * 8, (pair << 32) | (pair >> 32));
      heapPop();
    }
    const node = nodeFromPairs(g, count);
    if (node === 0) return 0;
    closureAdd(<u32>key, node);
  }
  return configFromThreads(g);
}

/// The node of the `count` pairs in `pairs` ((state << 32) | node, any order, repeats allowed).
export function nodeFromPairs(g: u32, total: u32): u32 {
  let count = total;
  if (count > 1) {
    sortU64(<u32>pairs, count);
    let kept: u32 = 1;
    for (let i: u32 = 1; i < count; i++) {
      const pair = load<u64>(<u32>pairs + i * 8);
      if (pair === load<u64>(<u32>pairs + (kept - 1) * 8)) continue;
      store<u64>(<u32>pairs + kept++ * 8, pair);
    }
    count = kept;
  }
  let hash: u64 = count;
  for (let i: u32 = 0; i < count; i++) {
    hash = (hash ^ load<u64>(<u32>pairs + i * 8)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  const h = <u32>(hash >> 24);
  let node = load<u32>(load<u32>(g, Grammar.NodeTable) + (h & (load<u32>(g, Grammar.NodeTableSize) - 1)) * 4);
  for (; node !== 0; node = load<u32>(node)) {
    if (load<u32>(node, 4) !== h || load<u32>(node, Node.Pairs) !== count) continue;
    let same = true;
    for (let i: u32 = 0; i < count && same; i++) {
      const pair = load<u64>(<u32>pairs + i * 8);
      same = load<u64>(node + i * 8, Node.First) === ((pair << 32) | (pair >> 32));
    }
    if (same) return node;
  }
  node = arenaAlloc(g + Grammar.Arena, Node.First + count * 8);
  if (node === 0) {
    setFailure(Failure.Memory, <u32>(load<u64>(pairs) >> 32));
    return 0;
  }
  tableGrow(g, Grammar.NodeTable);
  const slot = load<u32>(g, Grammar.NodeTable) + (h & (load<u32>(g, Grammar.NodeTableSize) - 1)) * 4;
  store<u32>(node, load<u32>(slot));
  store<u32>(node, h, 4);
  store<u32>(node, count, Node.Pairs);
  store<u32>(node, 0, Node.After);
  store<u32>(slot, node);
  store<u32>(g, load<u32>(g, Grammar.NodeCount) + 1, Grammar.NodeCount);
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u64>(<u32>pairs + i * 8);
    store<u64>(node + i * 8, (pair << 32) | (pair >> 32), Node.First);
  }
  return node;
}

/// Pairs for the next `nodeFromPairs`, (state << 32) | node each.
export function setPair(index: u32, state: u32, node: u32): void {
  store<u64>(<u32>pairs + index * 8, ((<u64>state) << 32) | node);
}

/// The node with the single pair (state, parent).
export function nodeOf(g: u32, state: u32, parent: u32): u32 {
  store<u64>(pairs, ((<u64>state) << 32) | parent);
  return nodeFromPairs(g, 1);
}

/// The configuration after returning to `node`'s callers.
export function configAfter(g: u32, node: u32): u32 {
  const known = load<u32>(node, Node.After);
  if (known !== 0) return known;
  closureBegin();
  const count = load<u32>(node, Node.Pairs);
  for (let i: u32 = 0; i < count; i++) {
    closureAdd(load<u32>(node + i * 8, Node.First), load<u32>(node + i * 8, Node.First + 4));
  }
  const config = closureEnd(g);
  store<u32>(node, config, Node.After);
  return config;
}

/// A thread for the next `configFromThreads`, which takes it as it is; `closureBegin` comes first.
export function addThreadAsIs(state: u32, node: u32): void {
  store<u64>(<u32>threads + threadsFound * 8, ((<u64>state) << 32) | node);
  threadsFound++;
}

/// Flags for the next `configFromThreads`.
export function setClosureFlags(all: u32): void {
  flags = all;
}

/// The configuration of the one thread (state, node), as it is: nothing is followed.
export function configOfThread(g: u32, state: u32, node: u32): u32 {
  closureBegin();
  store<u64>(threads, ((<u64>state) << 32) | node);
  threadsFound = 1;
  return configFromThreads(g);
}

export function configFromThreads(g: u32): u32 {
  if (threadsFound > 1) mergeThreads(g);
  if (failure !== 0) return 0;
  const count = threadsFound;
  for (let i: u32 = 0; i < count; i++) {
    if (tokenEdgeCount(stateRecord(g, load<u32>(<u32>threads + i * 8, 4))) !== 0) {
      flags |= ConfigFlag.Tokens;
    }
  }
  const head = flags | (count << 8);
  let hash: u64 = head;
  for (let i: u32 = 0; i < count; i++) {
    hash = (hash ^ load<u64>(<u32>threads + i * 8)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  hash *= 0x9e3779b97f4a7c15;
  const h = <u32>(hash >> 24);
  let config = load<u32>(
    load<u32>(g, Grammar.ConfigTable) + (h & (load<u32>(g, Grammar.ConfigTableSize) - 1)) * 4,
  );
  for (; config !== 0; config = load<u32>(config)) {
    if (load<u32>(config, 4) !== h || load<u32>(config, Config.Flags) !== head) continue;
    let same = true;
    for (let i: u32 = 0; i < count && same; i++) {
      same = load<u64>(config + i * 8, Config.Threads) === rotl<u64>(load<u64>(<u32>threads + i * 8), 32);
    }
    if (same) return config;
  }
  config = arenaAlloc(g + Grammar.Arena, Config.Threads + count * 8);
  if (config === 0) {
    setFailure(Failure.Memory, count > 0 ? load<u32>(threads, 4) : 0);
    return 0;
  }
  tableGrow(g, Grammar.ConfigTable);
  const slot = load<u32>(g, Grammar.ConfigTable) + (h & (load<u32>(g, Grammar.ConfigTableSize) - 1)) * 4;
  memory.fill(config, 0, Config.Threads);
  store<u32>(config, load<u32>(slot));
  store<u32>(config, h, 4);
  store<u32>(config, head, Config.Flags);
  store<u32>(slot, config);
  store<u32>(g, load<u32>(g, Grammar.ConfigCount) + 1, Grammar.ConfigCount);
  for (let i: u32 = 0; i < count; i++) {
    const thread = load<u64>(<u32>threads + i * 8);
    store<u64>(config + i * 8, rotl<u64>(thread, 32), Config.Threads);
    addLive(config, stateRecord(g, <u32>(thread >> 32)));
  }
  let before: u32 = 0;
  for (let w: u32 = 0; w < 8; w++) {
    store<u8>(config + w, before, Config.Before);
    before += popcnt(load<u32>(config + w * 4, Config.Live));
  }
  return config;
}

function addLive(config: u32, record: u32): void {
  const count = rangeCount(record);
  let at = rangesAt(record);
  for (let i: u32 = 0; i < count; i++, at += 8) {
    const lo = <u32>load<u8>(at);
    const hi = <u32>load<u8>(at, 1);
    const first = lo >>> 5;
    const last = hi >>> 5;
    const fromBits = (<u32>0xffffffff) << (lo & 31);
    const toBits = <u32>0xffffffff >>> (31 - (hi & 31));
    for (let w = first; w <= last; w++) {
      let bits: u32 = 0xffffffff;
      if (w === first) bits &= fromBits;
      if (w === last) bits &= toBits;
      const word = config + w * 4;
      store<u32>(word, load<u32>(word, Config.Live) | bits, Config.Live);
    }
  }
}

/// Writes the callers of threads `from` … `to` - 1 to `pairs`. Returns how many, 0 if they are too many.
function pairsOf(from: u32, to: u32): u32 {
  let total: u64 = 0;
  for (let k = from; k < to; k++) total += load<u32>(load<u32>(<u32>threads + k * 8), Node.Pairs);
  // The nodes of an ambiguous text have most callers in common: n open rules would give n² / 2 pairs.
  const isMany = total > 1024;
  if (isMany) nextEpoch();
  let count: u32 = 0;
  for (let k = from; k < to; k++) {
    const node = load<u32>(<u32>threads + k * 8);
    const n = load<u32>(node, Node.Pairs);
    for (let p: u32 = 0; p < n; p++) {
      const pair = rotl<u64>(load<u64>(node + p * 8, Node.First), 32);
      if (isMany && !seenInsert(pair)) continue;
      if (count >= LIMIT) setFailure(Failure.Ambiguity, load<u32>(<u32>threads + from * 8, 4));
      if (failure !== 0) return 0;
      store<u64>(<u32>pairs + count++ * 8, pair);
    }
  }
  return failure === 0 ? count : 0;
}

/// Sorts threads; threads in one state become one, with the union of their callers.
function mergeThreads(g: u32): void {
  sortU64(<u32>threads, threadsFound);
  let kept: u32 = 0;
  for (let i: u32 = 0; i < threadsFound; ) {
    const thread = load<u64>(<u32>threads + i * 8);
    let end = i + 1;
    while (end < threadsFound && load<u64>(<u32>threads + end * 8) >> 32 === thread >> 32) end++;
    let node = <u32>thread;
    if (end - i > 1) {
      const count = pairsOf(i, end);
      if (count === 0) return;
      node = nodeFromPairs(g, count);
      if (node === 0) return;
    }
    store<u64>(<u32>threads + kept++ * 8, (thread & 0xffffffff00000000) | node);
    i = end;
  }
  threadsFound = kept;
}

export function isLive(config: u32, byte: u32): bool {
  return ((load<u32>(config + (byte >>> 5) * 4, Config.Live) >>> (byte & 31)) & 1) !== 0;
}

export function liveCount(config: u32): u32 {
  return <u32>load<u8>(config, Config.Before + 7) + popcnt(load<u32>(config, Config.Live + 28));
}

/// The configuration after a byte that `isLive`; 0 only on failure.
export function stepLive(g: u32, config: u32, byte: u32): u32 {
  const word = byte >>> 5;
  const below = load<u32>(config + word * 4, Config.Live) & ((1 << (byte & 31)) - 1);
  const rank = <u32>load<u8>(config + word, Config.Before) + popcnt(below);
  const row = load<u32>(config, Config.Row);
  if (row !== 0) {
    const next = load<u32>(row + rank * 4);
    if (next !== 0) return next;
  }
  return stepNew(g, config, byte, rank);
}

function stepNew(g: u32, config: u32, byte: u32, rank: u32): u32 {
  let row = load<u32>(config, Config.Row);
  if (row === 0) {
    const bytes = liveCount(config) * 4;
    row = arenaAlloc(g + Grammar.Arena, bytes);
    if (row === 0) {
      setFailure(Failure.Memory, load<u32>(config, Config.Threads));
      return 0;
    }
    memory.fill(row, 0, bytes);
    store<u32>(config, row, Config.Row);
  }
  closureBegin();
  spanBegin();
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    const state = load<u32>(config + i * 8, Config.Threads);
    const target = byteTarget(stateRecord(g, state), byte);
    if (target === 0) continue;
    const node = load<u32>(config + i * 8, Config.Threads + 4);
    // No more than there were threads before.
    if (isPlain(stateRecord(g, target))) addThreadAsIs(target, node);
    else closureAdd(target, node);
  }
  const next = closureEnd(g);
  // All bytes of the span are live, so their ranks are in a row.
  const first = rank - (byte - spanFrom);
  const last = rank + (spanTo - byte);
  for (let r = first; r <= last; r++) store<u32>(row + r * 4, next);
  return next;
}

/// Takes bytes while they are live. Returns how many were; `steppedTo` is the configuration there.
export let steppedTo: u32 = 0;
export function stepBytes(g: u32, config: u32, bytes: u32, length: u32): u32 {
  let at = config;
  let i: u32 = 0;
  for (; i < length; i++) {
    const byte = <u32>load<u8>(bytes + i);
    if (!isLive(at, byte)) break;
    at = stepLive(g, at, byte);
    if (at === 0) break;
  }
  steppedTo = at;
  return i;
}

/// Makes the two nodes that every grammar has. False: no memory.
export function nodesInit(g: u32): bool {
  const bottom = nodeOf(g, State.Accept, 0);
  const unknown = nodeOf(g, State.Unknown, 0);
  store<u32>(g, bottom, Grammar.BottomNode);
  store<u32>(g, unknown, Grammar.UnknownNode);
  return bottom !== 0 && unknown !== 0;
}

/// The first configuration, once a grammar is loaded.
export function configStart(g: u32): u32 {
  if (!nodesInit(g)) return 0;
  const bottom = load<u32>(g, Grammar.BottomNode);
  closureBegin();
  closureAdd(load<u32>(g, Grammar.Start), bottom);
  if (load<u32>(g, Grammar.RootNullable) !== 0) closureAdd(State.Accept, 0);
  return closureEnd(g);
}
