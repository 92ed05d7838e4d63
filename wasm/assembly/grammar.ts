// A loaded grammar: its states (as the TypeScript lowering wrote them), and the tables that grow
// while texts are matched. All of it dies with the grammar.
//
// The block that arrives (32-bit words), see src/grammar/automaton/encode.ts for the writing side:
//
//   0 magic   1 states   2 counters   3 token sets   4 start state   5 root accepts the empty text
//   6 records of items in any order
//   7 … counters: 7 words each, ascending by base
//       base, min, max (0xffffffff: no bound), callee start, exit state, rank, twin
//       The twin is the base of the same counter with the bounds TWIN_MIN and none; 0: this is one.
//       With c items done, it is where any counter without a bound is that needs TWIN_MIN - c more.
//   … items in any order: offset of each record (words from the block's start), ascending by base; see unordered.ts
//   … token sets: offset of each set
//   … states: offset of each state
//   … sets: count, ids ascending
//   … states:
//       +0 flags (bits 0–7), rank (bits 8–31); behind a waiting state: two words, a hash of all that is waited for
//       +1 byte ranges (bits 0–8), token edges (bits 9–31)
//       +2 epsilon edges      +3 calls
//       then ranges (lo | hi << 8, target), epsilon targets, calls (callee start, return state),
//       token edges (set << 1 | negated, target)
//
// State numbers: 0 "the text is complete", 1 "the caller is unknown" (see precheck.ts), then real
// states from 2, and from `VIRTUAL` on the virtual states of counters. A counter with base b and a bound
// max stands for states b … b + max: b + c means "c items were matched". With no bound they end at b + min,
// which returns to itself. Items in any order have virtual states from `UNORDERED` on, and the sets of those that
// were matched from `SETS` on.
//
// A waiting state is the start of a rule that is lowered when a text comes to it: entering it is the
// failure `Waiting`. Then the host loads a part (part.ts), which adds states and gives that one its edges,
// and calls again.
//
// Invariants the lowering keeps: every state can reach the end of its rule; a called rule never
// matches the empty string; from a rule's start no chain of first calls comes back to that start
// (no left recursion), and `rank` of a start is greater than the ranks of all the starts that it can
// call first; ranges of one state do not overlap.

import { arenaAlloc, arenaFree, blockAlloc, blockFree } from "./memory";

export const enum State {
  Accept = 0,
  Unknown = 1,
}

export const enum StateFlag {
  /// The rule may end here.
  Final = 1,
  /// Nothing but the end of the rule follows: a call that returns here need not be remembered.
  Tail = 2,
  /// Its edges are not there yet.
  Waiting = 4,
  /// Was loaded waiting.
  Late = 8,
}

export const MAGIC: u32 = 0x31564754;
/// Virtual states from this number on, real ones below.
export const VIRTUAL: u32 = 0x20000000;
export const UNORDERED: u32 = 0x60000000;
export const SETS: u32 = 0x70000000;
export const NO_BOUND: u32 = 0xffffffff;
export const TWIN_MIN: u32 = 1024;
export const HEADER_WORDS: u32 = 7;
export const COUNTER_WORDS: u32 = 7;

/// Offsets of a grammar's record.
export const enum Grammar {
  Block = 0,
  BlockBytes = 4,
  States = 8,
  StateCount = 12,
  Counters = 16,
  CounterCount = 20,
  Start = 24,
  RootNullable = 28,
  /// Four words, see memory.ts.
  Arena = 32,
  ConfigTable = 48,
  ConfigTableSize = 52,
  ConfigCount = 56,
  NodeTable = 60,
  NodeTableSize = 64,
  NodeCount = 68,
  BottomNode = 72,
  UnknownNode = 76,
  /// One byte a state, see mask.ts.
  Widths = 80,
  /// Virtual states end before this number.
  StateLimit = 84,
  TokenSets = 88,
  /// Lists of prechecked places of this grammar (place-key.ts), by their states' lowest bits.
  Places = 92,
  /// Of the whole program: two words of 64 bits, 0 until they are asked for (place-key.ts).
  Hash = 96,
  /// The newest part (part.ts), 0: none.
  Parts = 112,
  /// Bytes of the tables of states and counters, where these are blocks of their own; 0: parts of the block.
  StatesBytes = 116,
  CountersBytes = 120,
  /// One byte a state that there is room for.
  WidthsRoom = 124,
  /// Of all parts.
  PartsBytes = 128,
  /// Addresses of the records of items in any order, ascending by base; a block of its own.
  Unordered = 132,
  UnorderedCount = 136,
  UnorderedBytes = 140,
  /// Their virtual states end before this number.
  UnorderedLimit = 144,
  /// Sets that were met: by hash, and by number (bytes of the latter).
  SetTable = 148,
  SetTableSize = 152,
  SetCount = 156,
  SetIndex = 160,
  SetIndexBytes = 164,
  Size = 176,
}

