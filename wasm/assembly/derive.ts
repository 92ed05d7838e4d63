// Prechecks out of others. Many states are a plainer one with exceptions: "any key but these" behaves
// like the inside of any string, except along the first letters of the keys. Where two states go on
// to the same state, what is below is the same for both, so only the exceptions are walked.

import {
  Config,
  ConfigFlag,
  configFlags,
  isLive,
  Node,
  nodeOf,
  stepLive,
  threadCount,
} from "./configuration";
import { byteTarget, counterOf, failure, Grammar, NO_BOUND, stateRecord, TWIN_MIN } from "./grammar";
import { precheckFind, precheckMake, unknownCaller } from "./precheck";
import { Precheck, remaindersOpen } from "./precheck-store";
import { maxRemainders, recordAllGone, recordBegin, recordEnd, recordGone, recordLongGone } from "./record";
import {
  byteGroup,
  CHARACTERS,
  firstRank,
  lastRank,
  NODE,
  nodeByte,
  nodeDepth,
  nodeSize,
  nodeValue,
  OTHERS,
} from "./trie";
import { longestToken, roots, trieCount, trieNodes } from "./vocabulary";
import {
  addExit,
  addFound,
  groupsAt,
  groupsTo,
  heightAt,
  loopsOf,
  MAX_GROUPS,
  walk,
  walkBegin,
} from "./walk";

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

/// A record to derive others from. Deep exits speak of all tokens below them, so there are no exceptions. What
/// is derived has the base's groups and its own.
function isBase(record: u32, kinds: u32): bool {
  if (load<u32>(record, Precheck.GroupCount) > MAX_GROUPS - min(maxRemainders, MAX_GROUPS)) return false;
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

/// Bounds smaller than this touch most of the vocabulary, unless its characters can be counted.
const MIN_BOUND: u32 = 6;
/// With fewer items to come, a walk is over soon.
const MIN_COUNTED: u32 = 2;
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
  if (plain === counterState || (!hasFewLeft && bound >= clip)) return 0;
  const plainConfig = unknownCaller(g, state, plain);
  if (plainConfig === 0) return 0;
  characters = 0;
  if (high < clip && high >= MIN_COUNTED) charactersBegin(g, plainConfig, counterState, plain, most);
  if (failure !== 0 || (!hasFewLeft && bound < MIN_BOUND && characters === 0)) return 0;
  let base = precheckFind(g, state, plain, kinds, 0);
  if (base === 0 && failure === 0) base = precheckMake(g, state, plain, kinds, 0);
  if (base === 0 || !isBase(base, kinds)) return 0;
  recordBegin(base);
  walkBegin(0, 0xffffffff);
  if (hasFewLeft) walkDifference(g, config, plainConfig);
  else walkLonger(g, config, plainConfig, bound);
  return failure === 0 ? recordEnd(base, kinds) : 0;
}

// Where each character is an item, as in most bounded texts, tokens of such characters alone need no walk: how
// many characters a token has is known. The place that such characters lead to without a bound (`characters`)
// leads back to itself by `characterGroups`; the thread that counts is called by `plainCaller` there, and its
// other threads take no byte of these groups.
let characters: u32 = 0;
let characterGroups: u32 = 0;
let plainCaller: u32 = 0;
/// The counter's last state, and one behind its state with no item.
let lastState: u32 = 0;
let firstState: u32 = 0;
/// Whether characters were found to be one item each: with another one to come, and with none.
let isOneItem: bool = false;
let isLastItem: bool = false;
let isCountable: bool = false;
/// By depth, the characters that the bytes so far begin.
const begun = memory.data(2080, 16);

/// Looks whether characters can be counted; `plain` is the counter's state in `config`, `counterState` one of
/// the bounded counter.
function charactersBegin(g: u32, config: u32, counterState: u32, plain: u32, most: u32): void {
  // The record that this is derived from has no lower bound left, so this has none either from here on.
  sample = 0x65;
  let place = stepOr0(g, config, sample);
  if (place === 0) {
    sample = 0x30;
    place = stepOr0(g, config, sample);
  }
  if (place === 0 || configFlags(place) & ConfigFlag.Escapes) return;
  characterGroups = loopsOf(g, place);
  if ((characterGroups & (1 << byteGroup(sample))) === 0) return;
  const caller = nodeOf(g, plain, load<u32>(g, Grammar.UnknownNode));
  if (caller === 0) return;
  const count = threadCount(place);
  let counting: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = place + i * 8;
    if (load<u32>(at, Config.Threads + 4) === caller) counting++;
    else if (takesSome(g, load<u32>(at, Config.Threads), characterGroups)) return;
  }
  // The others come from the counter's end: so they are there, or no item ends.
  if (counting !== 1 || count === 1) return;
  plainCaller = caller;
  firstState = load<u32>(counterOf(g, counterState)) + 1;
  lastState = firstState + most - 1;
  isOneItem = false;
  isLastItem = false;
  isCountable = true;
  characters = place;
}

