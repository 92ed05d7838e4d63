// Masks: one bit an id, written to `maskOut`; what a configuration allows is remembered there.
//
// Mask record (in the grammar's arena):
//   +0 flags (bit 0: every normal token is allowed)   +4 bases   +8 listed ids
//   +12 bitset (0: none)   +16 bases: (precheck slot, its serial), then ids
// The mask is the union of the bases' tokens, the bitset and the listed ids, and of the stop tokens
// where the text is complete.

import { setBit } from "./bits";
import {
  Config,
  ConfigFlag,
  closureBegin,
  closureEnd,
  closureInclude,
  configAfter,
  configFlags,
  configOfThread,
  Node,
  stepBytes,
  threadCount,
} from "./configuration";
import { kindsTaken } from "./first-bytes";
import { Failure, failure, Grammar, setFailure, stateRecord, tokenEdgeCount, tokenEdgesAt } from "./grammar";
import { arenaAlloc, blockAlloc } from "./memory";
import { counterCaller, precheckFind, precheckMake, unknownCaller } from "./precheck";
import {
  Precheck,
  PrecheckForm,
  remaindersKept,
  remaindersOpen,
  slotSerial,
  slotUse,
} from "./precheck-store";
import { edgeTakes } from "./token-edges";
import { NODE, nodeSize, nodeValue } from "./trie";
import {
  emptyCount,
  emptyTokens,
  hasDuplicates,
  longCount,
  longTokens,
  maskWords,
  nextSame,
  normalMask,
  rankIds,
  roots,
  setSame,
  tokenBytes,
  tokenCount,
  tokenOffsets,
  trieNodes,
} from "./vocabulary";
import {
  addFound,
  exitCount,
  exits,
  found,
  foundAside,
  foundCount,
  foundToIds,
  walk,
  walkBegin,
  walkBudget,
  walkRoots,
  walkWide,
} from "./walk";

export let maskOut: u32 = 0;
export let stopTokens: u32 = 0;
export let stopCount: u32 = 0;
/// Bits found beyond what a list holds.
let bits: u32 = 0;
let bitsUsed: bool = false;

const enum Mask {
  Flags = 0,
  Bases = 4,
  Listed = 8,
  Bitset = 12,
  Head = 16,
}

export function maskInit(stops: u32): bool {
  maskOut = blockAlloc(maskWords * 4);
  bits = blockAlloc(maskWords * 4);
  stopTokens = blockAlloc(max<u32>(1, stops) * 4);
  stopCount = stops;
  return maskOut !== 0 && bits !== 0 && stopTokens !== 0;
}

function orInto(mask: u32, other: u32): void {
  const end = mask + (maskWords & ~1) * 4;
  let from = other;
  for (let at = mask; at < end; at += 8, from += 8) store<u64>(at, load<u64>(at) | load<u64>(from));
  if (maskWords & 1) store<u32>(end, load<u32>(end) | load<u32>(from));
}

/// Writes the mask of `config` to `maskOut`. Returns 1 if some normal token is not allowed, 0 if all
/// are, and -1 on failure.
export function maskFill(g: u32, config: u32): i32 {
  let record = load<u32>(config, Config.Mask);
  if (record === 0 || !basesValid(record)) {
    record = maskMake(g, config, MAX_BASES);
    // Prechecks made for one thread may have pushed out those of another: then without them.
    if (record !== 0 && !basesValid(record)) record = maskMake(g, config, 0);
    if (record === 0) return -1;
    store<u32>(config, record, Config.Mask);
    maskWrite(record, config);
    if (allNormal()) store<u32>(record, 1, Mask.Flags);
  } else {
    maskWrite(record, config);
  }
  return load<u32>(record, Mask.Flags) === 0 ? 1 : 0;
}

function basesValid(record: u32): bool {
  const bases = load<u32>(record, Mask.Bases);
  for (let i: u32 = 0; i < bases; i++) {
    const at = record + Mask.Head + i * 8;
    if (slotUse(load<u32>(at), load<u32>(at, 4)) === 0) return false;
  }
  return true;
}

