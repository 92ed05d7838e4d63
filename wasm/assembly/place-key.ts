// Keys of places: a hash of everything that is reachable from a state, so that equal automata have
// equal keys, whatever grammar they are in. Where that is too much to look at, or a rule that is lowered late
// is among it, the key is of the whole grammar and the state: by its part and its place in that, because parts
// come in any order.

import {
  callCount,
  callsAt,
  counterOf,
  epsilonCount,
  epsilonsAt,
  Grammar,
  NO_BOUND,
  Part,
  PLACE_LISTS,
  rangeCount,
  rangesAt,
  StateFlag,
  stateFlags,
  stateRecord,
  UNORDERED,
  VIRTUAL,
} from "./grammar";
import { arenaAlloc } from "./memory";
import { Unordered, unorderedOf } from "./unordered";
import { longestToken, trieNodes } from "./vocabulary";

/// The key that `placeKey` computed last.
export let keyLow: u64 = 0;
export let keyHigh: u64 = 0;

function mix(value: u32): void {
  keyLow = (keyLow ^ value) * 0x9e3779b97f4a7c15;
  keyLow ^= keyLow >> 32;
  keyHigh = (rotl<u64>(keyHigh, 23) + value) * 0xd6e8feb86659fd93;
  keyHigh ^= keyHigh >> 29;
}

// Breadth-first numbering of what is reachable from a state.
const MAX_REACH: u32 = 512;
const order = memory.data(2048, 16);
let reached: u32 = 0;

// State → its number: (state, epoch << 16 | number) by a hash. One of another epoch is free.
const NUMBERS: u32 = 2048;
const numbers = memory.data(16384, 16);
let epoch: u32 = 0;

function numberBegin(): void {
  reached = 0;
  epoch++;
  if (epoch < 1 << 16) return;
  memory.fill(numbers, 0, NUMBERS * 8);
  epoch = 1;
}

/// From `MAX_REACH` on, numbers mean nothing.
function number(state: u32): u32 {
  let at = (state * 0x9e3779b1) >>> 21;
  for (;;) {
    const slot = <u32>numbers + at * 8;
    const entry = load<u32>(slot, 4);
    if (entry >>> 16 !== epoch) break;
    if (load<u32>(slot) === state) return entry & 0xffff;
    at = (at + 1) & (NUMBERS - 1);
  }
  if (reached < MAX_REACH) {
    store<u32>(<u32>order + reached * 4, state);
    store<u32>(<u32>numbers + at * 8, state);
    store<u32>(<u32>numbers + at * 8, (epoch << 16) | reached, 4);
  }
  return reached++;
}

/// Mixes everything reachable from `state` into the key. False if that is too much to look at.
function mixReachable(g: u32, state: u32): bool {
  numberBegin();
  number(state);
  for (let i: u32 = 0; i < reached; i++) {
    if (reached > MAX_REACH) return false;
    const s = load<u32>(<u32>order + i * 4);
    if (s >= VIRTUAL) {
      if (s >= UNORDERED) mixUnordered(g, s);
      else mixCounter(g, s);
      continue;
    }
    const record = stateRecord(g, s);
    if (stateFlags(record) & StateFlag.Late) return false;
    const ranges = rangeCount(record);
    const epsilons = epsilonCount(record);
    const calls = callCount(record);
    mix((stateFlags(record) & StateFlag.Final) | (ranges << 1) | (epsilons << 10));
    mix(calls);
    let at = rangesAt(record);
    for (let k: u32 = 0; k < ranges; k++, at += 8) {
      mix(load<u32>(at));
      mix(number(load<u32>(at, 4)));
    }
    at = epsilonsAt(record);
    for (let k: u32 = 0; k < epsilons; k++, at += 4) mix(number(load<u32>(at)));
    at = callsAt(record);
    for (let k: u32 = 0; k < calls; k++, at += 8) {
      mix(number(load<u32>(at)));
      mix(number(load<u32>(at, 4)));
    }
  }
  return reached <= MAX_REACH;
}

function mixCounter(g: u32, state: u32): void {
  const counter = counterOf(g, state);
  const done = state - load<u32>(counter);
  const least = load<u32>(counter, 4);
  const most = load<u32>(counter, 8);
  const clip = longestToken + 1;
  mix(0x80000000 | (done >= least ? 0 : min(clip, least - done)));
  mix(most === NO_BOUND ? clip : min(clip, most - done));
  mix(number(load<u32>(counter, 12)));
  mix(number(load<u32>(counter, 16)));
}

