// Whether a block holds a program as grammar.ts describes it: what the kernel follows leads to
// something of the right kind inside of the block, and no chain of first calls is endless. A block
// that passes can be walked without a trap; that it means the grammar it was made of is not looked at.

import {
  COUNTER_WORDS,
  callCount,
  callsAt,
  counterEnd,
  counterOf,
  epsilonCount,
  epsilonsAt,
  Failure,
  Grammar,
  HEADER_WORDS,
  MAGIC,
  NO_BOUND,
  Part,
  rangeCount,
  rangesAt,
  SETS,
  StateFlag,
  setFailure,
  stateFlags,
  stateRank,
  stateRecord,
  TWIN_MIN,
  tokenEdgeCount,
  tokenEdgesAt,
  UNORDERED,
  VIRTUAL,
} from "./grammar";
import { blockAlloc, blockFree } from "./memory";
import { Behind, MAX_ITEMS, requiredCount, Unordered, unorderedOf } from "./unordered";
import { tokenCount } from "./vocabulary";

const PART_MAGIC: u32 = 0x50564754;
const PART_WORDS: u32 = Part.Head >>> 2;
/// Numbers of virtual states end before this one.
const MAX_STATES: u32 = UNORDERED;

/// The block, and the grammar that it is to be a part of: 0 for a whole program.
let block: u32 = 0;
let whole: u32 = 0;
let words: u32 = 0;
/// The state that a part is for; of a whole program none.
let late: u32 = 0;
/// The number of the block's first state, and where the numbers of states end.
let firstState: u32 = 0;
let states: u32 = 0;
/// The same of virtual states.
let firstVirtual: u32 = 0;
let counters: u32 = 0;
let unordered: u32 = 0;
let firstUnordered: u32 = 0;
let sets: u32 = 0;
/// Word of the first counter, and of the first offset of items in any order.
let counterTable: u32 = 0;
let unorderedTable: u32 = 0;
/// Word of the offset of the state 0, were it in the block.
let stateTable: u32 = 0;
/// Where the tables end and the records begin (words).
let records: u32 = 0;

export function isProgram(at: u32, bytes: u32): bool {
  block = at;
  whole = 0;
  words = bytes >>> 2;
  late = 0;
  firstState = 0;
  firstVirtual = VIRTUAL;
  if (words < HEADER_WORDS || word(0) !== MAGIC) return false;
  states = word(1);
  counters = word(2);
  sets = word(3);
  unordered = word(6);
  firstUnordered = UNORDERED;
  counterTable = HEADER_WORDS;
  const tables = <u64>HEADER_WORDS + <u64>counters * COUNTER_WORDS + unordered + <u64>sets + states;
  if (states < 3 || states > VIRTUAL || tables > words) return false;
  records = <u32>tables;
  stateTable = records - states;
  unorderedTable = stateTable - sets - unordered;
  if (!isReal(word(4)) || word(5) > 1) return false;
  return countersAreSound() && unorderedIsSound() && setsAreSound() && statesAreSound();
}

/// Whether a block is a part (part.ts) that can be added to the grammar `g` now.
export function isPart(g: u32, at: u32, bytes: u32): bool {
  block = at;
  whole = g;
  words = bytes >>> 2;
  if (words < PART_WORDS || word(0) !== PART_MAGIC) return false;
  late = word(3);
  firstState = word(4);
  firstVirtual = word(5);
  if (firstState !== load<u32>(g, Grammar.StateCount)) return false;
  unordered = word(6);
  firstUnordered = word(7);
  if (firstVirtual !== load<u32>(g, Grammar.StateLimit)) return false;
  if (firstUnordered !== load<u32>(g, Grammar.UnorderedLimit)) return false;
  if (word(1) > VIRTUAL - firstState) return false;
  states = firstState + word(1);
  counters = word(2);
  sets = 0;
  counterTable = PART_WORDS;
  const tables = <u64>PART_WORDS + <u64>counters * COUNTER_WORDS + <u64>unordered + 1 + word(1);
  if (tables > words) return false;
  records = <u32>tables;
  stateTable = records - states;
  unorderedTable = records - word(1) - 1 - unordered;
  if (late < 2 || late >= firstState) return false;
  if ((stateFlags(stateRecord(g, late)) & StateFlag.Waiting) === 0) return false;
  return countersAreSound() && unorderedIsSound() && statesAreSound();
}

function word(i: u32): u32 {
  return load<u32>(block + i * 4);
}

function isReal(state: u32): bool {
  return state > 1 && state < states;
}

function counterAt(i: u32): u32 {
  return block + (counterTable + i * COUNTER_WORDS) * 4;
}

/// Word of the record of a state that the block has.
function recordOf(state: u32): u32 {
  return state === late ? word(stateTable + firstState - 1) : word(stateTable + state);
}

