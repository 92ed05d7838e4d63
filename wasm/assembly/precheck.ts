// Prechecks: what can be said about a state whatever called its rule.
//
// A place is a thread's state, with the counter it is inside of, if its caller is one. Its precheck
// walks the vocabulary once with an unknown caller and keeps
//   - the tokens that are taken without asking the caller (they stay inside, or end exactly where
//     the rule ends), as a list or a bitset;
//   - for the tokens that leave the rule and go on: their remainders, as a trie of their own. Many
//     tokens share few remainders (`a",` and `the",` both leave `,`), so that deciding them for one
//     caller is a walk over a tiny trie. Only remainders are kept that begin with bytes of the kinds
//     (first-bytes.ts) that a caller so far could go on with.
//
// A place is known by a hash of everything reachable from it (or of the grammar), so prechecks are shared by
// all grammars of the vocabulary: the inside of a JSON string is prechecked once. Counts of a counter
// matter only up to the longest token, because no token completes more items than it has bytes.

import { configOfThread, Node, nodeOf } from "./configuration";
import { deriveBounded, deriveRecord, plainCounter } from "./derive";
import { USUAL_KINDS } from "./first-bytes";
import { failure, Grammar, UNORDERED, VIRTUAL } from "./grammar";
import { keyBelow, keyHigh, keyLow, placeKey } from "./place-key";
import {
  Precheck,
  precheckKeep,
  precheckLookup,
  precheckReplace,
  remaindersKept,
  remaindersOpen,
} from "./precheck-store";
import { recordBegin, recordEnd } from "./record";
import { walkBegin, walkWide } from "./walk";

/// The counter state that is the one caller of `node`, or 0.
export function counterCaller(node: u32): u32 {
  if (load<u32>(node, Node.Pairs) !== 1) return 0;
  const state = load<u32>(node, Node.First);
  return state >= VIRTUAL && state < UNORDERED ? state : 0;
}

/// The configuration of one thread, called by what is not known, or by a counter that is; 0 on failure.
export function unknownCaller(g: u32, state: u32, counterState: u32): u32 {
  const unknown = load<u32>(g, Grammar.UnknownNode);
  const node = counterState === 0 ? unknown : nodeOf(g, counterState, unknown);
  return node === 0 ? 0 : configOfThread(g, state, node);
}

/// Records that were made out of others.
export let derivedCount: u32 = 0;

/// The record of a place, of the whole vocabulary or of the tokens below the node `below`; 0 if it is not
/// made yet or says nothing of remainders of some kind in `kinds`.
export function precheckFind(g: u32, state: u32, counterState: u32, kinds: u32, below: u32): u32 {
  placeKey(g, state, counterState);
  keyBelow(below);
  const record = precheckLookup(keyLow, keyHigh);
  if (record === 0) return 0;
  return (kinds & ~(remaindersKept(record) | remaindersOpen(record))) === 0 ? record : 0;
}

/// Makes the record of the place that `precheckFind` has just not found; 0 on failure. Uses the
/// walk's buffers.
export function precheckMake(g: u32, state: u32, counter: u32, asked: u32, below: u32): u32 {
  const counterState = counter === 0 ? 0 : plainCounter(g, counter);
  const low = keyLow;
  const high = keyHigh;
  let old = precheckLookup(low, high);
  const kinds = old === 0 ? asked : (asked & ~remaindersOpen(old)) | remaindersKept(old);
  const config = unknownCaller(g, state, counterState);
  if (config === 0) return 0;
  let record =
    below !== 0
      ? 0
      : counterState === 0
        ? deriveRecord(g, config, state, kinds)
        : deriveBounded(g, config, state, counterState, kinds);
  if (failure !== 0) return 0;
  if (record !== 0) derivedCount++;
  else {
    walkBegin(0, 0xffffffff);
    walkWide(g, config, below);
    if (failure !== 0) return 0;
    recordBegin(0);
    record = recordEnd(0, kinds);
    if (record === 0) return 0;
  }
  store<u64>(record, low, Precheck.Key);
  store<u64>(record, high, Precheck.Key + 8);
  // What was made on the way may have pushed it out.
  old = precheckLookup(low, high);
  if (old === 0) {
    precheckKeep(record);
    return record;
  }
  store<u8>(record, load<u8>(record, Precheck.Begins + 1) | remaindersOpen(old), Precheck.Begins + 1);
  precheckReplace(old, record);
  return record;
}

/// Prechecks a place if it is not yet. False on failure.
export function precheckEnsure(g: u32, state: u32, counterState: u32): bool {
  if (precheckFind(g, state, counterState, USUAL_KINDS, 0) !== 0) return true;
  return precheckMake(g, state, counterState, USUAL_KINDS, 0) !== 0;
}
