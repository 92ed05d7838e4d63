// Items in any order, each once at most: members of an object, different elements of an array. What may come next
// depends on the set of the items that were matched; sets are met as texts go, so that no more are kept than texts
// have come to.
//
// A record (in a grammar's block or in a part):
//   +0 base   +4 items   +8 least   +12 most (0xffffffff: no bound)   +16 exit state
//   +20 start of the separator (0: none)   +24 start of what may come any number of times (0: none)
//   +28 greatest rank of what may come first   +32 … starts of the items, then one bit an item: it is required
//
// Its virtual states: base + 0 is entered, base + 1 follows a separator, base + 2 follows what may come any number
// of times, and base + 3 + i follows the item i. All but the first are returned to with a node whose callers are sets.
//
// A set is a virtual state, too, from `SETS` on. Its record (in the grammar's arena):
//   +0 next in table   +4 hash   +8 its number   +12 whose set it is   +16 matched besides items, up to what matters
//   +20 items matched   +24 required ones that are missing   +28 its number once tables are rebuilt (0: not yet)
//   +32 one bit an item: it was matched

import { hasBit, setBit } from "./bits";
import { closureAdd, enter, Node, nodeOf } from "./configuration";
import {
  Failure,
  failure,
  Grammar,
  listRoom,
  NO_BOUND,
  SETS,
  setFailure,
  tableGrow,
  tableInit,
} from "./grammar";
import { arenaAlloc } from "./memory";

export const enum Unordered {
  Base = 0,
  Items = 4,
  Least = 8,
  Most = 12,
  Exit = 16,
  Separator = 20,
  More = 24,
  Rank = 28,
  Starts = 32,
}

/// Numbers of virtual states, from the base.
export const enum Behind {
  Nothing = 0,
  Separator = 1,
  More = 2,
  Item = 3,
}

const enum Met {
  Number = 8,
  Of = 12,
  More = 16,
  Taken = 20,
  Missing = 24,
  Moved = 28,
  Bits = 32,
}

/// More items are too many calls at one place.
export const MAX_ITEMS: u32 = 30000;
const bits = memory.data(4096, 16);

/// The record whose virtual states include `state`.
export function unorderedOf(g: u32, state: u32): u32 {
  const table = load<u32>(g, Grammar.Unordered);
  let low: u32 = 0;
  let high = load<u32>(g, Grammar.UnorderedCount);
  while (high - low > 1) {
    const mid = (low + high) >>> 1;
    if (load<u32>(load<u32>(table + mid * 4)) <= state) low = mid;
    else high = mid;
  }
  return load<u32>(table + low * 4);
}

function isRequired(u: u32, item: u32): bool {
  return hasBit(u + Unordered.Starts + load<u32>(u, Unordered.Items) * 4, item);
}

/// How many items must come.
export function requiredCount(u: u32): u32 {
  const items = load<u32>(u, Unordered.Items);
  let count: u32 = 0;
  for (let w: u32 = 0; w < (items + 31) >>> 5; w++) {
    count += popcnt(load<u32>(u + Unordered.Starts + (items + w) * 4));
  }
  return count;
}

/// Follows a virtual state of one, or a set.
export function expandUnordered(g: u32, state: u32, node: u32): void {
  if (state >= SETS) {
    expandSet(g, state, node);
    return;
  }
  const u = unorderedOf(g, state);
  const behind = state - load<u32>(u);
  if (behind === Behind.Nothing) {
    memory.fill(bits, 0, ((load<u32>(u, Unordered.Items) + 31) >>> 5) * 4);
    const none = setOfBits(g, u, 0, 0, requiredCount(u));
    if (none !== 0) closureAdd(none, node);
    return;
  }
  const pairs = load<u32>(node, Node.Pairs);
  for (let i: u32 = 0; i < pairs && failure === 0; i++) {
    const set = load<u32>(node + i * 8, Node.First);
    const parent = load<u32>(node + i * 8, Node.First + 4);
    if (behind === Behind.Separator) {
      pendItems(g, u, set, pairs === 1 ? node : nodeOf(g, set, parent));
      continue;
    }
    const next = setBehind(g, u, set, behind);
    if (next !== 0) closureAdd(next, parent);
  }
}

function recordOfSet(g: u32, set: u32): u32 {
  return load<u32>(load<u32>(g, Grammar.SetIndex) + (set - SETS) * 4);
}

function expandSet(g: u32, set: u32, node: u32): void {
  const record = recordOfSet(g, set);
  const u = load<u32>(record, Met.Of);
  const missing = load<u32>(record, Met.Missing);
  const count = load<u32>(record, Met.Taken) + load<u32>(record, Met.More);
  if (count > 0 && missing === 0 && count >= load<u32>(u, Unordered.Least)) {
    closureAdd(load<u32>(u, Unordered.Exit), node);
  }
  if (missing === 0) {
    const isOpen =
      load<u32>(u, Unordered.More) !== 0 || load<u32>(record, Met.Taken) < load<u32>(u, Unordered.Items);
    if (!isOpen || !hasRoom(u, count, missing)) return;
  }
  const separator = load<u32>(u, Unordered.Separator);
  const inside = nodeOf(g, set, node);
  if (inside === 0) return;
  if (count === 0 || separator === 0) pendItems(g, u, set, inside);
  else enter(g, separator, load<u32>(u) + Behind.Separator, inside);
}

