// A vocabulary: the trie of its normal tokens, and each token's bytes for stepping.

import { setBit } from "./bits";
import { blockAlloc, blockFree } from "./memory";
import {
  ENTRY,
  entrySame,
  entrySort,
  entryWrite,
  MAX_DEPTH,
  trieNodeCount,
  trieRoots,
  trieSummaries,
  trieWrite,
} from "./trie";

export const enum TokenKind {
  Normal = 0,
  Special = 1,
  Unused = 2,
  /// Ends a text, whatever kind the vocabulary says: never in the trie.
  Stop = 3,
}

// One instance serves one vocabulary, so it lives in globals.
export let tokenCount: u32 = 0;
export let maskWords: u32 = 0;
/// Offsets of token i's bytes: `offsets[i] … offsets[i + 1]`, relative to `tokenBytes`.
export let tokenOffsets: u32 = 0;
export let tokenBytes: u32 = 0;
export let tokenKinds: u32 = 0;
export let trieNodes: u32 = 0;
export let trieCount: u32 = 0;
/// Of each node, the depth of the deepest token below: halfwords.
export let heights: u32 = 0;
/// Of each node, the groups (trie.ts) of the bytes below: halfwords.
export let groupsBelow: u32 = 0;
/// The trie's values are ranks: a token's place in the order of the tokens' bytes. `rankIds[rank]` is its id.
export let rankIds: u32 = 0;
export let rankCount: u32 = 0;
/// Of each rank, how many characters its token begins: its bytes but for those inside of characters, no more
/// than 255. Bytes, with 64 more behind them.
export let rankCharacters: u32 = 0;
/// `nextSame[id]`: the next id with the same bytes, 0 for none (an id is never its own successor,
/// and ids of one spelling ascend, so 0 is free). Only filled where `hasDuplicates`.
export let nextSame: u32 = 0;
export let hasDuplicates: bool = false;
/// 256 words: the trie node of each first byte, or 0.
export const roots = memory.data(1024, 16);
/// Tokens too long for the trie, and tokens without bytes: lists of ids, checked one by one.
export let longTokens: u32 = 0;
export let longCount: u32 = 0;
export let emptyTokens: u32 = 0;
export let emptyCount: u32 = 0;
/// One bit an id: the normal tokens; and those of them that are in the trie.
export let normalMask: u32 = 0;
export let trieMask: u32 = 0;
/// Longest token in bytes.
export let longestToken: u32 = 0;

/// Room for the vocabulary: the caller writes bytes, offsets and kinds, then calls `vocabularyBuild`.
export function vocabularyAlloc(tokens: u32, bytes: u32): bool {
  tokenCount = tokens;
  maskWords = (tokens + 31) >>> 5;
  tokenBytes = blockAlloc(bytes + 8);
  tokenOffsets = blockAlloc((tokens + 1) * 4);
  tokenKinds = blockAlloc(tokens + 8);
  normalMask = blockAlloc(maskWords * 4);
  trieMask = blockAlloc(maskWords * 4);
  return tokenBytes !== 0 && tokenOffsets !== 0 && tokenKinds !== 0 && normalMask !== 0 && trieMask !== 0;
}