function recordAt(state: u32): u32 {
  return state < firstState && state !== late ? stateRecord(whole, state) : block + recordOf(state) * 4;
}

function rankOf(state: u32): u32 {
  return stateRank(state === late ? stateRecord(whole, late) : recordAt(state));
}

function countersAreSound(): bool {
  let end: u64 = firstVirtual;
  for (let i: u32 = 0; i < counters; i++) {
    const at = counterAt(i);
    const least = load<u32>(at, 4);
    const most = load<u32>(at, 8);
    if (load<u32>(at) < end || least > most) return false;
    end = counterEnd(at);
    if (end > MAX_STATES || !isReal(load<u32>(at, 12)) || !isReal(load<u32>(at, 16))) return false;
  }
  for (let i: u32 = 0; i < counters; i++) {
    const at = counterAt(i);
    const twin = load<u32>(at, 24);
    const plain = twin === 0 ? at : counterWithBase(twin);
    if (plain === 0 || load<u32>(plain, 4) !== TWIN_MIN || load<u32>(plain, 8) !== NO_BOUND) return false;
    if (load<u32>(plain, 12) !== load<u32>(at, 12)) return false;
  }
  return true;
}

/// The counter of the block that starts at a virtual state, 0 if none does.
function counterWithBase(base: u32): u32 {
  return withBase(base, counters, counterAt);
}

/// Of `count` records in ascending order, which start with a virtual state, the one with the state `base`.
function withBase(base: u32, count: u32, at: (i: u32) => u32): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (load<u32>(at(mid)) < base) low = mid + 1;
    else high = mid;
  }
  return low < count && load<u32>(at(low)) === base ? at(low) : 0;
}

function unorderedAt(i: u32): u32 {
  return block + word(unorderedTable + i) * 4;
}

/// The record of the block whose items are entered at a virtual state, 0 if there is none.
function unorderedWithBase(base: u32): u32 {
  return withBase(base, unordered, unorderedAt);
}

function unorderedIsSound(): bool {
  let end: u64 = firstUnordered;
  const head = Unordered.Starts >>> 2;
  for (let i: u32 = 0; i < unordered; i++) {
    const offset = word(unorderedTable + i);
    if (offset < records || <u64>offset + head > words) return false;
    const at = unorderedAt(i);
    const items = load<u32>(at, Unordered.Items);
    if (items > MAX_ITEMS || <u64>offset + head + items + ((items + 31) >>> 5) > words) return false;
    if (load<u32>(at) < end) return false;
    end = <u64>load<u32>(at) + Behind.Item + items;
    if (end > SETS || !unorderedIsWhole(at, items)) return false;
  }
  return true;
}

/// Whether some text goes on from whatever set texts come to.
function unorderedIsWhole(at: u32, items: u32): bool {
  const least = load<u32>(at, Unordered.Least);
  const most = load<u32>(at, Unordered.Most);
  const more = load<u32>(at, Unordered.More);
  const separator = load<u32>(at, Unordered.Separator);
  const required = requiredCount(at);
  if ((items & 31) !== 0 && load<u32>(at + (items + (items >>> 5)) * 4, Unordered.Starts) >>> (items & 31))
    return false;
  if (most === 0 || least > most || required > most || !isReal(load<u32>(at, Unordered.Exit))) return false;
  if (more === 0 && (items === 0 || items < least)) return false;
  if ((more !== 0 && !isReal(more)) || (separator !== 0 && !isReal(separator))) return false;
  for (let i: u32 = 0; i < items; i++) {
    if (!isReal(load<u32>(at + i * 4, Unordered.Starts))) return false;
  }
  return true;
}

function setsAreSound(): bool {
  for (let i: u32 = 0; i < sets; i++) {
    const at = word(stateTable - sets + i);
    if (at < records || at >= words || word(at) > words - at - 1) return false;
    for (let k: u32 = 1; k <= word(at); k++) {
      if (word(at + k) >= tokenCount || (k > 1 && word(at + k) <= word(at + k - 1))) return false;
    }
  }
  return true;
}

