// Prechecks: what can be said about a state whatever called its rule.
//
// A place is a thread's state, with the counter it is inside of, if its caller is one. Its precheck
// walks the vocabulary once with an unknown caller and keeps
//   - the tokens that are taken without asking the caller (they stay inside, or end exactly where
//     the rule ends), as a list or a bitset;
//   - for the tokens that leave the rule and go on: their remainders, as a trie of their own. Many
//     tokens share few remainders (`a",` and `the",` both leave `,`), so that deciding them for one
//     caller is a walk over a tiny trie.
//
// A place is known by a hash of everything reachable from it, so prechecks are shared by all
// grammars of the vocabulary: the inside of a JSON string is prechecked once. Counts of a counter
// matter only up to the longest token, because no token completes more items than it has bytes.
//
// Record (one block):
//   +0 next in table   +4 key (16 bytes)   +20 block size   +24 last use
//   +28 tokens taken   +32 form   +36 list or bitset
//   +40 remainder trie  +44 its nodes   +48 groups: offsets into ids, one more than groups
//   +52 ids             +56 slot

import { configOfThread, Node, nodeOf } from "./configuration";
import {
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
  StateFlag,
  setFailure,
  stateFlags,
  stateRecord,
} from "./grammar";
import { arenaAlloc, blockAlloc, blockFree } from "./memory";
import {
  ENTRY,
  entrySort,
  entryWrite,
  NODE,
  nodeDepth,
  nodeSize,
  nodeValue,
  trieNodeCount,
  trieWrite,
} from "./trie";
import {
  hasDuplicates,
  longestToken,
  maskWords,
  nextSame,
  roots,
  tokenBytes,
  tokenOffsets,
} from "./vocabulary";
import { exitCount, exits, found, foundCount, walkBegin, walkRoots } from "./walk";

export enum Precheck {
  Key = 4,
  Bytes = 20,
  LastUse = 24,
  Count = 28,
  Form = 32,
  Tokens = 36,
  Trie = 40,
  TrieCount = 44,
  Groups = 48,
  Ids = 52,
  Slot = 56,
  Head = 64,
}

export enum PrecheckForm {
  List = 0,
  Bitset = 1,
  /// Tokens leave the rule almost anywhere: a precheck decides nothing.
  Open = 2,
}

const TABLE: u32 = 1024;
const SLOTS: u32 = 4096;
const table = memory.data(4096, 16);
/// Slot i: (record or 0, serial). A mask remembers slot and serial, so it notices an eviction.
const slots = memory.data(32768, 16);
let slotNext: u32 = 0;
let serial: u32 = 0;
let clock: u32 = 0;
export let precheckBytes: u32 = 0;
export let precheckCount: u32 = 0;
let precheckBudget: u32 = 16 << 20;

export function setPrecheckBudget(bytes: u32): void {
  precheckBudget = bytes;
}

export function slotRecord(slot: u32): u32 {
  return load<u32>(<u32>slots + slot * 8);
}
export function slotSerial(slot: u32): u32 {
  return load<u32>(<u32>slots + slot * 8, 4);
}

/// Marks the record as used and returns it; 0 if it was evicted meanwhile.
export function slotUse(slot: u32, slotSerialThen: u32): u32 {
  if (slotSerial(slot) !== slotSerialThen) return 0;
  const record = slotRecord(slot);
  if (record !== 0) store<u32>(record, ++clock, Precheck.LastUse);
  return record;
}

let keyLow: u64 = 0;
let keyHigh: u64 = 0;

function mix(value: u32): void {
  keyLow = (keyLow ^ value) * 0x9e3779b97f4a7c15;
  keyLow ^= keyLow >> 32;
  keyHigh = (rotl<u64>(keyHigh, 23) + value) * 0xd6e8feb86659fd93;
  keyHigh ^= keyHigh >> 29;
}

// Breadth-first numbering of what is reachable from a state.
const MAX_REACH: u32 = 512;
const order = memory.data(2048, 16);
let reached: u32 = 0;

function number(state: u32): u32 {
  for (let i: u32 = 0; i < reached; i++) {
    if (load<u32>(<u32>order + i * 4) === state) return i;
  }
  if (reached < MAX_REACH) store<u32>(<u32>order + reached * 4, state);
  return reached++;
}