/// The head of a part: what it adds, and to what. The same words lie in the block that arrives, but for the
/// first one: the magic number.
export const enum Part {
  Older = 0,
  /// How many states it adds; the one that waits for it is not among them.
  States = 4,
  Counters = 8,
  /// The state that waits for it.
  Late = 12,
  /// The numbers of the first of its states, and of its virtual ones.
  FirstState = 16,
  FirstVirtual = 20,
  Unordered = 24,
  FirstUnordered = 28,
  Head = 32,
}

/// Why the last call failed; 0: it did not.
export const enum Failure {
  None = 0,
  Memory = 1,
  Ambiguity = 2,
  BadBlock = 3,
  /// A waiting state was entered.
  Waiting = 4,
}

export let failure: u32 = 0;
/// The state at which a limit was hit, for the message.
export let failureState: u32 = 0;

export function setFailure(kind: u32, state: u32): void {
  if (failure === 0) {
    failure = kind;
    failureState = state;
  }
}

export function clearFailure(): void {
  failure = 0;
  failureState = 0;
}

/// Takes over the block (allocated by the caller with `blockAlloc`), which holds a program (see
/// check-program.ts). Returns the grammar, 0 on failure.
export function grammarLoad(block: u32, bytes: u32): u32 {
  const g = blockAlloc(Grammar.Size);
  if (g === 0) {
    setFailure(Failure.Memory, 0);
    blockFree(block);
    return 0;
  }
  memory.fill(g, 0, Grammar.Size);
  const states = load<u32>(block, 4);
  const counters = load<u32>(block, 8);
  const sets = load<u32>(block, 12);
  store<u32>(g, block, Grammar.Block);
  store<u32>(g, bytes, Grammar.BlockBytes);
  store<u32>(g, states, Grammar.StateCount);
  store<u32>(g, counters, Grammar.CounterCount);
  store<u32>(g, load<u32>(block, 16), Grammar.Start);
  store<u32>(g, load<u32>(block, 20), Grammar.RootNullable);
  const counterTable = block + HEADER_WORDS * 4;
  const unorderedTable = counterTable + counters * COUNTER_WORDS * 4;
  const unordered = load<u32>(block, 24);
  const setTable = unorderedTable + unordered * 4;
  const stateTable = setTable + sets * 4;
  store<u32>(g, counterTable, Grammar.Counters);
  store<u32>(g, setTable, Grammar.TokenSets);
  store<u32>(g, stateTable, Grammar.States);
  // Offsets become addresses once, here.
  for (let i: u32 = 0; i < sets; i++) {
    store<u32>(setTable + i * 4, block + load<u32>(setTable + i * 4) * 4);
  }
  for (let i: u32 = 0; i < states; i++) {
    store<u32>(stateTable + i * 4, block + load<u32>(stateTable + i * 4) * 4);
  }
  store<u32>(g, VIRTUAL, Grammar.StateLimit);
  if (counters > 0) countersEnd(g, counterTable, counters);
  store<u32>(g, UNORDERED, Grammar.UnorderedLimit);
  if (!unorderedAdd(g, block, unorderedTable, unordered) || !tablesInit(g)) {
    setFailure(Failure.Memory, 0);
    grammarFree(g);
    return 0;
  }
  return g;
}

