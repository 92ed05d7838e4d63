// Parts: what a grammar gets when a text comes to a rule that was not lowered with the others.
//
// The block that arrives (32-bit words); numbers and records are as in grammar.ts, for the whole grammar:
//
//   0 magic   1 states   2 counters   3 the waiting state   4 first state   5 first virtual state
//   6 records of items in any order   7 first virtual state of these   8 zero
//   … counters
//   … items in any order: offset of each record
//   … states: offset of the waiting state's record, then of each state's
//   … records, without token edges
//
// A part belongs to its grammar and stays where it is; the tables of states and counters grow.

import { isPart } from "./check-program";
import {
  COUNTER_WORDS,
  Failure,
  Grammar,
  NO_BOUND,
  Part,
  StateFlag,
  setFailure,
  stateRecord,
  unorderedAdd,
} from "./grammar";
import { arenaAlloc, blockAlloc, blockFree } from "./memory";

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
  if (
    !statesGrow(g, states) ||
    !widthsGrow(g, states) ||
    !countersGrow(g, counters) ||
    !unorderedAdd(g, block, unorderedTable, unordered)
  ) {
    setFailure(Failure.Memory, late);
    blockFree(block);
    return false;
  }
  const records = unorderedTable + unordered * 4;
  const first = load<u32>(g, Grammar.StateCount);
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
    const known = load<u32>(g, Grammar.CounterCount);
    memory.copy(
      load<u32>(g, Grammar.Counters) + known * COUNTER_WORDS * 4,
      counterTable,
      counters * COUNTER_WORDS * 4,
    );
    store<u32>(g, known + counters, Grammar.CounterCount);
    const last = counterTable + (counters - 1) * COUNTER_WORDS * 4;
    const max = load<u32>(last, 8);
    store<u32>(g, load<u32>(last) + (max === NO_BOUND ? load<u32>(last, 4) : max) + 1, Grammar.StateLimit);
  }
  store<u32>(block, load<u32>(g, Grammar.Parts));
  store<u32>(g, block, Grammar.Parts);
  store<u32>(g, load<u32>(g, Grammar.PartsBytes) + bytes, Grammar.PartsBytes);
  return true;
}

/// Makes room for more states in the table of their records.
function statesGrow(g: u32, more: u32): bool {
  const count = load<u32>(g, Grammar.StateCount);
  const had = load<u32>(g, Grammar.StatesBytes);
  if ((count + more) * 4 <= had) return true;
  const bytes = (count + more) * 8;
  const table = blockAlloc(bytes);
  if (table === 0) return false;
  memory.copy(table, load<u32>(g, Grammar.States), count * 4);
  if (had !== 0) blockFree(load<u32>(g, Grammar.States));
  store<u32>(g, table, Grammar.States);
  store<u32>(g, bytes, Grammar.StatesBytes);
  return true;
}

function countersGrow(g: u32, more: u32): bool {
  if (more === 0) return true;
  const count = load<u32>(g, Grammar.CounterCount) * COUNTER_WORDS * 4;
  const had = load<u32>(g, Grammar.CountersBytes);
  const needed = count + more * COUNTER_WORDS * 4;
  if (needed <= had) return true;
  const table = blockAlloc(needed * 2);
  if (table === 0) return false;
  memory.copy(table, load<u32>(g, Grammar.Counters), count);
  if (had !== 0) blockFree(load<u32>(g, Grammar.Counters));
  store<u32>(g, table, Grammar.Counters);
  store<u32>(g, needed * 2, Grammar.CountersBytes);
  return true;
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
