// Remainders in the making: equal ones are one group with many ids. A hash table finds the group, so that
// only groups are sorted.

import { blockAlloc, blockFree } from "./memory";
import { ENTRY, entrySame, entrySort, entryWrite } from "./trie";

/// Groups, and an entry (trie.ts) of each.
export let groups: u32 = 0;
export let groupEntries: u32 = 0;
/// Once ended: the ids of group i are `groupIds[groupStarts[i] … groupStarts[i + 1]]`.
export let groupStarts: u32 = 0;
export let groupIds: u32 = 0;
export let groupIdCount: u32 = 0;

let limit: u32 = 0;
/// Id and group of each remainder, as they came.
let cameIds: u32 = 0;
let cameGroups: u32 = 0;

// Hash → group + 1. A power of two, more than the remainders.
let slotCount: u32 = 0;
let slots: u32 = 0;

/// Room for `room` remainders, 65,536 at most. False: no memory; `groupsFree` follows in any case.
export function groupsAlloc(room: u32): bool {
  slotCount = 2 << (32 - clz(room));
  groupEntries = blockAlloc((room + 1) * ENTRY);
  groupStarts = blockAlloc(room * 4 + 8);
  groupIds = blockAlloc(room * 4);
  cameIds = blockAlloc(room * 4);
  cameGroups = blockAlloc(room * 4);
  slots = blockAlloc(slotCount * 4);
  return (
    groupEntries !== 0 &&
    groupStarts !== 0 &&
    groupIds !== 0 &&
    cameIds !== 0 &&
    cameGroups !== 0 &&
    slots !== 0
  );
}

export function groupsFree(): void {
  blockFree(groupEntries);
  blockFree(groupStarts);
  blockFree(groupIds);
  blockFree(cameIds);
  blockFree(cameGroups);
  blockFree(slots);
}

/// Begins anew; `most` remainders are too many then.
export function groupsBegin(most: u32): void {
  limit = most;
  groups = 0;
  groupIdCount = 0;
  memory.fill(slots, 0, slotCount * 4);
}

/// Adds what token `id` leaves: `length` bytes. False: there is no room.
export function groupsAdd(bytes: u32, length: u32, id: u32): bool {
  if (groupIdCount === limit) return false;
  const entry = groupEntries + groups * ENTRY;
  entryWrite(entry, bytes, length, groups);
  let hash = (load<u64>(entry) ^ length) * 0x9e3779b97f4a7c15;
  for (let i: u32 = 8; i + 8 <= length; i += 8) {
    hash = (hash ^ load<u64>(bytes + i)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  let at = <u32>(hash >> 40) & (slotCount - 1);
  let group: u32 = 0;
  for (;;) {
    group = load<u32>(slots + at * 4);
    if (group === 0 || entrySame(groupEntries + (group - 1) * ENTRY, entry)) break;
    at = (at + 1) & (slotCount - 1);
  }
  if (group === 0) {
    group = ++groups;
    store<u32>(slots + at * 4, group);
  }
  store<u32>(cameIds + groupIdCount * 4, id);
  store<u32>(cameGroups + groupIdCount * 4, group - 1);
  groupIdCount++;
  return true;
}

/// Sorts the groups by their bytes and numbers them from `first` on, which is their entries' value then.
export function groupsEnd(first: u32): void {
  entrySort(groupEntries, groups);
  // Not needed as a table any more: group as it came → its rank.
  const ranks = slots;
  for (let rank: u32 = 0; rank < groups; rank++) {
    const entry = groupEntries + rank * ENTRY;
    store<u32>(ranks + load<u32>(entry, 16) * 4, rank);
    store<u32>(entry, first + rank, 16);
  }
  memory.fill(groupStarts, 0, groups * 4 + 8);
  // Each start is counted one place on, and moved back while its ids are written.
  for (let i: u32 = 0; i < groupIdCount; i++) {
    const at = groupStarts + load<u32>(ranks + load<u32>(cameGroups + i * 4) * 4) * 4;
    store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  for (let k: u32 = 1; k <= groups; k++) {
    const at = groupStarts + k * 4;
    store<u32>(at, load<u32>(at) + load<u32>(at - 4));
  }
  for (let i = groupIdCount; i > 0; i--) {
    const at = groupStarts + load<u32>(ranks + load<u32>(cameGroups + (i - 1) * 4) * 4) * 4;
    const place = load<u32>(at, 4) - 1;
    store<u32>(at, place, 4);
    store<u32>(groupIds + place * 4, load<u32>(cameIds + (i - 1) * 4));
  }
  // Now each start but the first lies one place on still: the last one's end is gone.
  memory.copy(groupStarts, groupStarts + 4, groups * 4);
  store<u32>(groupStarts + groups * 4, groupIdCount);
}