/// Notes where the virtual states of the last of `count` counters end.
export function countersEnd(g: u32, table: u32, count: u32): void {
  const last = table + (count - 1) * COUNTER_WORDS * 4;
  store<u32>(g, <u32>counterEnd(last), Grammar.StateLimit);
}

/// A counter's virtual states end before this number.
export function counterEnd(counter: u32): u64 {
  const most = load<u32>(counter, 8);
  return <u64>load<u32>(counter) + (most === NO_BOUND ? load<u32>(counter, 4) : most) + 1;
}

/// Adds `count` records of items in any order, whose offsets in `block` stand at `table`. False: no memory.
export function unorderedAdd(g: u32, block: u32, table: u32, count: u32): bool {
  if (count === 0) return true;
  const known = load<u32>(g, Grammar.UnorderedCount);
  if (!listRoom(g, Grammar.Unordered, Grammar.UnorderedBytes, known * 4, (known + count) * 4)) return false;
  let last: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    last = block + load<u32>(table + i * 4) * 4;
    store<u32>(load<u32>(g, Grammar.Unordered) + (known + i) * 4, last);
  }
  store<u32>(g, known + count, Grammar.UnorderedCount);
  // Three virtual states besides one an item (unordered.ts).
  store<u32>(g, load<u32>(last) + load<u32>(last, 4) + 3, Grammar.UnorderedLimit);
  return true;
}

/// Makes room for `needed` bytes in a list of which `used` are in use. `bytesField` says how many it has; 0: it
/// is no block of its own. False: no memory.
export function listRoom(g: u32, field: u32, bytesField: u32, used: u32, needed: u32): bool {
  const had = load<u32>(g + bytesField);
  if (needed <= had) return true;
  const larger = blockAlloc(needed * 2);
  if (larger === 0) return false;
  memory.copy(larger, load<u32>(g + field), used);
  if (had !== 0) blockFree(load<u32>(g + field));
  store<u32>(g + field, larger);
  store<u32>(g + bytesField, needed * 2);
  return true;
}

const FIRST_TABLE: u32 = 64;
export const PLACE_LISTS: u32 = 128;

/// Gives a grammar empty tables in a fresh arena.
export function tablesInit(g: u32): bool {
  const states = (load<u32>(g, Grammar.StateCount) + 3) & ~3;
  const widths = arenaAlloc(g + Grammar.Arena, states);
  const places = arenaAlloc(g + Grammar.Arena, PLACE_LISTS * 4);
  if (widths === 0 || places === 0) return false;
  memory.fill(widths, 0, states);
  store<u32>(g, widths, Grammar.Widths);
  store<u32>(g, states, Grammar.WidthsRoom);
  memory.fill(places, 0, PLACE_LISTS * 4);
  store<u32>(g, places, Grammar.Places);
  memory.fill(g + Grammar.SetTable, 0, Grammar.SetIndexBytes + 4 - Grammar.SetTable);
  return tableInit(g, Grammar.ConfigTable) && tableInit(g, Grammar.NodeTable);
}

/// Begins a table of chains whose records start with (next, hash); its size and how many records it has stand
/// behind it. False: no memory.
export function tableInit(g: u32, tableField: u32): bool {
  const table = blockAlloc(FIRST_TABLE * 4);
  if (table === 0) return false;
  memory.fill(table, 0, FIRST_TABLE * 4);
  store<u32>(g + tableField, table);
  store<u32>(g + tableField, FIRST_TABLE, 4);
  store<u32>(g + tableField, 0, 8);
  return true;
}

/// Doubles such a table when it is full.
export function tableGrow(g: u32, tableField: u32): void {
  const old = load<u32>(g + tableField);
  const size = load<u32>(g + tableField, 4);
  if (load<u32>(g + tableField, 8) < size) return;
  const table = blockAlloc(size * 8);
  if (table === 0) return; // Longer chains are slower, not wrong.
  memory.fill(table, 0, size * 8);
  const mask = size * 2 - 1;
  for (let i: u32 = 0; i < size; i++) {
    let record = load<u32>(old + i * 4);
    while (record !== 0) {
      const next = load<u32>(record);
      const slot = table + (load<u32>(record, 4) & mask) * 4;
      store<u32>(record, load<u32>(slot));
      store<u32>(slot, record);
      record = next;
    }
  }
  blockFree(old);
  store<u32>(g + tableField, table);
  store<u32>(g + tableField, size * 2, 4);
}

