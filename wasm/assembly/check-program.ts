// Whether a block holds a program as grammar.ts describes it: what the kernel follows leads to
// something of the right kind inside of the block, and no chain of first calls is endless. A block
// that passes can be walked without a trap; that it means the grammar it was made of is not looked at.

import {
  COUNTER_WORDS,
  callCount,
  callsAt,
  epsilonCount,
  epsilonsAt,
  HEADER_WORDS,
  MAGIC,
  NO_BOUND,
  rangeCount,
  rangesAt,
  StateFlag,
  stateFlags,
  stateRank,
  TWIN_MIN,
  tokenEdgeCount,
  tokenEdgesAt,
} from "./grammar";
import { blockAlloc, blockFree } from "./memory";
import { tokenCount } from "./vocabulary";

/// Numbers of virtual states end before this one.
const MAX_STATES: u32 = 0x7fffffff;

let block: u32 = 0;
let words: u32 = 0;
let states: u32 = 0;
let counters: u32 = 0;
let sets: u32 = 0;
/// Where the tables end and the records begin (words).
let records: u32 = 0;

export function isProgram(at: u32, bytes: u32): bool {
  block = at;
  words = bytes >>> 2;
  if (words < HEADER_WORDS || word(0) !== MAGIC) return false;
  states = word(1);
  counters = word(2);
  sets = word(3);
  const tables = <u64>HEADER_WORDS + <u64>counters * COUNTER_WORDS + <u64>sets + states;
  if (states < 3 || tables > words) return false;
  records = <u32>tables;
  return isReal(word(4)) && word(5) <= 1 && countersAreSound() && setsAreSound() && statesAreSound();
}

function word(i: u32): u32 {
  return load<u32>(block + i * 4);
}

function isReal(state: u32): bool {
  return state > 1 && state < states;
}

function counterAt(i: u32): u32 {
  return block + (HEADER_WORDS + i * COUNTER_WORDS) * 4;
}

/// Word of the record of a state.
function recordOf(state: u32): u32 {
  return word(records - states + state);
}

function countersAreSound(): bool {
  let end: u64 = states;
  for (let i: u32 = 0; i < counters; i++) {
    const at = counterAt(i);
    const least = load<u32>(at, 4);
    const most = load<u32>(at, 8);
    if (load<u32>(at) < end || least > most) return false;
    end = <u64>load<u32>(at) + (most === NO_BOUND ? least : most) + 1;
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

/// The counter that starts at a virtual state, 0 if none does.
function counterWithBase(base: u32): u32 {
  let low: u32 = 0;
  let high = counters;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (load<u32>(counterAt(mid)) < base) low = mid + 1;
    else high = mid;
  }
  return low < counters && load<u32>(counterAt(low)) === base ? counterAt(low) : 0;
}

function setsAreSound(): bool {
  for (let i: u32 = 0; i < sets; i++) {
    const at = word(records - states - sets + i);
    if (at < records || at >= words || word(at) > words - at - 1) return false;
    for (let k: u32 = 1; k <= word(at); k++) {
      if (word(at + k) >= tokenCount || (k > 1 && word(at + k) <= word(at + k - 1))) return false;
    }
  }
  return true;
}

function statesAreSound(): bool {
  for (let state: u32 = 2; state < states; state++) if (!recordIsSound(recordOf(state))) return false;
  // A mark a state, and the states that a closure has yet to look at.
  const scratch = blockAlloc(states * 8);
  if (scratch === 0) return false;
  memory.fill(scratch, 0, states * 4);
  let sound = startIsSound(word(4), scratch);
  for (let state: u32 = 2; state < states && sound; state++) {
    const record = block + recordOf(state) * 4;
    const calls = callCount(record);
    for (let i: u32 = 0; i < calls && sound; i++) {
      sound = startIsSound(load<u32>(callsAt(record) + i * 8), scratch);
    }
  }
  for (let i: u32 = 0; i < counters && sound; i++) {
    const start = load<u32>(counterAt(i), 12);
    sound =
      load<u32>(counterAt(i), 20) === stateRank(block + recordOf(start) * 4) && startIsSound(start, scratch);
  }
  blockFree(scratch, states * 8);
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
    if (!isReal(target) && counterWithBase(target) === 0) return false;
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
  const rank = stateRank(block + recordOf(start) * 4);
  const work = marks + states * 4;
  let waiting: u32 = 1;
  store<u32>(work, start);
  store<u32>(marks + start * 4, start);
  while (waiting > 0) {
    const state = load<u32>(work + --waiting * 4);
    const record = block + recordOf(state) * 4;
    if (stateFlags(record) & StateFlag.Final) return false;
    for (let i: u32 = 0; i < callCount(record); i++) {
      if (stateRank(block + recordOf(load<u32>(callsAt(record) + i * 8)) * 4) >= rank) return false;
    }
    for (let i: u32 = 0; i < epsilonCount(record); i++) {
      let target = load<u32>(epsilonsAt(record) + i * 4);
      if (!isReal(target)) {
        const counter = counterWithBase(target);
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