function allNormal(): bool {
  for (let w: u32 = 0; w < maskWords; w++) {
    if ((load<u32>(normalMask + w * 4) & ~load<u32>(maskOut + w * 4)) !== 0) return false;
  }
  return true;
}

function maskWrite(record: u32, config: u32): void {
  const bases = load<u32>(record, Mask.Bases);
  const bitset = load<u32>(record, Mask.Bitset);
  let at = record + Mask.Head;
  let filled = false;
  if (bitset !== 0) {
    memory.copy(maskOut, bitset, maskWords * 4);
    filled = true;
  }
  for (let i: u32 = 0; i < bases; i++, at += 8) {
    const base = slotUse(load<u32>(at), load<u32>(at, 4));
    const tokens = load<u32>(base, Precheck.Tokens);
    if (load<u32>(base, Precheck.Form) === PrecheckForm.Bitset) {
      if (filled) orInto(maskOut, tokens);
      else memory.copy(maskOut, tokens, maskWords * 4);
      filled = true;
    } else {
      if (!filled) memory.fill(maskOut, 0, maskWords * 4);
      filled = true;
      setList(tokens, load<u32>(base, Precheck.Count));
    }
  }
  if (!filled) memory.fill(maskOut, 0, maskWords * 4);
  setList(at, load<u32>(record, Mask.Listed));
  if (configFlags(config) & ConfigFlag.Accepting) setList(stopTokens, stopCount);
}

function setList(ids: u32, count: u32): void {
  const end = ids + count * 4;
  for (let at = ids; at < end; at += 4) setBit(maskOut, load<u32>(at));
}

// Nodes a direct walk looks at before it is called too long: a few microseconds' worth.
let directLimit: u32 = 3000;
const NO_LIMIT: u32 = 0xffffffff;
const MAX_BASES: u32 = 128;
const baseList = memory.data(1024, 16);
let baseCount: u32 = 0;
let baseLimit: u32 = 0;
/// Deep exits of the threads that are being added, the outermost thread's first.
const DEEP_ROOM: u32 = 256;
const deepExits = memory.data(1024, 16);
let deepTop: u32 = 0;

export function setDirectLimit(nodes: u32): void {
  directLimit = nodes;
}

/// One byte a state: 1 where a direct walk was too long once.
function isWide(g: u32, state: u32): bool {
  return load<u8>(load<u32>(g, Grammar.Widths) + state) !== 0;
}

function bitsBegin(): void {
  if (!bitsUsed) memory.fill(bits, 0, maskWords * 4);
  bitsUsed = true;
}

/// Moves what was found to the bitset, so that lists stay within their room.
function spill(): void {
  bitsBegin();
  for (let i: u32 = 0; i < foundCount; i++) setSame(bits, load<u32>(found + i * 4));
  walkBegin(0, 0);
}

function maskMake(g: u32, config: u32, maxBases: u32): u32 {
  baseCount = 0;
  baseLimit = maxBases;
  deepTop = 0;
  laterCount = 0;
  bitsUsed = false;
  const count = threadCount(config);
  let direct = true;
  for (let i: u32 = 0; i < count && direct; i++) {
    direct = !isWide(g, load<u32>(config + i * 8, Config.Threads));
  }
  walkBegin(0, 0);
  if (direct) {
    // Threads one by one would take their walks together, and more.
    direct = walkRoots(g, config, <u32>roots, count > 1 ? directLimit * 2 : directLimit);
    if (direct) foundToIds(0);
  }
  for (let i: u32 = 0; !direct && failure === 0 && i < count; i++) {
    const at = config + i * 8;
    addThread(g, load<u32>(at, Config.Threads), load<u32>(at, Config.Threads + 4), count === 1, 0);
  }
  if (failure === 0 && !addLater(g)) return maskMake(g, config, 0);
  if (failure === 0) addUntried(g, config);
  if (failure !== 0) return 0;
  if (foundCount > maskWords || bitsUsed) spill();
  return maskStore(g);
}