/// Mixes everything reachable from `state` into the key. False if that is too much to look at.
function mixReachable(g: u32, state: u32): bool {
  reached = 0;
  number(state);
  const states = load<u32>(g, Grammar.StateCount);
  for (let i: u32 = 0; i < reached; i++) {
    if (reached > MAX_REACH) return false;
    const s = load<u32>(<u32>order + i * 4);
    if (s >= states) {
      mixCounter(g, s);
      continue;
    }
    const record = stateRecord(g, s);
    const ranges = rangeCount(record);
    const epsilons = epsilonCount(record);
    const calls = callCount(record);
    mix((stateFlags(record) & StateFlag.Final) | (ranges << 1) | (epsilons << 10));
    mix(calls);
    let at = rangesAt(record);
    for (let k: u32 = 0; k < ranges; k++, at += 8) {
      mix(load<u32>(at));
      mix(number(load<u32>(at, 4)));
    }
    at = epsilonsAt(record);
    for (let k: u32 = 0; k < epsilons; k++, at += 4) mix(number(load<u32>(at)));
    at = callsAt(record);
    for (let k: u32 = 0; k < calls; k++, at += 8) {
      mix(number(load<u32>(at)));
      mix(number(load<u32>(at, 4)));
    }
  }
  return reached <= MAX_REACH;
}

function mixCounter(g: u32, state: u32): void {
  const counter = counterOf(g, state);
  const done = state - load<u32>(counter);
  const least = load<u32>(counter, 4);
  const most = load<u32>(counter, 8);
  const clip = longestToken + 1;
  mix(0x80000000 | (done >= least ? 0 : min(clip, least - done)));
  mix(most === NO_BOUND ? clip : min(clip, most - done));
  mix(number(load<u32>(counter, 12)));
  mix(number(load<u32>(counter, 16)));
}

let grammarSerial: u32 = 0;
/// A number no other grammar of this instance has; keys of unshared places start with it.
export function nextGrammarSerial(): u32 {
  return ++grammarSerial;
}

/// Computes the key of a place: `state`, and the virtual state its caller is (0: an ordinary caller).
///
/// Keys of ordinary places are kept in a list at the grammar: +0 next, +4 state, +8 key.
function placeKey(g: u32, state: u32, counterState: u32): void {
  if (counterState === 0) {
    for (let at = load<u32>(g, Grammar.Places); at !== 0; at = load<u32>(at)) {
      if (load<u32>(at, 4) === state) {
        keyLow = load<u64>(at, 8);
        keyHigh = load<u64>(at, 16);
        return;
      }
    }
  }
  keyLow = 0x243f6a8885a308d3;
  keyHigh = 0x13198a2e03707344;
  let shared = mixReachable(g, state);
  if (counterState !== 0) {
    mix(0xffffffff);
    shared = mixReachable(g, counterState) && shared;
  }
  if (!shared) {
    keyLow = 0xa4093822299f31d0;
    keyHigh = 0x082efa98ec4e6c89;
    mix(load<u32>(g, Grammar.Serial));
    mix(state);
    mix(counterState);
  }
  if (counterState !== 0) return;
  const entry = arenaAlloc(g + Grammar.Arena, 24);
  if (entry === 0) return;
  store<u32>(entry, load<u32>(g, Grammar.Places));
  store<u32>(entry, state, 4);
  store<u64>(entry, keyLow, 8);
  store<u64>(entry, keyHigh, 16);
  store<u32>(g, entry, Grammar.Places);
}

/// The counter state that is the one caller of `node`, or 0.
export function counterCaller(g: u32, node: u32): u32 {
  if (load<u32>(node, Node.Pairs) !== 1) return 0;
  const state = load<u32>(node, Node.First);
  return state >= load<u32>(g, Grammar.StateCount) ? state : 0;
}

/// The record of a place, 0 if it is not made yet.
export function precheckFind(g: u32, state: u32, counterState: u32): u32 {
  placeKey(g, state, counterState);
  let record = load<u32>(<u32>table + (<u32>keyLow & (TABLE - 1)) * 4);
  for (; record !== 0; record = load<u32>(record)) {
    if (load<u64>(record, Precheck.Key) === keyLow && load<u64>(record, Precheck.Key + 8) === keyHigh) {
      store<u32>(record, ++clock, Precheck.LastUse);
      return record;
    }
  }
  return 0;
}

