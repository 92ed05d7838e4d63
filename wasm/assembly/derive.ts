// Prechecks out of others. Many states are a plainer one with exceptions: "any key but these" behaves
// like the inside of any string, except along the first letters of the keys. Where two states go on
// to the same state, what is below is the same for both, so only the exceptions are walked.

import {
  Config,
  ConfigFlag,
  configFlags,
  configOfThread,
  isLive,
  nodeOf,
  stepLive,
  threadCount,
} from "./configuration";
import { counterOf, failure, Grammar, NO_BOUND, TWIN_MIN } from "./grammar";
import { precheckFind, precheckMake } from "./precheck";
import { Precheck, remaindersOpen } from "./precheck-store";
import { recordAllGone, recordBegin, recordEnd, recordGone } from "./record";
import { firstRank, lastRank, NODE, nodeByte, nodeDepth, nodeSize, nodeValue } from "./trie";
import { heights, longestToken, roots, trieCount, trieNodes } from "./vocabulary";
import { addExit, addFound, walk, walkBegin } from "./walk";

/// A derivation may follow another one, no deeper than this.
const MAX_CHAIN: i32 = 4;
let chain: i32 = 0;

function stepOr0(g: u32, config: u32, byte: u32): u32 {
  return config !== 0 && isLive(config, byte) ? stepLive(g, config, byte) : 0;
}

/// The record of `config`, the one thread (`state`, unknown caller), made out of the record of the
/// state that most of its tokens lead to; 0 if there is no such state, or on failure.
export function deriveRecord(g: u32, config: u32, state: u32, kinds: u32): u32 {
  if (chain >= MAX_CHAIN) return 0;
  const plain = plainSuccessor(g, config);
  if (plain === 0 || plain === config) return 0;
  const plainState = load<u32>(plain, Config.Threads);
  if (plainState === state || !agreesMostly(g, config, plain)) return 0;
  chain++;
  let base = precheckFind(g, plainState, 0, kinds, 0);
  if (base === 0 && failure === 0) base = precheckMake(g, plainState, 0, kinds, 0);
  chain--;
  if (base === 0 || !isBase(base, kinds)) return 0;
  recordBegin(base);
  walkBegin(0, 0xffffffff);
  walkDifference(g, config, plain);
  return failure === 0 ? recordEnd(base, kinds) : 0;
}

/// A record to derive others from. Deep exits speak of all tokens below them, so there are no exceptions.
function isBase(record: u32, kinds: u32): bool {
  return (remaindersOpen(record) & kinds) === 0 && load<u32>(record, Precheck.DeepCount) === 0;
}

/// The configuration that the bytes of most trie nodes lead to, if it is one thread with the same
/// caller.
function plainSuccessor(g: u32, config: u32): u32 {
  let best: u32 = 0;
  let vote: u32 = 0;
  // Boyer and Moore's majority vote, weighted: right where there is a majority, which is all we ask.
  for (let b: u32 = 0; b < 256; b++) {
    const root = load<u32>(<u32>roots + b * 4);
    if (root === 0 || !isLive(config, b)) continue;
    const next = stepLive(g, config, b);
    if (next === 0) return 0;
    const weight = nodeSize(root);
    if (next === best) vote += weight;
    else if (weight > vote) {
      best = next;
      vote = weight - vote;
    } else vote -= weight;
  }
  if (best === 0 || threadCount(best) !== 1) return 0;
  if (load<u32>(best, Config.Threads + 4) !== load<u32>(config, Config.Threads + 4)) return 0;
  return best;
}

function agreesMostly(g: u32, a: u32, b: u32): bool {
  let same: u32 = 0;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const root = load<u32>(<u32>roots + byte * 4);
    if (root !== 0 && stepOr0(g, a, byte) === stepOr0(g, b, byte)) same += nodeSize(root);
    if (failure !== 0) return false;
  }
  return same > trieCount - (trieCount >>> 2);
}

/// Bounds smaller than this touch most of the vocabulary.
const MIN_BOUND: u32 = 6;
/// With as few items that must still come, all is as with none behind the first bytes.
const MAX_LEAST: u32 = 2;

/// A counter state that stands for the same as `counterState` as far as a token goes: one without an upper
/// bound where that is too far for tokens. The inside of a bounded text is a loop then.
export function plainCounter(g: u32, counterState: u32): u32 {
  const counter = counterOf(g, counterState);
  const twin = load<u32>(counter, 24);
  const done = counterState - load<u32>(counter);
  const most = load<u32>(counter, 8);
  if (twin === 0 || (most !== NO_BOUND && most - done <= longestToken)) return counterState;
  const least = load<u32>(counter, 4);
  return twin + TWIN_MIN - (done >= least ? 0 : min(least - done, TWIN_MIN));
}