/// Adds what one thread allows, of the whole vocabulary or behind the bytes that lead to the node `below` of
/// its trie; `alone`: the configuration has no other, and was walked in vain.
function addThread(g: u32, state: u32, node: u32, alone: bool, below: u32): void {
  if (foundCount > tokenCount) spill();
  const knownWide = isWide(g, state);
  if (!knownWide && !alone) {
    if (addDirect(g, state, node, below)) return;
    if (failure !== 0) return;
  }
  if (!knownWide) store<u8>(load<u32>(g, Grammar.Widths) + state, 1);
  const counterState = counterCaller(node);
  const after = configAfter(g, counterState === 0 ? node : load<u32>(node, Node.First + 4));
  if (after === 0) return;
  const kinds = kindsTaken(after);
  let base = precheckFind(g, state, counterState, kinds, below);
  if (base === 0) {
    if (foundCount !== 0) spill();
    base = precheckMake(g, state, counterState, kinds, below);
    walkBegin(0, 0);
    if (failure !== 0) return;
  }
  const deep: u32 = load<u32>(base, Precheck.DeepCount);
  if (remaindersOpen(base) & kinds || deepTop + deep > DEEP_ROOM) {
    const single = configOfThread(g, state, node);
    if (single !== 0) addWide(g, single, below);
    return;
  }
  addBase(base);
  if (kinds !== 0 && load<u32>(base, Precheck.TrieCount) !== 0) {
    if (baseLimit === 0 || laterCount === LATER) walkRemainders(g, after, base);
    else addOnce(load<u32>(base, Precheck.Slot), after);
  }
  if (deep === 0) return;
  // Kept aside: what is made on the way may push the record out.
  const from = deepTop;
  memory.copy(<u32>deepExits + from * 4, load<u32>(base, Precheck.Deep), deep * 4);
  deepTop = from + deep;
  for (let i = from; i < from + deep; i++) {
    addBelow(g, after, trieNodes + load<u32>(<u32>deepExits + i * 4) * NODE);
  }
  deepTop = from;
}

/// Adds what the thread allows if few nodes tell.
function addDirect(g: u32, state: u32, node: u32, below: u32): bool {
  const single = configOfThread(g, state, node);
  if (single === 0) return false;
  const before = foundCount;
  if (below === 0) {
    if (!walkRoots(g, single, <u32>roots, directLimit)) return false;
  } else {
    walkBegin(before, directLimit);
    walk(g, single, below + NODE, below + nodeSize(below) * NODE);
    if (walkBudget === 0) {
      walkBegin(before, 0);
      return false;
    }
  }
  foundToIds(before);
  return true;
}

function addWide(g: u32, config: u32, below: u32): void {
  if (foundCount > tokenCount) spill();
  const before = foundCount;
  walkBegin(before, NO_LIMIT);
  walkWide(g, config, below);
  foundToIds(before);
}

/// Adds the tokens of a record: once, however many threads share it.
function addBase(record: u32): void {
  const slot = load<u32>(record, Precheck.Slot);
  for (let i: u32 = 0; i < baseCount; i++) if (load<u32>(<u32>baseList + i * 8) === slot) return;
  if (baseCount === baseLimit) {
    bitsBegin();
    orRecord(record);
    return;
  }
  store<u32>(<u32>baseList + baseCount * 8, slot);
  store<u32>(<u32>baseList + baseCount * 8, slotSerial(slot), 4);
  baseCount++;
}

/// Adds a record's tokens to the bitset.
function orRecord(record: u32): void {
  const tokens = load<u32>(record, Precheck.Tokens);
  if (load<u32>(record, Precheck.Form) === PrecheckForm.Bitset) {
    orInto(bits, tokens);
    return;
  }
  const count = load<u32>(record, Precheck.Count);
  for (let i: u32 = 0; i < count; i++) setBit(bits, load<u32>(tokens + i * 4));
}