/// Makes the record of the place that `precheckFind` has just not found; 0 on failure. Uses the
/// walk's buffers.
export function precheckMake(g: u32, state: u32, counterState: u32): u32 {
  const low = keyLow;
  const high = keyHigh;
  const unknown = load<u32>(g, Grammar.UnknownNode);
  const node = counterState === 0 ? unknown : nodeOf(g, counterState, unknown);
  if (node === 0) return 0;
  const config = configOfThread(g, state, node);
  if (config === 0) return 0;
  walkBegin(0, 0xffffffff);
  walkRoots(g, config, <u32>roots);
  if (failure !== 0) return 0;
  const record = recordFromWalk();
  if (record === 0) return 0;
  store<u64>(record, low, Precheck.Key);
  store<u64>(record, high, Precheck.Key + 8);
  insert(record);
  return record;
}

function insert(record: u32): void {
  const bytes = load<u32>(record, Precheck.Bytes);
  while (precheckCount > 0 && (precheckBytes + bytes > precheckBudget || precheckCount >= SLOTS - 1)) {
    evictOldest();
  }
  while (slotRecord(slotNext) !== 0) slotNext = (slotNext + 1) & (SLOTS - 1);
  store<u32>(<u32>slots + slotNext * 8, record);
  store<u32>(<u32>slots + slotNext * 8, ++serial, 4);
  store<u32>(record, slotNext, Precheck.Slot);
  store<u32>(record, ++clock, Precheck.LastUse);
  const bucket = <u32>table + (<u32>load<u64>(record, Precheck.Key) & (TABLE - 1)) * 4;
  store<u32>(record, load<u32>(bucket));
  store<u32>(bucket, record);
  precheckBytes += bytes;
  precheckCount++;
}

function evictOldest(): void {
  let oldest: u32 = 0;
  let age: u32 = 0;
  for (let i: u32 = 0; i < SLOTS; i++) {
    const record = slotRecord(i);
    if (record === 0) continue;
    const unused = clock - load<u32>(record, Precheck.LastUse);
    if (oldest === 0 || unused > age) {
      oldest = record;
      age = unused;
    }
  }
  const bucket = <u32>table + (<u32>load<u64>(oldest, Precheck.Key) & (TABLE - 1)) * 4;
  let at = bucket;
  while (load<u32>(at) !== oldest) at = load<u32>(at);
  store<u32>(at, load<u32>(oldest));
  store<u32>(<u32>slots + load<u32>(oldest, Precheck.Slot) * 8, 0);
  precheckBytes -= load<u32>(oldest, Precheck.Bytes);
  precheckCount--;
  blockFree(oldest, load<u32>(oldest, Precheck.Bytes));
}

/// Remainders beyond this are not worth a trie.
const MAX_REMAINDERS: u32 = 40000;
let scratchMask: u32 = 0;

export function precheckInit(): bool {
  scratchMask = blockAlloc(maskWords * 4);
  return scratchMask !== 0;
}

function setBit(mask: u32, id: u32): void {
  const word = mask + (id >>> 5) * 4;
  store<u32>(word, load<u32>(word) | (1 << (id & 31)));
}

function hasBit(mask: u32, id: u32): bool {
  return ((load<u32>(mask + (id >>> 5) * 4) >>> (id & 31)) & 1) !== 0;
}