/// Whether something that is not required may come.
function hasRoom(u: u32, count: u32, missing: u32): bool {
  return count + missing < load<u32>(u, Unordered.Most);
}

/// Calls whatever may come next; `inside` is the node whose one caller is the set.
function pendItems(g: u32, u: u32, set: u32, inside: u32): void {
  if (inside === 0) return;
  const record = recordOfSet(g, set);
  const items = load<u32>(u, Unordered.Items);
  const base = load<u32>(u);
  const missing = load<u32>(record, Met.Missing);
  const isFree = hasRoom(u, load<u32>(record, Met.Taken) + load<u32>(record, Met.More), missing);
  for (let i: u32 = 0; i < items && failure === 0; i++) {
    if (hasBit(record + Met.Bits, i)) continue;
    if (!isFree && !isRequired(u, i)) continue;
    enter(g, load<u32>(u + i * 4, Unordered.Starts), base + Behind.Item + i, inside);
  }
  const more = load<u32>(u, Unordered.More);
  if (more !== 0 && isFree) enter(g, more, base + Behind.More, inside);
}

/// The set after one thing more; 0 on failure.
function setBehind(g: u32, u: u32, set: u32, behind: u32): u32 {
  const record = recordOfSet(g, set);
  memory.copy(bits, record + Met.Bits, ((load<u32>(u, Unordered.Items) + 31) >>> 5) * 4);
  let more = load<u32>(record, Met.More);
  let taken = load<u32>(record, Met.Taken);
  let missing = load<u32>(record, Met.Missing);
  if (behind === Behind.More) {
    const most = load<u32>(u, Unordered.Most);
    // Past the count that matters all counts are one.
    more = min(more + 1, most === NO_BOUND ? load<u32>(u, Unordered.Least) : most);
    // The empty set alone has nothing in it.
    more = max<u32>(more, 1);
  } else {
    const item = behind - Behind.Item;
    setBit(<u32>bits, item);
    taken++;
    if (isRequired(u, item)) missing--;
  }
  return setOfBits(g, u, more, taken, missing);
}

/// The set of the items in `bits`; 0 on failure.
function setOfBits(g: u32, u: u32, more: u32, taken: u32, missing: u32): u32 {
  const words = (load<u32>(u, Unordered.Items) + 31) >>> 5;
  let hash: u64 = ((<u64>load<u32>(u)) << 32) | more;
  for (let w: u32 = 0; w < words; w++) {
    hash = (hash ^ load<u32>(<u32>bits + w * 4)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  const h = <u32>(hash >> 24);
  if (load<u32>(g, Grammar.SetTable) === 0 && !tableInit(g, Grammar.SetTable)) return outOfMemory(u);
  let record = load<u32>(load<u32>(g, Grammar.SetTable) + (h & (load<u32>(g, Grammar.SetTableSize) - 1)) * 4);
  for (; record !== 0; record = load<u32>(record)) {
    if (
      load<u32>(record, 4) !== h ||
      load<u32>(record, Met.Of) !== u ||
      load<u32>(record, Met.More) !== more
    ) {
      continue;
    }
    if (memory.compare(record + Met.Bits, bits, words * 4) === 0) return load<u32>(record, Met.Number);
  }
  const count = load<u32>(g, Grammar.SetCount);
  if (count >= 0x0fffffff) return outOfMemory(u);
  const room = listRoom(g, Grammar.SetIndex, Grammar.SetIndexBytes, count * 4, (count + 1) * 4);
  if (!room) return outOfMemory(u);
  record = arenaAlloc(g + Grammar.Arena, Met.Bits + words * 4);
  if (record === 0) return outOfMemory(u);
  tableGrow(g, Grammar.SetTable);
  const slot = load<u32>(g, Grammar.SetTable) + (h & (load<u32>(g, Grammar.SetTableSize) - 1)) * 4;
  store<u32>(record, load<u32>(slot));
  store<u32>(record, h, 4);
  store<u32>(record, SETS + count, Met.Number);
  store<u32>(record, u, Met.Of);
  store<u32>(record, more, Met.More);
  store<u32>(record, taken, Met.Taken);
  store<u32>(record, missing, Met.Missing);
  store<u32>(record, 0, Met.Moved);
  memory.copy(record + Met.Bits, bits, words * 4);
  store<u32>(slot, record);
  store<u32>(load<u32>(g, Grammar.SetIndex) + count * 4, record);
  store<u32>(g, count + 1, Grammar.SetCount);
  return SETS + count;
}

function outOfMemory(u: u32): u32 {
  setFailure(Failure.Memory, load<u32>(u, Unordered.Exit));
  return 0;
}

/// The number of a set in new tables, `oldIndex` being that of the old ones; 0 on failure.
export function moveSet(g: u32, oldIndex: u32, set: u32): u32 {
  const record = load<u32>(oldIndex + (set - SETS) * 4);
  const moved = load<u32>(record, Met.Moved);
  if (moved !== 0) return moved;
  const u = load<u32>(record, Met.Of);
  memory.copy(bits, record + Met.Bits, ((load<u32>(u, Unordered.Items) + 31) >>> 5) * 4);
  const fresh = setOfBits(
    g,
    u,
    load<u32>(record, Met.More),
    load<u32>(record, Met.Taken),
    load<u32>(record, Met.Missing),
  );
  store<u32>(record, fresh, Met.Moved);
  return fresh;
}
