// Makes precheck records out of walks.

import { firstBytesInit, kindOf, USUAL_KINDS } from "./first-bytes";
import { Failure, setFailure } from "./grammar";
import { blockAlloc } from "./memory";
import { Precheck, PrecheckForm } from "./precheck-store";
import {
  groupEntries,
  groupIdCount,
  groupIds,
  groupStarts,
  groups,
  groupsAdd,
  groupsAlloc,
  groupsBegin,
  groupsEnd,
  groupsFree,
} from "./remainder-groups";
import { NODE, nodeByte, nodeDepth, nodeSize, nodeValue, trieNodeCount, trieWrite } from "./trie";
import {
  hasDuplicates,
  maskWords,
  nextSame,
  tokenBytes,
  tokenOffsets,
  trieCount,
  trieNodes,
} from "./vocabulary";
import { exitCount, exits, found, foundCount } from "./walk";

/// Remainders beyond this are not worth a trie: tokens leave the rule almost anywhere, and the caller may
/// well take what is left of them.
let maxRemainders: u32 = 40000;

export function setMaxRemainders(count: u32): void {
  maxRemainders = count;
}

/// Where there would be too many remainders, exits that much of the vocabulary is below (a space is one)
/// stay as they are: "deep". The caller's own prechecks then say what it takes of the tokens below.
const MAX_DEEP: u32 = 8;
const DEEP_SHIFT: u32 = 6;
const deep = memory.data(32);
let deepCount: u32 = 0;

/// Tokens of the record in the making; ids that do not keep what the base says of them.
let taken: u32 = 0;
let gone: u32 = 0;
let goneUsed: bool = false;

export function recordInit(): bool {
  firstBytesInit();
  taken = blockAlloc(maskWords * 4);
  gone = blockAlloc(maskWords * 4);
  return taken !== 0 && gone !== 0;
}

function setBit(mask: u32, id: u32): void {
  const word = mask + (id >>> 5) * 4;
  store<u32>(word, load<u32>(word) | (1 << (id & 31)));
}

function hasBit(mask: u32, id: u32): bool {
  return ((load<u32>(mask + (id >>> 5) * 4) >>> (id & 31)) & 1) !== 0;
}

/// Writes the ids of set bits, ascending, and returns how many.
function listBits(mask: u32, out: u32): u32 {
  let count: u32 = 0;
  for (let w: u32 = 0; w < maskWords; w++) {
    for (let bits = load<u32>(mask + w * 4); bits !== 0; bits &= bits - 1) {
      store<u32>(out + count++ * 4, w * 32 + ctz(bits));
    }
  }
  return count;
}

/// Begins a record that says what `base` says, but for ids given to `recordGone`.
export function recordBegin(base: u32): void {
  memory.fill(taken, 0, maskWords * 4);
  goneUsed = false;
  if (base === 0) return;
  const tokens = load<u32>(base, Precheck.Tokens);
  if (load<u32>(base, Precheck.Form) === PrecheckForm.Bitset) {
    memory.copy(taken, tokens, maskWords * 4);
  } else {
    const count = load<u32>(base, Precheck.Count);
    for (let i: u32 = 0; i < count; i++) setBit(taken, load<u32>(tokens + i * 4));
  }
}

export function recordGone(first: u32): void {
  if (!goneUsed) memory.fill(gone, 0, maskWords * 4);
  goneUsed = true;
  let id = first;
  do {
    setBit(gone, id);
    const word = taken + (id >>> 5) * 4;
    store<u32>(word, load<u32>(word) & ~(1 << (id & 31)));
    id = hasDuplicates ? load<u32>(nextSame + id * 4) : 0;
  } while (id !== 0);
}

/// Ends the record with what the walks found: tokens taken, and exits. It keeps the remainders that begin
/// with bytes of `kinds`, or says of which kinds there are too many. 0 on failure.
export function recordEnd(base: u32, kinds: u32): u32 {
  for (let i: u32 = 0; i < foundCount; i++) {
    let id = load<u32>(found + i * 4);
    do {
      setBit(taken, id);
      id = hasDuplicates ? load<u32>(nextSame + id * 4) : 0;
    } while (id !== 0);
  }
  let room: u32 = 1;
  for (let i: u32 = 0; i < exitCount && room < maxRemainders; i++) {
    room += nodeSize(load<u32>(exits + i * 4)) - 1;
  }
  room = min(room, maxRemainders);
  let record: u32 = 0;
  if (groupsAlloc(room)) {
    let kept = kinds;
    // Deep exits are tried early: collecting remainders in vain takes time.
    let whole = remainders(base !== 0, kept, false, room >>> 1) || remainders(base !== 0, kept, true, room);
    if (!whole) {
      kept &= USUAL_KINDS;
      whole = kept !== kinds && remainders(base !== 0, kept, false, room);
    }
    if (!whole) {
      kept = 0;
      deepCount = 0;
      groupsBegin(0);
    }
    groupsEnd(base === 0 ? 0 : load<u32>(base, Precheck.GroupCount));
    record = write(base);
    if (record !== 0) store<u32>(record, kept | ((kinds & ~kept) << 8), Precheck.Begins);
  }
  groupsFree(room);
  if (record === 0) setFailure(Failure.Memory, 0);
  return record;
}

/// Lengths of what the open remainders leave out, the shortest first; and by depth, whether the node
/// that was looked at there is an exit.
const openFrom = memory.data(4160, 16);
const isExit = memory.data(1040, 16);