function statesAreSound(): bool {
  const first = max<u32>(2, firstState);
  for (let state = first; state < states; state++) if (!recordIsSound(recordOf(state))) return false;
  // Only a whole program has states that wait.
  if (whole !== 0) {
    if (!recordIsSound(recordOf(late))) return false;
    for (let state = first; state < states; state++) {
      if (stateFlags(recordAt(state)) & (StateFlag.Waiting | StateFlag.Late)) return false;
    }
    if (load<u32>(recordAt(late)) !== 0) return false;
  }
  // A mark a state, and the states that a closure has yet to look at.
  const scratch = blockAlloc(states * 8);
  if (scratch === 0) {
    // Nothing was found to be wrong with it.
    setFailure(Failure.Memory, late);
    return false;
  }
  memory.fill(scratch, 0, states * 4);
  let sound = startIsSound(whole === 0 ? word(4) : late, scratch);
  for (let state = first; state < states && sound; state++) {
    const record = recordAt(state);
    const calls = callCount(record);
    for (let i: u32 = 0; i < calls && sound; i++) {
      sound = startIsSound(load<u32>(callsAt(record) + i * 8), scratch);
    }
  }
  for (let i: u32 = 0; i < counters && sound; i++) {
    const start = load<u32>(counterAt(i), 12);
    sound = load<u32>(counterAt(i), 20) === rankOf(start) && startIsSound(start, scratch);
  }
  for (let i: u32 = 0; i < unordered && sound; i++) {
    const at = unorderedAt(i);
    const items = load<u32>(at, Unordered.Items);
    const more = load<u32>(at, Unordered.More);
    const separator = load<u32>(at, Unordered.Separator);
    const rank = load<u32>(at, Unordered.Rank);
    if (more !== 0) sound = rankOf(more) <= rank && startIsSound(more, scratch);
    if (separator !== 0) sound = sound && startIsSound(separator, scratch);
    for (let k: u32 = 0; k < items && sound; k++) {
      const start = load<u32>(at + k * 4, Unordered.Starts);
      sound = rankOf(start) <= rank && startIsSound(start, scratch);
    }
  }
  blockFree(scratch);
  return sound;
}

function recordIsSound(at: u32): bool {
  if (at < records || <u64>at + 4 > words) return false;
  const record = block + at * 4;
  const ranges = rangeCount(record);
  const tokens = tokenEdgeCount(record);
  const size = <u64>4 + <u64>ranges * 2 + epsilonCount(record) + <u64>callCount(record) * 2 + <u64>tokens * 2;
  if (ranges > 256 || <u64>at + size > words) return false;
  let next: u32 = 0;
  for (let i: u32 = 0; i < ranges; i++) {
    const range = load<u32>(rangesAt(record) + i * 8);
    const low = range & 255;
    if (range > 0xffff || low < next || range >>> 8 < low) return false;
    if (!isReal(load<u32>(rangesAt(record) + i * 8, 4))) return false;
    next = (range >>> 8) + 1;
  }
  for (let i: u32 = 0; i < epsilonCount(record); i++) {
    const target = load<u32>(epsilonsAt(record) + i * 4);
    if (!isReal(target) && counterWithBase(target) === 0 && unorderedWithBase(target) === 0) return false;
  }
  for (let i: u32 = 0; i < callCount(record) * 2; i++) {
    if (!isReal(load<u32>(callsAt(record) + i * 4))) return false;
  }
  for (let i: u32 = 0; i < tokens; i++) {
    if (load<u32>(tokenEdgesAt(record) + i * 8) >>> 1 >= sets) return false;
    if (!isReal(load<u32>(tokenEdgesAt(record) + i * 8, 4))) return false;
  }
  return true;
}

/// What can be reached from a rule's start without a byte is not its end, and calls only starts of
/// lower rank.
function startIsSound(start: u32, marks: u32): bool {
  if (load<u32>(marks + start * 4) === start) return true;
  const rank = rankOf(start);
  const work = marks + states * 4;
  let waiting: u32 = 1;
  store<u32>(work, start);
  store<u32>(marks + start * 4, start);
  while (waiting > 0) {
    const state = load<u32>(work + --waiting * 4);
    const record = recordAt(state);
    if (stateFlags(record) & StateFlag.Final) return false;
    for (let i: u32 = 0; i < callCount(record); i++) {
      if (rankOf(load<u32>(callsAt(record) + i * 8)) >= rank) return false;
    }
    for (let i: u32 = 0; i < epsilonCount(record); i++) {
      let target = load<u32>(epsilonsAt(record) + i * 4);
      if (target >= UNORDERED) {
        const items = target < firstUnordered ? unorderedOf(whole, target) : unorderedWithBase(target);
        if (load<u32>(items, Unordered.Rank) >= rank) return false;
        continue;
      }
      if (!isReal(target)) {
        const counter = target < firstVirtual ? counterOf(whole, target) : counterWithBase(target);
        if (load<u32>(counter, 20) >= rank) return false;
        if (load<u32>(counter, 4) > 0) continue;
        // None of the counted items is an empty text of the counter.
        target = load<u32>(counter, 16);
      }
      if (load<u32>(marks + target * 4) === start) continue;
      store<u32>(marks + target * 4, start);
      store<u32>(work + waiting++ * 4, target);
    }
  }
  return true;
}