function recordFromWalk(): u32 {
  memory.fill(scratchMask, 0, maskWords * 4);
  let taken = foundCount;
  for (let i: u32 = 0; i < foundCount; i++) {
    const id = load<u32>(found + i * 4);
    setBit(scratchMask, id);
    if (!hasDuplicates) continue;
    for (let same = load<u32>(nextSame + id * 4); same !== 0; same = load<u32>(nextSame + same * 4)) {
      setBit(scratchMask, same);
      taken++;
    }
  }
  let below: u32 = 0;
  for (let i: u32 = 0; i < exitCount; i++) below += nodeSize(load<u32>(exits + i * 4)) - 1;
  if (below > MAX_REMAINDERS) {
    const open = blockAlloc(Precheck.Head);
    if (open === 0) return fail();
    memory.fill(open, 0, Precheck.Head);
    store<u32>(open, Precheck.Head, Precheck.Bytes);
    store<u32>(open, PrecheckForm.Open, Precheck.Form);
    return open;
  }
  // The remainders, sorted; values are ids.
  const entryBytes = max<u32>(1, below) * ENTRY;
  const entries = blockAlloc(entryBytes);
  if (entries === 0) return fail();
  let count: u32 = 0;
  for (let i: u32 = 0; i < exitCount; i++) {
    const exit = load<u32>(exits + i * 4);
    const end = exit + nodeSize(exit) * NODE;
    const depth = nodeDepth(exit);
    for (let node = exit + NODE; node < end; node += NODE) {
      const id = nodeValue(node);
      if (id < 0 || hasBit(scratchMask, id)) continue;
      const from = load<u32>(tokenOffsets + id * 4) + depth;
      entryWrite(entries + count++ * ENTRY, tokenBytes + from, nodeDepth(node) - depth, id);
    }
  }
  entrySort(entries, count);
  // Equal remainders become one group: the first entry of each stays, with the group as its value.
  let ids: u32 = 0;
  let groups: u32 = 0;
  const idsBytes = (count + 1) * 4;
  const idList = blockAlloc(idsBytes);
  const startsBytes = (count + 1) * 4;
  const starts = blockAlloc(startsBytes);
  if (idList === 0 || starts === 0) return fail();
  for (let i: u32 = 0; i < count; i++) {
    const e = entries + i * ENTRY;
    if (groups === 0 || !sameEntry(entries + (groups - 1) * ENTRY, e)) {
      store<u32>(starts + groups * 4, ids);
      if (groups !== i) memory.copy(entries + groups * ENTRY, e, ENTRY);
      const id = load<u32>(e, 16);
      store<u32>(entries + groups * ENTRY, groups, 16);
      store<u32>(idList + ids++ * 4, id);
      groups++;
    } else {
      store<u32>(idList + ids++ * 4, load<u32>(e, 16));
    }
  }
  store<u32>(starts + groups * 4, ids);
  const nodes = trieNodeCount(entries, groups);
  const isBitset = taken > maskWords;
  const tokenWords = isBitset ? maskWords : taken;
  const bytes = Precheck.Head + (tokenWords + nodes * 2 + groups + 1 + ids) * 4;
  const record = blockAlloc(bytes);
  if (record === 0) return fail();
  const tokens = record + Precheck.Head;
  const trie = tokens + tokenWords * 4;
  const groupsAt = trie + nodes * NODE;
  const idsAt = groupsAt + (groups + 1) * 4;
  store<u32>(record, bytes, Precheck.Bytes);
  store<u32>(record, taken, Precheck.Count);
  store<u32>(record, isBitset ? PrecheckForm.Bitset : PrecheckForm.List, Precheck.Form);
  store<u32>(record, tokens, Precheck.Tokens);
  store<u32>(record, trie, Precheck.Trie);
  store<u32>(record, nodes, Precheck.TrieCount);
  store<u32>(record, groupsAt, Precheck.Groups);
  store<u32>(record, idsAt, Precheck.Ids);
  if (isBitset) memory.copy(tokens, scratchMask, maskWords * 4);
  else listBits(scratchMask, tokens);
  trieWrite(entries, groups, trie, 0);
  memory.copy(groupsAt, starts, (groups + 1) * 4);
  memory.copy(idsAt, idList, ids * 4);
  blockFree(entries, entryBytes);
  blockFree(idList, idsBytes);
  blockFree(starts, startsBytes);
  return record;
}

function fail(): u32 {
  setFailure(Failure.Memory, 0);
  return 0;
}

function sameEntry(a: u32, b: u32): bool {
  const length = load<u32>(a, 12);
  if (load<u64>(a) !== load<u64>(b) || length !== load<u32>(b, 12)) return false;
  return memory.compare(load<u32>(a, 8), load<u32>(b, 8), length) === 0;
}

/// Writes the ids of set bits, ascending, and returns how many.
export function listBits(mask: u32, out: u32): u32 {
  let count: u32 = 0;
  for (let w: u32 = 0; w < maskWords; w++) {
    for (let bits = load<u32>(mask + w * 4); bits !== 0; bits &= bits - 1) {
      store<u32>(out + count++ * 4, w * 32 + ctz(bits));
    }
  }
  return count;
}
