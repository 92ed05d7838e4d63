// Parts: what a grammar gets when a text comes to a rule that was not lowered with the others.
//
// The block that arrives (32-bit words); numbers and records are as in grammar.ts, for the whole grammar:
//
//   0 magic   1 states   2 counters   3 the waiting state   4 first state   5 first virtual state
//   6 records of items in any order   7 first virtual state of these
//   … counters
//   … items in any order: offset of each record
//   … states: offset of the waiting state's record, then of each state's
//   … records, without token edges
//
// A part belongs to its grammar and stays where it is; the tables of states and counters grow.

import { isPart } from "./check-program";
import {
  COUNTER_WORDS,
  countersEnd,
  Failure,
  Grammar,
  listRoom,
  Part,
  StateFlag,
  setFailure,
  stateRecord,
  unorderedAdd,
} from "./grammar";
import { arenaAlloc, blockFree } from "./memory";

/// Adds the part at `block` (from `blockAlloc`), and takes the block over. False on failure: the block is free
/// again, and the grammar as it was.
export function partLoad(g: u32, block: u32, bytes: u32): bool {
  if (!isPart(g, block, bytes)) {
    setFailure(Failure.BadBlock, 0);
    blockFree(block);
    return false;
  }
  const states = load<u32>(block, Part.States);
  const counters = load<u32>(block, Part.Counters);
  const late = load<u32>(block, Part.Late);
  const unordered = load<u32>(block, Part.Unordered);
  const counterTable = block + Part.Head;
  const unorderedTable = counterTable + counters * COUNTER_WORDS * 4;
  const first = load<u32>(g, Grammar.StateCount);
  const known = load<u32>(g, Grammar.CounterCount);
  if (
    !listRoom(g, Grammar.States, Grammar.StatesBytes, first * 4, (first + states) * 4) ||
    !widthsGrow(g, states) ||
    (counters > 0 && !countersRoom(g, known, counters)) ||
    !unorderedAdd(g, block, unorderedTable, unordered)
  ) {
    setFailure(Failure.Memory, late);
    blockFree(block);
    return false;
  }
  const records = unorderedTable + unordered * 4;
  const table = load<u32>(g, Grammar.States);
  for (let i: u32 = 0; i < states; i++) {
    store<u32>(table + (first + i) * 4, block + load<u32>(records + (i + 1) * 4) * 4);
  }
  // The rank that callers go by stays.
  const record = block + load<u32>(records) * 4;
  store<u32>(record, load<u32>(stateRecord(g, late)) & ~(<u32>StateFlag.Waiting));
  store<u32>(table + late * 4, record);
  store<u32>(g, first + states, Grammar.StateCount);
  if (counters > 0) {
    memory.copy(
      load<u32>(g, Grammar.Counters) + known * COUNTER_WORDS * 4,
      counterTable,
      counters * COUNTER_WORDS * 4,
    );
    store<u32>(g, known + counters, Grammar.CounterCount);
    countersEnd(g, counterTable, counters);
  }
  store<u32>(block, load<u32>(g, Grammar.Parts));
  store<u32>(g, block, Grammar.Parts);
  store<u32>(g, load<u32>(g, Grammar.PartsBytes) + bytes, Grammar.PartsBytes);
  return true;
}

function countersRoom(g: u32, known: u32, more: u32): bool {
  const size = COUNTER_WORDS * 4;
  return listRoom(g, Grammar.Counters, Grammar.CountersBytes, known * size, (known + more) * size);
}

function widthsGrow(g: u32, more: u32): bool {
  const count = load<u32>(g, Grammar.StateCount);
  const room = load<u32>(g, Grammar.WidthsRoom);
  if (count + more <= room) return true;
  const larger = ((count + more) * 2 + 3) & ~3;
  const widths = arenaAlloc(g + Grammar.Arena, larger);
  if (widths === 0) return false;
  memory.fill(widths, 0, larger);
  memory.copy(widths, load<u32>(g, Grammar.Widths), count);
  store<u32>(g, widths, Grammar.Widths);
  store<u32>(g, larger, Grammar.WidthsRoom);
  return true;
}