/// A state takes some byte of these groups.
function takesSome(g: u32, state: u32, groups: u32): bool {
  const record = stateRecord(g, state);
  for (let byte: u32 = 0; byte < 256; byte++) {
    if ((1 << byteGroup(byte)) & withBytes(groups) && byteTarget(record, byte) !== 0) return true;
  }
  return false;
}

/// The byte that was found to lead to `characters`.
let sample: u32 = 0;

/// How many characters of `characterGroups` may follow `config`, at least one, where that is all there is to
/// know; 0 elsewhere.
function charactersLeft(g: u32, config: u32): u32 {
  const left = isCountable ? itemsLeft(config) : 0;
  if (left === 0 || isOneItem || (left === 1 && isLastItem)) return left;
  // In the place itself each of them ends an item, or there would be no other threads. That it also goes on
  // with one is seen here: counting goes by differences, so for one count is for all.
  const next = stepOr0(g, config, sample);
  if (next === 0) return 0;
  isCountable =
    (characterGroups & ~groupsTo(g, config, next)) === 0 &&
    (left === 1 ? takesNone(next, characterGroups) : itemsLeft(next) === left - 1);
  if (failure !== 0 || !isCountable) return 0;
  if (left === 1) isLastItem = true;
  else isOneItem = true;
  return left;
}

function takesNone(config: u32, groups: u32): bool {
  for (let byte: u32 = 0; byte < 256; byte++) {
    if ((1 << byteGroup(byte)) & withBytes(groups) && isLive(config, byte)) return false;
  }
  return true;
}

/// The groups with that of all bytes of their characters.
function withBytes(groups: u32): u32 {
  return groups & (1 << CHARACTERS) ? groups | (1 << OTHERS) : groups;
}

/// How many more items a configuration may begin that is the place `characters` but for its count; 0 if it is
/// not.
function itemsLeft(config: u32): u32 {
  const count = threadCount(config);
  if (count !== threadCount(characters) || configFlags(config) !== configFlags(characters)) return 0;
  let left: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const mine = config + i * 8;
    const theirs = characters + i * 8;
    if (load<u32>(mine, Config.Threads) !== load<u32>(theirs, Config.Threads)) return 0;
    const node = load<u32>(mine, Config.Threads + 4);
    if (load<u32>(theirs, Config.Threads + 4) !== plainCaller) {
      if (node !== load<u32>(theirs, Config.Threads + 4)) return 0;
      continue;
    }
    // The same caller but for the counter's state.
    if (load<u32>(node, Node.Pairs) !== 1) return 0;
    if (load<u32>(node, Node.First + 4) !== load<u32>(plainCaller, Node.First + 4)) return 0;
    const state = load<u32>(node, Node.First);
    if (state < firstState || state > lastState) return 0;
    left = lastState - state + 1;
  }
  return left;
}

/// Walks to the tokens of more than `bytes` bytes, and tells the record what becomes of them.
function walkLonger(g: u32, config: u32, plain: u32, bytes: u32): void {
  store<u32>(pairStack, config);
  store<u32>(pairStack, plain, 4);
  const end = trieNodes + trieCount * NODE;
  let node = trieNodes;
  store<u16>(<u32>begun, 0);
  while (node < end) {
    const depth = nodeDepth(node);
    const size = nodeSize(node);
    const after = node + size * NODE;
    const level = <u32>pairStack + (depth - 1) * 8;
    let mine: u32 = 0;
    let theirs: u32 = 0;
    if (heightAt(node) > bytes) {
      mine = stepOr0(g, load<u32>(level), nodeByte(node));
      theirs = stepOr0(g, load<u32>(level, 4), nodeByte(node));
      if (failure !== 0) return;
    }
    // What is no longer than that, and what both refuse, stays as the base says.
    if (mine === 0 && theirs === 0) {
      node = after;
      continue;
    }
    const first = <u32>begun + depth * 2;
    store<u16>(first, <u32>load<u16>(first - 2) + begins(nodeByte(node)));
    const rank = nodeValue(node);
    if (depth > bytes && rank >= 0) {
      recordGone(rank);
      if (mine !== 0) addFound(rank);
    }
    const escapes = (mine !== 0 ? configFlags(mine) : 0) | (theirs !== 0 ? configFlags(theirs) : 0);
    if (mine !== 0 && theirs === characters && theirs !== 0 && size > 1) {
      const left = (groupsAt(node) & ~characterGroups) === 0 ? charactersLeft(g, mine) : 0;
      const most = <u32>load<u16>(first) + left;
      if (left !== 0 && most < 255) {
        recordLongGone(firstRank(node + NODE), lastRank(node), most);
        node = after;
        continue;
      }
    }
    if (depth > bytes && (mine === 0 || (escapes & ConfigFlag.Escapes) !== 0)) {
      // This one is dead, or not both need to leave the rule here: nothing below is the base's to say.
      takeOver(g, mine, node);
      node = after;
      continue;
    }
    if (mine !== 0 && size > 1 && configFlags(mine) & ConfigFlag.Escapes) addExit(node);
    store<u32>(level, mine, 8);
    store<u32>(level, theirs, 12);
    node += NODE;
  }
}

function begins(byte: u32): u32 {
  return <u32>((byte & 0xc0) !== 0x80);
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