export function vocabularyBuild(): bool {
  const entries = blockAlloc(max<u32>(1, tokenCount) * ENTRY);
  if (entries === 0) return false;
  memory.fill(normalMask, 0, maskWords * 4);
  memory.fill(trieMask, 0, maskWords * 4);
  let count: u32 = 0;
  longCount = 0;
  emptyCount = 0;
  for (let id: u32 = 0; id < tokenCount; id++) {
    if (load<u8>(tokenKinds + id) !== TokenKind.Normal) continue;
    setBit(normalMask, id);
    const from = load<u32>(tokenOffsets + id * 4);
    const length = load<u32>(tokenOffsets + id * 4, 4) - from;
    longestToken = max(longestToken, length);
    if (length === 0) emptyCount++;
    else if (length > MAX_DEPTH) longCount++;
    else {
      setBit(trieMask, id);
      count++;
    }
  }
  if (!writeEntries(entries)) return false;
  trieCount = trieNodeCount(entries, count);
  trieNodes = blockAlloc(trieCount * 8 + 8);
  longTokens = blockAlloc(longCount * 4 + 4);
  emptyTokens = blockAlloc(emptyCount * 4 + 4);
  rankIds = blockAlloc(count * 4 + 4);
  rankCharacters = blockAlloc(count + 64);
  if (trieNodes === 0 || longTokens === 0 || emptyTokens === 0) return false;
  if (rankIds === 0 || rankCharacters === 0) return false;
  hasDuplicates = false;
  for (let i: u32 = 1; i < count && !hasDuplicates; i++) {
    const e = entries + i * ENTRY;
    hasDuplicates = entrySame(e - ENTRY, e);
  }
  if (hasDuplicates) {
    nextSame = blockAlloc(tokenCount * 4);
    if (nextSame === 0) return false;
    memory.fill(nextSame, 0, tokenCount * 4);
  }
  rankCount = trieWrite(entries, count, trieNodes, nextSame, rankIds);
  heights = blockAlloc(trieCount * 2 + 2);
  groupsBelow = blockAlloc(trieCount * 2 + 2);
  if (heights === 0 || groupsBelow === 0) return false;
  trieSummaries(trieNodes, trieCount, heights, groupsBelow, rankCharacters);
  trieRoots(trieNodes, trieCount, <u32>roots);
  blockFree(entries);
  let long: u32 = 0;
  let empty: u32 = 0;
  for (let id: u32 = 0; id < tokenCount && longCount + emptyCount > 0; id++) {
    if (load<u8>(tokenKinds + id) !== TokenKind.Normal) continue;
    const length = load<u32>(tokenOffsets + id * 4, 4) - load<u32>(tokenOffsets + id * 4);
    if (length === 0) store<u32>(emptyTokens + empty++ * 4, id);
    else if (length > MAX_DEPTH) store<u32>(longTokens + long++ * 4, id);
  }
  return true;
}

/// Writes the trie's tokens as sorted entries. False: no memory.
function writeEntries(entries: u32): bool {
  // By the first two bytes they are put in place as they come; the rest is many small sorts.
  const ends = blockAlloc(PAIRS * 4);
  if (ends === 0) return false;
  memory.fill(ends, 0, PAIRS * 4);
  for (let w: u32 = 0; w < maskWords; w++) {
    for (let left = load<u32>(trieMask + w * 4); left !== 0; left &= left - 1) {
      const at = ends + firstPair(w * 32 + ctz(left)) * 4;
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  let sum: u32 = 0;
  for (let at = ends; at < ends + PAIRS * 4; at += 4) {
    const count = load<u32>(at);
    store<u32>(at, sum);
    sum += count;
  }
  for (let w: u32 = 0; w < maskWords; w++) {
    for (let left = load<u32>(trieMask + w * 4); left !== 0; left &= left - 1) {
      const id = w * 32 + ctz(left);
      const from = load<u32>(tokenOffsets + id * 4);
      const length = load<u32>(tokenOffsets + id * 4, 4) - from;
      const at = ends + firstPair(id) * 4;
      entryWrite(entries + load<u32>(at) * ENTRY, tokenBytes + from, length, id);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  let start: u32 = 0;
  for (let at = ends; at < ends + PAIRS * 4; at += 4) {
    const end = load<u32>(at);
    if (end - start > 1) entrySort(entries + start * ENTRY, end - start);
    start = end;
  }
  blockFree(ends);
  return true;
}

const PAIRS: u32 = 65536;

/// The first two bytes of a token, the second one 0 if there is none.
function firstPair(id: u32): u32 {
  const from = load<u32>(tokenOffsets + id * 4);
  const first = (<u32>load<u8>(tokenBytes + from)) << 8;
  const length = load<u32>(tokenOffsets + id * 4, 4) - from;
  return length === 1 ? first : first | <u32>load<u8>(tokenBytes + from + 1);
}

/// Sets the bits of `id` and of all ids after it with the same bytes.
export function setSame(mask: u32, id: u32): void {
  setBit(mask, id);
  if (!hasDuplicates) return;
  for (let same = load<u32>(nextSame + id * 4); same !== 0; same = load<u32>(nextSame + same * 4)) {
    setBit(mask, same);
  }
}