export function grammarFree(g: u32): void {
  arenaFree(g + Grammar.Arena);
  blockFree(load<u32>(g, Grammar.ConfigTable));
  blockFree(load<u32>(g, Grammar.NodeTable));
  blockFree(load<u32>(g, Grammar.SetTable));
  blockFree(load<u32>(g, Grammar.SetIndex));
  blockFree(load<u32>(g, Grammar.Unordered));
  for (let part = load<u32>(g, Grammar.Parts); part !== 0; ) {
    const older = load<u32>(part, Part.Older);
    blockFree(part);
    part = older;
  }
  if (load<u32>(g, Grammar.StatesBytes) !== 0) blockFree(load<u32>(g, Grammar.States));
  if (load<u32>(g, Grammar.CountersBytes) !== 0) blockFree(load<u32>(g, Grammar.Counters));
  blockFree(load<u32>(g, Grammar.Block));
  blockFree(g);
}

export function stateRecord(g: u32, state: u32): u32 {
  return load<u32>(load<u32>(g, Grammar.States) + state * 4);
}

/// The counter whose virtual states include `state`.
export function counterOf(g: u32, state: u32): u32 {
  const table = load<u32>(g, Grammar.Counters);
  let low: u32 = 0;
  let high = load<u32>(g, Grammar.CounterCount);
  while (high - low > 1) {
    const mid = (low + high) >>> 1;
    if (load<u32>(table + mid * COUNTER_WORDS * 4) <= state) low = mid;
    else high = mid;
  }
  return table + low * COUNTER_WORDS * 4;
}

export function stateFlags(record: u32): u32 {
  return load<u8>(record);
}
export function stateRank(record: u32): u32 {
  return load<u32>(record) >>> 8;
}
export function rangeCount(record: u32): u32 {
  return load<u32>(record, 4) & 0x1ff;
}
export function tokenEdgeCount(record: u32): u32 {
  return load<u32>(record, 4) >>> 9;
}
export function epsilonCount(record: u32): u32 {
  return load<u32>(record, 8);
}
export function callCount(record: u32): u32 {
  return load<u32>(record, 12);
}
export function rangesAt(record: u32): u32 {
  return record + 16;
}
export function epsilonsAt(record: u32): u32 {
  return record + 16 + rangeCount(record) * 8;
}
export function callsAt(record: u32): u32 {
  return epsilonsAt(record) + epsilonCount(record) * 4;
}
export function tokenEdgesAt(record: u32): u32 {
  return callsAt(record) + callCount(record) * 8;
}

/// The bytes around the last one given to `byteTarget` that all lead where it does.
export let spanFrom: u32 = 0;
export let spanTo: u32 = 255;

/// The state that `byte` leads to, 0 for none. Narrows the span.
export function byteTarget(record: u32, byte: u32): u32 {
  const first = record + 16;
  const count = rangeCount(record);
  // The first range that does not end before the byte.
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (<u32>load<u8>(first + mid * 8, 1) < byte) low = mid + 1;
    else high = mid;
  }
  if (low > 0) spanFrom = max(spanFrom, <u32>load<u8>(first + low * 8 - 8, 1) + 1);
  if (low === count) return 0;
  const at = first + low * 8;
  const from = <u32>load<u8>(at);
  if (from > byte) {
    spanTo = min(spanTo, from - 1);
    return 0;
  }
  spanFrom = max(spanFrom, from);
  spanTo = min(spanTo, <u32>load<u8>(at, 1));
  return load<u32>(at, 4);
}

/// Begins a span: every byte.
export function spanBegin(): void {
  spanFrom = 0;
  spanTo = 255;
}
