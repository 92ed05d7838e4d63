// Prechecks: what can be said about a state whatever called its rule.
//
// A place is a thread's state, with the counter it is inside of, if its caller is one. Its precheck
// walks the vocabulary once with an unknown caller and keeps
//   - the tokens that are taken without asking the caller (they stay inside, or end exactly where
//     the rule ends), as a list or a bitset;
//   - for the tokens that leave the rule and go on: their remainders, as a trie of their own. Many
//     tokens share few remainders (`a",` and `the",` both leave `,`), so that deciding them for one
//     caller is a walk over a tiny trie.
//
// A place is known by a hash of everything reachable from it, so prechecks are shared by all
// grammars of the vocabulary: the inside of a JSON string is prechecked once. Counts of a counter
// matter only up to the longest token, because no token completes more items than it has bytes.

import { configOfThread, Node, nodeOf } from "./configuration";
import { deriveBounded, deriveRecord } from "./derive";
import { failure, Grammar } from "./grammar";
import { keyHigh, keyLow, keyShared, placeKey } from "./place-key";
import { Precheck, precheckKeep, precheckLookup } from "./precheck-store";
import { recordBegin, recordEnd } from "./record";
import { walkBegin, walkWide } from "./walk";

/// The counter state that is the one caller of `node`, or 0.
export function counterCaller(g: u32, node: u32): u32 {
  if (load<u32>(node, Node.Pairs) !== 1) return 0;
  const state = load<u32>(node, Node.First);
  return state >= load<u32>(g, Grammar.StateCount) ? state : 0;
}

/// Records that were made out of others.
export let derivedCount: u32 = 0;

/// The record of a place, 0 if it is not made yet.
export function precheckFind(g: u32, state: u32, counterState: u32): u32 {
  placeKey(g, state, counterState);
  return precheckLookup(keyLow, keyHigh);
}

/// Makes the record of the place that `precheckFind` has just not found; 0 on failure. Uses the
/// walk's buffers.
export function precheckMake(g: u32, state: u32, counterState: u32): u32 {
  const low = keyLow;
  const high = keyHigh;
  const shared = keyShared;
  const unknown = load<u32>(g, Grammar.UnknownNode);
  const node = counterState === 0 ? unknown : nodeOf(g, counterState, unknown);
  if (node === 0) return 0;
  const config = configOfThread(g, state, node);
  if (config === 0) return 0;
  let record =
    counterState === 0 ? deriveRecord(g, config, state) : deriveBounded(g, config, state, counterState);
  if (failure !== 0) return 0;
  if (record !== 0) derivedCount++;
  else {
    walkBegin(0, 0xffffffff);
    walkWide(g, config);
    if (failure !== 0) return 0;
    recordBegin(0);
    record = recordEnd(0);
    if (record === 0) return 0;
  }
  store<u64>(record, low, Precheck.Key);
  store<u64>(record, high, Precheck.Key + 8);
  store<u32>(record, shared ? 1 : 0, Precheck.Shared);
  precheckKeep(record);
  return record;
}

/// Prechecks a place if it is not yet. False on failure.
export function precheckEnsure(g: u32, state: u32, counterState: u32): bool {
  return precheckFind(g, state, counterState) !== 0 || precheckMake(g, state, counterState) !== 0;
}
