// Makes precheck records out of walks.

import { bitsBetween, clearBit, hasBit, setBit } from "./bits";
import { firstBytesInit, groupsOf, kindOf, USUAL_KINDS } from "./first-bytes";
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
import {
  firstRank,
  lastRank,
  NODE,
  nodeByte,
  nodeDepth,
  nodeSize,
  nodeValue,
  trieNodeCount,
  trieWrite,
} from "./trie";
import {
  hasDuplicates,
  maskWords,
  nextSame,
  rankCharacters,
  rankCount,
  rankIds,
  setSame,
  tokenBytes,
  tokenOffsets,
  trieCount,
  trieMask,
  trieNodes,
} from "./vocabulary";
import { exitCount, exits, found, foundCount, groupsAt, spanCount, spans } from "./walk";

/// Remainders beyond this are not worth a trie: tokens leave the rule almost anywhere, and the caller may
/// well take what is left of them.
export let maxRemainders: u32 = 40000;

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
/// One bit a rank, in words of 64: tokens that neither the base nor the walks say are taken.
let asked: u32 = 0;

export function recordInit(): bool {
  firstBytesInit();
  taken = blockAlloc(maskWords * 4);
  gone = blockAlloc(maskWords * 4);
  asked = blockAlloc(askedBytes());
  return taken !== 0 && gone !== 0 && asked !== 0;
}

function askedBytes(): u32 {
  return ((rankCount + 63) >>> 6) * 8;
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
  goneUsed = false;
  memory.fill(asked, base === 0 ? 255 : 0, askedBytes());
  if (base === 0) {
    if (rankCount & 63) clearAsked(rankCount, rankCount | 63);
    return;
  }
  memory.fill(taken, 0, maskWords * 4);
  const tokens = load<u32>(base, Precheck.Tokens);
  if (load<u32>(base, Precheck.Form) === PrecheckForm.Bitset) {
    memory.copy(taken, tokens, maskWords * 4);
  } else {
    const count = load<u32>(base, Precheck.Count);
    for (let i: u32 = 0; i < count; i++) setBit(taken, load<u32>(tokens + i * 4));
  }
}

export function recordGone(rank: u32): void {
  setBit(asked, rank);
}

/// The same for the ranks `first` … `last`.
export function recordAllGone(first: u32, last: u32): void {
  const end = last >>> 6;
  for (let w = first >>> 6; w <= end; w++) {
    store<u64>(asked + w * 8, load<u64>(asked + w * 8) | bitsBetween(w, first, last));
  }
}

/// The same for those of the ranks `first` … `last` whose tokens have more than `most` characters.
export function recordLongGone(first: u32, last: u32, most: u32): void {
  const end = last >>> 6;
  const limit = i8x16.splat(<i8>most);
  for (let w = first >>> 6; w <= end; w++) {
    const at = rankCharacters + w * 64;
    let bits: u64 = 0;
    for (let i: u32 = 0; i < 64; i += 16) {
      bits |= (<u64>(<u32>i8x16.bitmask(i8x16.gt_u(v128.load(at + i), limit)))) << i;
    }
    bits &= bitsBetween(w, first, last);
    store<u64>(asked + w * 8, load<u64>(asked + w * 8) | bits);
  }
}

/// Takes away what the base says of tokens that are gone.
function dropGone(): void {
  if (nextAsked(0) === NO_RANK) return;
  goneUsed = true;
  askedIds(gone);
  for (let at: u32 = 0; at < maskWords * 4; at += 4) {
    store<u32>(taken + at, load<u32>(taken + at) & ~load<u32>(gone + at));
  }
}

