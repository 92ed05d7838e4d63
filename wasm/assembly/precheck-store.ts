// The prechecks of a vocabulary: found by key, evicted by age.

import { blockFree } from "./memory";

// A record is one block:
//   +0 next in table   +4 key (16 bytes)   +20 block size   +24 last use
//   +28 tokens taken   +32 form   +36 list or bitset
//   +40 remainder trie  +44 its nodes   +48 groups: offsets into ids, one more than groups
//   +52 ids             +56 slot        +60 groups' number   +64 unused
//   +68 first bytes (first-bytes.ts) of the remainders kept: bits 0–7; of those too many to keep: 8–15
//   +72 number of deep exits (record.ts)   +76 these, as indices of nodes
// Addresses inside of the block are absolute.
export const enum Precheck {
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
  GroupCount = 60,
  Begins = 68,
  DeepCount = 72,
  Deep = 76,
  Head = 80,
}

export const enum PrecheckForm {
  List = 0,
  Bitset = 1,
}

const TABLE: u32 = 1024;
const SLOTS: u32 = 4096;
const table = memory.data(4096, 16);
/// Slot i: (record or 0, serial). A mask remembers slot and serial, so it notices an eviction.
const slots = memory.data(32768, 16);
let slotNext: u32 = 0;
let serial: u32 = 0;
let replaced: u32 = 0;
let clock: u32 = 0;
export let precheckBytes: u32 = 0;
export let precheckCount: u32 = 0;
let precheckBudget: u32 = 16 << 20;

export function setPrecheckBudget(bytes: u32): void {
  precheckBudget = bytes;
}

/// How many records were ever kept.
export function precheckSerial(): u32 {
  return serial + replaced;
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

/// Kinds of first bytes (first-bytes.ts) whose remainders a record has, and those it has given up.
export function remaindersKept(record: u32): u32 {
  return load<u8>(record, Precheck.Begins);
}
export function remaindersOpen(record: u32): u32 {
  return load<u8>(record, Precheck.Begins + 1);
}

/// Keeps a record in the place of `old`, which says less of the same place: masks made of that one are
/// as good as before.
export function precheckReplace(old: u32, record: u32): void {
  const slot = load<u32>(old, Precheck.Slot);
  replaced++;
  unlink(old);
  store<u32>(<u32>slots + slot * 8, record);
  store<u32>(record, slot, Precheck.Slot);
  link(record);
  precheckBytes += load<u32>(record, Precheck.Bytes) - load<u32>(old, Precheck.Bytes);
  blockFree(old);
  while (precheckCount > 1 && precheckBytes > precheckBudget) evictOldest();
}

/// Keeps a record, and evicts what was not used for longest where the budget asks for it.
export function precheckKeep(record: u32): void {
  const bytes = load<u32>(record, Precheck.Bytes);
  while (precheckCount > 0 && (precheckBytes + bytes > precheckBudget || precheckCount >= SLOTS - 1)) {
    evictOldest();
  }
  while (slotRecord(slotNext) !== 0) slotNext = (slotNext + 1) & (SLOTS - 1);
  store<u32>(<u32>slots + slotNext * 8, record);
  store<u32>(<u32>slots + slotNext * 8, ++serial, 4);
  store<u32>(record, slotNext, Precheck.Slot);
  link(record);
  precheckBytes += bytes;
  precheckCount++;
}

function link(record: u32): void {
  store<u32>(record, ++clock, Precheck.LastUse);
  const bucket = <u32>table + (<u32>load<u64>(record, Precheck.Key) & (TABLE - 1)) * 4;
  store<u32>(record, load<u32>(bucket));
  store<u32>(bucket, record);
}

function unlink(record: u32): void {
  let at = <u32>table + (<u32>load<u64>(record, Precheck.Key) & (TABLE - 1)) * 4;
  while (load<u32>(at) !== record) at = load<u32>(at);
  store<u32>(at, load<u32>(record));
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
  unlink(oldest);
  store<u32>(<u32>slots + load<u32>(oldest, Precheck.Slot) * 8, 0);
  precheckBytes -= load<u32>(oldest, Precheck.Bytes);
  precheckCount--;
  blockFree(oldest);
}

/// The record in slot `slot` (0: none) and how many slots there are.
export const SLOT_COUNT: u32 = SLOTS;

/// The record with this key, 0 if there is none.
export function precheckLookup(low: u64, high: u64): u32 {
  let record = load<u32>(<u32>table + (<u32>low & (TABLE - 1)) * 4);
  for (; record !== 0; record = load<u32>(record)) {
    if (load<u64>(record, Precheck.Key) === low && load<u64>(record, Precheck.Key + 8) === high) {
      store<u32>(record, ++clock, Precheck.LastUse);
      return record;
    }
  }
  return 0;
}