/// Only ever entered: what is inside of it is no place.
function mixUnordered(g: u32, state: u32): void {
  const u = unorderedOf(g, state);
  const items = load<u32>(u, Unordered.Items);
  mix(0xc0000000 | items);
  mix(load<u32>(u, Unordered.Least));
  mix(load<u32>(u, Unordered.Most));
  mix(number(load<u32>(u, Unordered.Exit)));
  const separator = load<u32>(u, Unordered.Separator);
  const more = load<u32>(u, Unordered.More);
  mix(separator === 0 ? 0xffffffff : number(separator));
  mix(more === 0 ? 0xffffffff : number(more));
  for (let i: u32 = 0; i < items && reached <= MAX_REACH; i++) {
    mix(number(load<u32>(u + i * 4, Unordered.Starts)));
  }
  for (let w: u32 = 0; w < (items + 31) >>> 5; w++) mix(load<u32>(u + (items + w) * 4, Unordered.Starts));
}

/// Makes the key that of the same place behind the bytes that lead to a node of the vocabulary's trie.
export function keyBelow(node: u32): void {
  if (node !== 0) mix(node - trieNodes + 1);
}

/// Mixes the grammar's hash into the key.
function mixGrammar(g: u32): void {
  if (load<u64>(g, Grammar.Hash) === 0) {
    const low = keyLow;
    const high = keyHigh;
    const block = load<u32>(g, Grammar.Block);
    const tables = load<u32>(g, Grammar.TokenSets);
    const records = tables + (load<u32>(block, 12) + load<u32>(block, 4)) * 4;
    const end = block + load<u32>(g, Grammar.BlockBytes);
    for (let at = block; at < tables; at += 4) mix(load<u32>(at));
    // Addresses by now.
    for (let at = tables; at < records; at += 4) mix(load<u32>(at) - block);
    for (let at = records; at < end; at += 4) mix(load<u32>(at));
    store<u64>(g, keyLow | 1, Grammar.Hash);
    store<u64>(g, keyHigh, Grammar.Hash + 8);
    keyLow = low;
    keyHigh = high;
  }
  for (let i: u32 = 0; i < 16; i += 4) mix(load<u32>(g + i, Grammar.Hash));
}

/// Mixes a state, whenever its part was loaded.
function mixState(g: u32, state: u32): void {
  const isVirtual = state >= VIRTUAL;
  for (let part = load<u32>(g, Grammar.Parts); part !== 0; part = load<u32>(part, Part.Older)) {
    // The newest comes first, and has the greatest numbers.
    const first = isVirtual ? load<u32>(part, Part.FirstVirtual) : load<u32>(part, Part.FirstState);
    if (state < first) continue;
    mix(0x80000000 | load<u32>(part, Part.Late));
    mix(state - first);
    return;
  }
  mix(state);
}

/// Computes the key of a place: `state`, and the virtual state its caller is (0: an ordinary caller).
///
/// Keys of ordinary places are kept in lists at the grammar: +0 next, +4 state, +8 key.
export function placeKey(g: u32, state: u32, counterState: u32): void {
  const list = load<u32>(g, Grammar.Places) + (state & (PLACE_LISTS - 1)) * 4;
  if (counterState === 0) {
    for (let at = load<u32>(list); at !== 0; at = load<u32>(at)) {
      if (load<u32>(at, 4) === state) {
        keyLow = load<u64>(at, 8);
        keyHigh = load<u64>(at, 16);
        return;
      }
    }
  }
  keyLow = 0x243f6a8885a308d3;
  keyHigh = 0x13198a2e03707344;
  let isWhole = mixReachable(g, state);
  if (counterState !== 0) {
    mix(0xffffffff);
    isWhole = mixReachable(g, counterState) && isWhole;
  }
  if (!isWhole) {
    keyLow = 0xa4093822299f31d0;
    keyHigh = 0x082efa98ec4e6c89;
    mixGrammar(g);
    mixState(g, state);
    mixState(g, counterState);
  }
  if (counterState !== 0) return;
  const entry = arenaAlloc(g + Grammar.Arena, 24);
  if (entry === 0) return;
  store<u32>(entry, load<u32>(list));
  store<u32>(entry, state, 4);
  store<u64>(entry, keyLow, 8);
  store<u64>(entry, keyHigh, 16);
  store<u32>(list, entry);
}