/// Writes the bits of the ids of the asked ranks.
function askedIds(ids: u32): void {
  const count: u32 = rankCount === 0 ? 0 : countAsked(0, rankCount - 1);
  // Ranks are nowhere near their ids, so what is rarer is written.
  const isRare = count <= rankCount >>> 1;
  if (isRare) memory.fill(ids, 0, maskWords * 4);
  else memory.copy(ids, trieMask, maskWords * 4);
  const words = (rankCount + 63) >>> 6;
  for (let w: u32 = 0; w < words; w++) {
    let bits = load<u64>(asked + w * 8);
    if (!isRare) bits = ~bits & bitsBetween(w, 0, rankCount - 1);
    for (; bits !== 0; bits &= bits - 1) {
      let id = load<u32>(rankIds + (w * 64 + <u32>ctz(bits)) * 4);
      do {
        const word = ids + (id >>> 5) * 4;
        store<u32>(word, load<u32>(word) ^ (1 << (id & 31)));
        id = hasDuplicates ? load<u32>(nextSame + id * 4) : 0;
      } while (id !== 0);
    }
  }
}

/// Ends the record with what the walks found: tokens taken, and exits. It keeps the remainders that begin
/// with bytes of `kinds`, or says of which kinds there are too many. 0 on failure.
export function recordEnd(base: u32, kinds: u32): u32 {
  if (base !== 0) dropGone();
  takeFound(base !== 0);
  let room: u32 = 1;
  for (let i: u32 = 0; i < exitCount && room < maxRemainders; i++) {
    room += nodeSize(load<u32>(exits + i * 4)) - 1;
  }
  room = min(room, maxRemainders);
  let record: u32 = 0;
  if (groupsAlloc(room)) {
    let kept = kinds;
    // Deep exits are tried early: collecting remainders in vain takes time.
    let whole =
      (askedDeep(kept) <= room >>> 1 && remainders(kept, false, room >>> 1)) || remainders(kept, true, room);
    if (!whole) {
      kept &= USUAL_KINDS;
      whole = kept !== kinds && askedDeep(kept) <= room && remainders(kept, false, room);
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
  groupsFree();
  if (record === 0) setFailure(Failure.Memory, 0);
  return record;
}

function clearAsked(first: u32, last: u32): void {
  const end = last >>> 6;
  for (let w = first >>> 6; w <= end; w++) {
    store<u64>(asked + w * 8, load<u64>(asked + w * 8) & ~bitsBetween(w, first, last));
  }
}

/// The first asked rank from `rank` on, `NO_RANK` if there is none.
function nextAsked(rank: u32): u32 {
  if (rank >= rankCount) return NO_RANK;
  let w = rank >>> 6;
  const words = (rankCount + 63) >>> 6;
  let bits = load<u64>(asked + w * 8) & (~(<u64>0) << (rank & 63));
  while (bits === 0) {
    w++;
    if (w === words) return NO_RANK;
    bits = load<u64>(asked + w * 8);
  }
  return w * 64 + <u32>ctz(bits);
}
const NO_RANK: u32 = 0xffffffff;

function countAsked(first: u32, last: u32): u32 {
  let count: u32 = 0;
  const end = last >>> 6;
  for (let w = first >>> 6; w <= end; w++) {
    count += <u32>popcnt(load<u64>(asked + w * 8) & bitsBetween(w, first, last));
  }
  return count;
}

/// Notes the tokens that the walks found.
function takeFound(onBase: bool): void {
  for (let i: u32 = 0; i < foundCount; i++) {
    const rank = load<u32>(found + i * 4);
    clearBit(asked, rank);
    if (onBase) setSame(taken, load<u32>(rankIds + rank * 4));
  }
  // Exceptions from a base are walked without spans.
  if (onBase) return;
  for (let i: u32 = 0; i < spanCount; i++) {
    clearAsked(load<u32>(spans + i * 8), load<u32>(spans + i * 8, 4));
  }
  askedIds(taken);
  for (let at: u32 = 0; at < maskWords * 4; at += 4) {
    store<u32>(taken + at, load<u32>(trieMask + at) & ~load<u32>(taken + at));
  }
}

/// How many remainders there are at least that begin with a byte of `kinds`: those of exits that much of the
/// vocabulary is below.
function askedDeep(kinds: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < exitCount; i++) {
    const node = load<u32>(exits + i * 4);
    const size = nodeSize(node);
    if (size <= trieCount >>> DEEP_SHIFT) continue;
    const end = node + size * NODE;
    // A node's ranks begin where those before it end.
    let first = max(nodeValue(node), -1) + 1;
    if (first === 0) first = firstRank(node);
    for (let child = node + NODE; child < end; child += nodeSize(child) * NODE) {
      const last = lastRank(child);
      if (kindOf(nodeByte(child)) & kinds) count += countAsked(first, last);
      first = last + 1;
    }
  }
  return count;
}

/// Lengths of what the open remainders leave out, the shortest first; and by depth, whether the node
/// that was looked at there is an exit.
const openFrom = memory.data(4160, 16);
const isExit = memory.data(1040, 16);

/// Groups what the asked tokens below the exits have left behind them where that begins with a byte of
/// `kinds`. False: they are more than `room`.
///
/// Most tokens of a text that may end anywhere are below many exits, and taken without them: so each
/// node is looked at once, whatever the exits above it, and only where a token below is asked for.
function remainders(kinds: u32, withDeep: bool, room: u32): bool {
  groupsBegin(room);
  deepCount = 0;
  let next = nextAsked(0);
  if (kinds === 0 || exitCount === 0 || next === NO_RANK) return true;
  const end = trieNodes + trieCount * NODE;
  let open: u32 = 0;
  // The exits are in the order of the nodes.
  let exitAt = exits;
  const lastExit = exits + exitCount * 4;
  let nextExit = load<u32>(exitAt);
  let node = trieNodes;
  const groupsAsked = groupsOf(kinds);
  store<u8>(<u32>isExit, 0);
  while (node < end) {
    const depth = nodeDepth(node);
    while (open !== 0 && load<u32>(<u32>openFrom + (open - 1) * 4) >= depth - 1) open--;
    const size = nodeSize(node);
    const after = node + size * NODE;
    const last = lastRank(node);
    if (next > last) {
      while (nextExit < after) {
        exitAt += 4;
        nextExit = exitAt < lastExit ? load<u32>(exitAt) : end;
      }
      node = after;
      continue;
    }
    if (load<u8>(<u32>isExit + depth - 1) !== 0 && (kindOf(nodeByte(node)) & kinds) !== 0) {
      store<u32>(<u32>openFrom + open * 4, depth - 1);
      open++;
    }
    let here = nextExit === node;
    if (here) {
      exitAt += 4;
      nextExit = exitAt < lastExit ? load<u32>(exitAt) : end;
    }
    const mayBegin = (groupsAt(node) & groupsAsked) !== 0;
    if (here && mayBegin && withDeep && deepCount < MAX_DEEP && size > trieCount >>> DEEP_SHIFT) {
      store<u32>(<u32>deep + deepCount++ * 4, (node - trieNodes) / NODE);
      here = false;
    }
    store<u8>(<u32>isExit + depth, here ? 1 : 0);
    // No remainder begins below: there is no exit, or no byte of these kinds.
    if (open === 0 && (!mayBegin || (!here && nextExit >= after))) {
      while (nextExit < after) {
        exitAt += 4;
        nextExit = exitAt < lastExit ? load<u32>(exitAt) : end;
      }
      next = nextAsked(last + 1);
      if (next === NO_RANK) return true;
      node = after;
      continue;
    }
    if (next === <u32>nodeValue(node)) {
      const id = load<u32>(rankIds + next * 4);
      const bytes = tokenBytes + load<u32>(tokenOffsets + id * 4);
      for (let i: u32 = 0; i < open; i++) {
        const left = load<u32>(<u32>openFrom + i * 4);
        if (!groupsAdd(bytes + left, depth - left, id)) return false;
      }
      next = nextAsked(next + 1);
      if (next === NO_RANK) return true;
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
  trieWrite(groupEntries, groups, trie + baseNodes * NODE, 0, 0);
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