// Remainders wait until all threads are known: those of one record are walked once, with all callers that ask
// for them. (slot, its serial, caller's configuration)
const LATER: u32 = 512;
const later = memory.data(6144, 16);
let laterCount: u32 = 0;
/// Callers with more threads together are not united.
const MAX_UNITED: u32 = 4096;

function addOnce(slot: u32, after: u32): void {
  for (let at = <u32>later; at < <u32>later + laterCount * 12; at += 12) {
    if (load<u32>(at) === slot && load<u32>(at, 8) === after) return;
  }
  const at = <u32>later + laterCount * 12;
  store<u32>(at, slot);
  store<u32>(at, slotSerial(slot), 4);
  store<u32>(at, after, 8);
  laterCount++;
}

/// Adds the remainders that wait. False: a record is gone or changed meanwhile.
function addLater(g: u32): bool {
  const end = <u32>later + laterCount * 12;
  for (let at = <u32>later; at < end; at += 12) {
    const slot = load<u32>(at);
    if (slot === NO_SLOT) continue;
    const record = slotUse(slot, load<u32>(at, 4));
    if (record === 0) return false;
    let total: u32 = 0;
    let callers: u32 = 0;
    for (let other = at; other < end; other += 12) {
      if (load<u32>(other) !== slot) continue;
      total += threadCount(load<u32>(other, 8));
      callers++;
    }
    let config = load<u32>(at, 8);
    if (callers > 1 && total <= MAX_UNITED) {
      closureBegin();
      for (let other = at; other < end; other += 12) {
        if (load<u32>(other) !== slot) continue;
        closureInclude(load<u32>(other, 8));
        store<u32>(other, NO_SLOT);
      }
      config = closureEnd(g);
      if (failure !== 0) return true;
    }
    if (kindsTaken(config) & ~remaindersKept(record)) return false;
    if (foundCount > tokenCount) spill();
    walkRemainders(g, config, record);
    if (failure !== 0) return true;
  }
  return true;
}
const NO_SLOT: u32 = 0xffffffff;

/// Adds what `config` allows behind the bytes that lead to the node `below`.
function addBelow(g: u32, config: u32, below: u32): void {
  const count = threadCount(config);
  for (let i: u32 = 0; i < count && failure === 0; i++) {
    const at = config + i * 8;
    addThread(g, load<u32>(at, Config.Threads), load<u32>(at, Config.Threads + 4), false, below);
  }
}

/// Adds the ids of the remainders that the caller's configuration takes.
function walkRemainders(g: u32, after: u32, base: u32): void {
  const trie = load<u32>(base, Precheck.Trie);
  const before = foundCount;
  walkBegin(before, NO_LIMIT);
  walk(g, after, trie, trie + load<u32>(base, Precheck.TrieCount) * NODE);
  // The groups found give way to their ids; they are kept aside because ids are longer.
  const groups = foundCount - before;
  const aside = foundAside();
  memory.copy(aside, found + before * 4, groups * 4);
  walkBegin(before, 0);
  const starts = load<u32>(base, Precheck.Groups);
  const ids = load<u32>(base, Precheck.Ids);
  for (let i: u32 = 0; i < groups; i++) {
    if (foundCount > tokenCount) spill();
    const group = starts + load<u32>(aside + i * 4) * 4;
    const end = load<u32>(group, 4);
    for (let k = load<u32>(group); k < end; k++) addFound(load<u32>(ids + k * 4));
  }
}

/// Adds tokens that no trie holds: those named by the grammar, empty ones and very long ones.
function addUntried(g: u32, config: u32): void {
  if (foundCount > tokenCount) spill();
  for (let i: u32 = 0; i < emptyCount; i++) addFound(load<u32>(emptyTokens + i * 4));
  for (let i: u32 = 0; i < longCount && failure === 0; i++) {
    const id = load<u32>(longTokens + i * 4);
    const from = load<u32>(tokenOffsets + id * 4);
    const length = load<u32>(tokenOffsets + id * 4, 4) - from;
    if (stepBytes(g, config, tokenBytes + from, length) === length) addFound(id);
  }
  if ((configFlags(config) & ConfigFlag.Tokens) === 0) return;
  spill();
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    const record = stateRecord(g, load<u32>(config + i * 8, Config.Threads));
    const edges = tokenEdgeCount(record);
    const at = tokenEdgesAt(record);
    for (let k: u32 = 0; k < edges; k++) {
      for (let id: u32 = 0; id < tokenCount; id++) {
        if (edgeTakes(g, load<u32>(at + k * 8), id)) setBit(bits, id);
      }
    }
  }
}