/// The record of `config`, the one thread (`state`, the counter state `counterState`), made out of the
/// record of the same counter with a bound less; 0 if that saves nothing, or on failure.
///
/// A token completes no more items than it has bytes. So how many items may still come matters only to
/// tokens with more bytes than that, and so does how many must still come.
export function deriveBounded(g: u32, config: u32, state: u32, counterState: u32, kinds: u32): u32 {
  const counter = counterOf(g, counterState);
  const done = counterState - load<u32>(counter);
  const least = load<u32>(counter, 4);
  const most = load<u32>(counter, 8);
  const twin = load<u32>(counter, 24);
  const clip = longestToken + 1;
  const low: u32 = done >= least ? 0 : least - done;
  const high = most === NO_BOUND ? clip : min(clip, most - done);
  // Without an upper bound; or, where there is none, with a lower bound that no token reaches, or with none.
  const hasFewLeft = high === clip && low <= MAX_LEAST;
  const plainLow = high < clip ? min(low, TWIN_MIN) : hasFewLeft ? 0 : TWIN_MIN;
  const plain = (twin === 0 ? load<u32>(counter) : twin) + TWIN_MIN - plainLow;
  const bound = high < clip ? high : low;
  if (plain === counterState || (!hasFewLeft && (bound < MIN_BOUND || bound >= clip))) return 0;
  let base = precheckFind(g, state, plain, kinds, 0);
  if (base === 0 && failure === 0) base = precheckMake(g, state, plain, kinds, 0);
  if (base === 0 || !isBase(base, kinds)) return 0;
  recordBegin(base);
  walkBegin(0, 0xffffffff);
  const plainNode = nodeOf(g, plain, load<u32>(g, Grammar.UnknownNode));
  const plainConfig = plainNode === 0 ? 0 : configOfThread(g, state, plainNode);
  if (plainConfig === 0) return 0;
  if (hasFewLeft) walkDifference(g, config, plainConfig);
  else walkLonger(g, config, plainConfig, bound);
  return failure === 0 ? recordEnd(base, kinds) : 0;
}

/// Walks to the tokens of more than `bytes` bytes, and tells the record what becomes of them.
function walkLonger(g: u32, config: u32, plain: u32, bytes: u32): void {
  store<u32>(pairStack, config);
  store<u32>(pairStack, plain, 4);
  const end = trieNodes + trieCount * NODE;
  let height = heights;
  let node = trieNodes;
  while (node < end) {
    const depth = nodeDepth(node);
    const size = nodeSize(node);
    const level = <u32>pairStack + (depth - 1) * 8;
    let mine: u32 = 0;
    let theirs: u32 = 0;
    if (<u32>load<u16>(height) > bytes) {
      mine = stepOr0(g, load<u32>(level), nodeByte(node));
      theirs = stepOr0(g, load<u32>(level, 4), nodeByte(node));
      if (failure !== 0) return;
    }
    // What is no longer than that, and what both refuse, stays as the base says.
    if (mine === 0 && theirs === 0) {
      node += size * NODE;
      height += size * 2;
      continue;
    }
    const rank = nodeValue(node);
    if (depth > bytes && rank >= 0) {
      recordGone(rank);
      if (mine !== 0) addFound(rank);
    }
    const escapes = (mine !== 0 ? configFlags(mine) : 0) | (theirs !== 0 ? configFlags(theirs) : 0);
    if (depth > bytes && mine === 0) {
      takeOver(g, 0, node);
      node += size * NODE;
      height += size * 2;
      continue;
    }
    if (depth > bytes && size > 1 && (escapes & ConfigFlag.Escapes) !== 0) {
      // Not both need to leave the rule here, so nothing below is the base's to say.
      takeOver(g, mine, node);
      node += size * NODE;
      height += size * 2;
      continue;
    }
    if (mine !== 0 && size > 1 && configFlags(mine) & ConfigFlag.Escapes) addExit(node);
    store<u32>(level, mine, 8);
    store<u32>(level, theirs, 12);
    node += NODE;
    height += 2;
  }
}

// Depth → the pair of configurations there.
const pairStack = memory.data(8320, 16);

/// Walks the nodes at which `config` and `plain` are in different places, and tells the record.
function walkDifference(g: u32, config: u32, plain: u32): void {
  store<u32>(pairStack, config);
  store<u32>(pairStack, plain, 4);
  let node = trieNodes;
  const end = trieNodes + trieCount * NODE;
  while (node < end && failure === 0) {
    const level = <u32>pairStack + (nodeDepth(node) - 1) * 8;
    const byte = nodeByte(node);
    const mine = stepOr0(g, load<u32>(level), byte);
    const theirs = stepOr0(g, load<u32>(level, 4), byte);
    const after = node + nodeSize(node) * NODE;
    if (mine === theirs) {
      node = after;
      continue;
    }
    const rank = nodeValue(node);
    if (rank >= 0) {
      recordGone(rank);
      if (mine !== 0) addFound(rank);
    }
    const escapes = (mine !== 0 ? configFlags(mine) : 0) | (theirs !== 0 ? configFlags(theirs) : 0);
    if (mine !== 0 && theirs !== 0 && (escapes & ConfigFlag.Escapes) === 0) {
      store<u32>(level, mine, 8);
      store<u32>(level, theirs, 12);
      node += NODE;
      continue;
    }
    // One of them is dead or has left the rule: nothing below is the base's to say.
    takeOver(g, mine, node);
    node = after;
  }
}

/// Everything below `node` is gone from the base; `mine`, the configuration at it, says what becomes of it.
function takeOver(g: u32, mine: u32, node: u32): void {
  const after = node + nodeSize(node) * NODE;
  if (node + NODE === after) return;
  recordAllGone(firstRank(node + NODE), lastRank(node));
  if (mine === 0) return;
  if (configFlags(mine) & ConfigFlag.Escapes) addExit(node);
  walk(g, mine, node + NODE, after);
}