/// Groups what the tokens below the exits have left behind them where that begins with a byte of `kinds`.
/// On a base, only of tokens that it no longer speaks for. False: they are more than `room`.
///
/// Most tokens of a text that may end anywhere are below many exits, and taken without them: so each
/// node is looked at once, whatever the exits above it.
function remainders(onlyGone: bool, kinds: u32, withDeep: bool, room: u32): bool {
  groupsBegin(room);
  deepCount = 0;
  if (kinds === 0 || exitCount === 0 || (onlyGone && !goneUsed)) return true;
  const end = trieNodes + trieCount * NODE;
  let open: u32 = 0;
  // The exits are in the order of the nodes.
  let exitAt = exits;
  const lastExit = exits + exitCount * 4;
  let nextExit = load<u32>(exitAt);
  let node = trieNodes;
  store<u8>(<u32>isExit, 0);
  while (node < end) {
    const depth = nodeDepth(node);
    while (open !== 0 && load<u32>(<u32>openFrom + (open - 1) * 4) >= depth - 1) open--;
    if (load<u8>(<u32>isExit + depth - 1) !== 0 && (kindOf(nodeByte(node)) & kinds) !== 0) {
      store<u32>(<u32>openFrom + open * 4, depth - 1);
      open++;
    }
    let here = nextExit === node;
    const size = nodeSize(node);
    if (here) {
      exitAt += 4;
      nextExit = exitAt < lastExit ? load<u32>(exitAt) : end;
    }
    if (here && withDeep && deepCount < MAX_DEEP && size > trieCount >>> DEEP_SHIFT) {
      store<u32>(<u32>deep + deepCount++ * 4, (node - trieNodes) / NODE);
      here = false;
    }
    store<u8>(<u32>isExit + depth, here ? 1 : 0);
    if (open === 0) {
      const after = node + size * NODE;
      node = here || nextExit < after ? node + NODE : after;
      continue;
    }
    const id = nodeValue(node);
    if (id >= 0 && !hasBit(taken, id) && (!onlyGone || hasBit(gone, id))) {
      const bytes = tokenBytes + load<u32>(tokenOffsets + id * 4);
      for (let i: u32 = 0; i < open; i++) {
        const left = load<u32>(<u32>openFrom + i * 4);
        if (!groupsAdd(bytes + left, depth - left, id)) return false;
      }
    }
    node += NODE;
  }
  return true;
}

/// The record: the base's remainders, then the new ones.
function write(base: u32): u32 {
  const baseNodes: u32 = base === 0 ? 0 : load<u32>(base, Precheck.TrieCount);
  const baseGroups: u32 = base === 0 ? 0 : load<u32>(base, Precheck.GroupCount);
  const baseStarts: u32 = base === 0 ? 0 : load<u32>(base, Precheck.Groups);
  const baseIds: u32 = base === 0 ? 0 : load<u32>(baseStarts + baseGroups * 4);
  let count: u32 = 0;
  for (let w: u32 = 0; w < maskWords; w++) count += popcnt(load<u32>(taken + w * 4));
  const nodes = baseNodes + trieNodeCount(groupEntries, groups);
  const allGroups = baseGroups + groups;
  const isBitset = count > maskWords;
  const tokenWords = isBitset ? maskWords : count;
  const bytes =
    Precheck.Head + (tokenWords + nodes * 2 + allGroups + 1 + baseIds + groupIdCount + deepCount) * 4;
  const record = blockAlloc(bytes);
  if (record === 0) return 0;
  const tokens = record + Precheck.Head;
  const trie = tokens + tokenWords * 4;
  const groupsAt = trie + nodes * NODE;
  const idsAt = groupsAt + (allGroups + 1) * 4;
  store<u32>(record, bytes, Precheck.Bytes);
  store<u32>(record, count, Precheck.Count);
  store<u32>(record, isBitset ? PrecheckForm.Bitset : PrecheckForm.List, Precheck.Form);
  store<u32>(record, tokens, Precheck.Tokens);
  store<u32>(record, trie, Precheck.Trie);
  store<u32>(record, nodes, Precheck.TrieCount);
  store<u32>(record, groupsAt, Precheck.Groups);
  store<u32>(record, allGroups, Precheck.GroupCount);
  store<u32>(record, idsAt, Precheck.Ids);
  if (isBitset) memory.copy(tokens, taken, maskWords * 4);
  else listBits(taken, tokens);
  let at: u32 = 0;
  if (base !== 0) {
    memory.copy(trie, load<u32>(base, Precheck.Trie), baseNodes * NODE);
    const from = load<u32>(base, Precheck.Ids);
    for (let k: u32 = 0; k < baseGroups; k++) {
      store<u32>(groupsAt + k * 4, at);
      const end = load<u32>(baseStarts + k * 4, 4);
      for (let i = load<u32>(baseStarts + k * 4); i < end; i++) {
        const id = load<u32>(from + i * 4);
        if (!goneUsed || !hasBit(gone, id)) store<u32>(idsAt + at++ * 4, id);
      }
    }
  }
  trieWrite(groupEntries, groups, trie + baseNodes * NODE, 0);
  for (let k: u32 = 0; k <= groups; k++) {
    store<u32>(groupsAt + (baseGroups + k) * 4, at + load<u32>(groupStarts + k * 4));
  }
  memory.copy(idsAt + at * 4, groupIds, groupIdCount * 4);
  const deepAt = record + bytes - deepCount * 4;
  store<u32>(record, deepCount, Precheck.DeepCount);
  store<u32>(record, deepAt, Precheck.Deep);
  memory.copy(deepAt, deep, deepCount * 4);
  return record;
}