function maskStore(g: u32): u32 {
  let listed: u32 = 0;
  for (let i: u32 = 0; i < foundCount; i++) {
    listed++;
    if (!hasDuplicates) continue;
    let same = load<u32>(nextSame + load<u32>(found + i * 4) * 4);
    for (; same !== 0; same = load<u32>(nextSame + same * 4)) listed++;
  }
  const record = arenaAlloc(g + Grammar.Arena, Mask.Head + baseCount * 8 + listed * 4);
  const bitset = bitsUsed ? arenaAlloc(g + Grammar.Arena, maskWords * 4 + 4) : 0;
  if (record === 0 || (bitsUsed && bitset === 0)) {
    setFailure(Failure.Memory, 0);
    return 0;
  }
  store<u32>(record, 0, Mask.Flags);
  store<u32>(record, baseCount, Mask.Bases);
  store<u32>(record, listed, Mask.Listed);
  store<u32>(record, bitset, Mask.Bitset);
  memory.copy(record + Mask.Head, baseList, baseCount * 8);
  if (bitset !== 0) memory.copy(bitset, bits, maskWords * 4);
  let at = record + Mask.Head + baseCount * 8;
  for (let i: u32 = 0; i < foundCount; i++, at += 4) {
    const id = load<u32>(found + i * 4);
    store<u32>(at, id);
    if (!hasDuplicates) continue;
    for (let same = load<u32>(nextSame + id * 4); same !== 0; same = load<u32>(nextSame + same * 4)) {
      at += 4;
      store<u32>(at, same);
    }
  }
  return record;
}

/// Writes to `maskOut` the tokens that `config` allows whatever called its rules; -1 on failure.
export function maskIndependent(g: u32, config: u32): i32 {
  memory.fill(bits, 0, maskWords * 4);
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    const at = config + i * 8;
    const state = load<u32>(at, Config.Threads);
    const counterState = counterCaller(load<u32>(at, Config.Threads + 4));
    let record = precheckFind(g, state, counterState, 0, 0);
    if (record === 0) record = precheckMake(g, state, counterState, 0, 0);
    if (record === 0) return -1;
    orRecord(record);
  }
  memory.copy(maskOut, bits, maskWords * 4);
  return 0;
}

/// Writes to `maskOut` the tokens that leave some rule of `config` and go on, so that its callers decide
/// about them. Another of its rules may allow one of them whatever they say. -1 on failure.
export function maskDependent(g: u32, config: u32): i32 {
  memory.fill(bits, 0, maskWords * 4);
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    const at = config + i * 8;
    const place = unknownCaller(
      g,
      load<u32>(at, Config.Threads),
      counterCaller(load<u32>(at, Config.Threads + 4)),
    );
    if (place === 0) return -1;
    walkBegin(0, NO_LIMIT);
    walkWide(g, place, 0);
    if (failure !== 0) return -1;
    let node: u32 = 0;
    for (let k: u32 = 0; k < exitCount; k++) {
      // The exits are in the order of the nodes; some are below others.
      node = max(node, load<u32>(exits + k * 4) + NODE);
      const end = load<u32>(exits + k * 4) + nodeSize(load<u32>(exits + k * 4)) * NODE;
      for (; node < end; node += NODE) {
        if (nodeValue(node) < 0) continue;
        setSame(bits, load<u32>(rankIds + nodeValue(node) * 4));
      }
    }
  }
  memory.copy(maskOut, bits, maskWords * 4);
  return 0;
}
