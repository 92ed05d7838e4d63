// What the host calls. Addresses are numbers; a configuration's address is a matcher's whole state.
// 0 (or -1 where said) means failure: `lastFailure` says which. A failure leaves every grammar usable.

import { isProgram } from "./check-program";
import { collectBegin, collectEnd, collectMove } from "./collect";
import {
  Config,
  ConfigFlag,
  configFlags,
  configStart,
  liveCount,
  stepBytes,
  stepLive,
  steppedTo,
} from "./configuration";
import {
  clearFailure,
  Failure,
  failure,
  failureState,
  Grammar,
  grammarFree,
  grammarLoad,
  setFailure,
} from "./grammar";
import {
  maskDependent,
  maskFill,
  maskIndependent,
  maskInit,
  maskOut,
  setDirectLimit,
  stopTokens,
} from "./mask";
import { blockAlloc, blockFree, liveBytes, memoryInit, setMemoryBudget } from "./memory";
import { partLoad } from "./part";
import { derivedCount, precheckEnsure } from "./precheck";
import {
  Precheck,
  precheckBytes,
  precheckCount,
  precheckKeep,
  precheckLookup,
  precheckSerial,
  SLOT_COUNT,
  setPrecheckBudget,
  slotRecord,
} from "./precheck-store";
import { recordInit, setMaxRemainders } from "./record";
import { stepToken, unite } from "./token-edges";
import {
  TokenKind,
  tokenBytes,
  tokenCount,
  tokenKinds,
  tokenOffsets,
  trieCount,
  vocabularyAlloc,
  vocabularyBuild,
} from "./vocabulary";
import { foundBytes, walkInit } from "./walk";

const INPUT: u32 = 4096;
let input: u32 = 0;

/// Room for `tokens` tokens of `bytes` bytes altogether and `stops` stop tokens. False: no memory.
export function begin(tokens: u32, bytes: u32, stops: u32): bool {
  memoryInit();
  input = blockAlloc(INPUT);
  return input !== 0 && vocabularyAlloc(tokens, bytes) && maskInit(stops);
}
export function bytesAddress(): u32 {
  return tokenBytes;
}
export function offsetsAddress(): u32 {
  return tokenOffsets;
}
export function kindsAddress(): u32 {
  return tokenKinds;
}
export function stopsAddress(): u32 {
  return stopTokens;
}
/// Builds the trie of what was written at the four addresses. False: no memory.
export function build(): bool {
  if (!vocabularyBuild() || !recordInit()) return false;
  const found = blockAlloc(foundBytes());
  const exits = blockAlloc(trieCount * 4 + 4);
  const spans = blockAlloc(tokenCount * 8 + 8);
  walkInit(found, exits, spans);
  return found !== 0 && exits !== 0 && spans !== 0;
}

export function lastFailure(): u32 {
  return failure;
}
/// The state that the last failure names.
export function lastFailureState(): u32 {
  return failureState;
}

/// An address to write `bytes` bytes of a grammar to; 0: no memory. `state` is the one that a failure names.
export function allocate(bytes: u32, state: u32): u32 {
  clearFailure();
  const block = blockAlloc(bytes);
  if (block === 0) setFailure(Failure.Memory, state);
  return block;
}
/// Loads a grammar written at `block` (from `allocate(bytes)`) and takes the block over.
export function load_grammar(block: u32, bytes: u32): u32 {
  clearFailure();
  if (!isProgram(block, bytes)) {
    setFailure(Failure.BadBlock, 0);
    blockFree(block);
    return 0;
  }
  return grammarLoad(block, bytes);
}
/// Adds a part written at `block` (from `allocate(bytes, …)`) to a grammar, and takes the block over.
export function load_part(g: u32, block: u32, bytes: u32): bool {
  clearFailure();
  return partLoad(g, block, bytes);
}
/// Numbers of a grammar's states end before this one; those of its virtual states before the other.
export function state_count(g: u32): u32 {
  return load<u32>(g, Grammar.StateCount);
}
export function state_limit(g: u32): u32 {
  return load<u32>(g, Grammar.StateLimit);
}
/// The same of those of items in any order.
export function unordered_limit(g: u32): u32 {
  return load<u32>(g, Grammar.UnorderedLimit);
}
export function free_grammar(g: u32): void {
  grammarFree(g);
}
export function start(g: u32): u32 {
  clearFailure();
  return configStart(g);
}

/// The configuration after a token, 0 if it is not allowed there (or on failure).
export function accept(g: u32, config: u32, token: u32): u32 {
  clearFailure();
  const kind = load<u8>(tokenKinds + token);
  let byId: u32 = 0;
  if (configFlags(config) & ConfigFlag.Tokens) {
    byId = stepToken(g, config, token);
    if (failure !== 0) return 0;
  }
  if (kind !== TokenKind.Normal) return byId;
  const from = load<u32>(tokenOffsets + token * 4);
  const length = load<u32>(tokenOffsets + token * 4, 4) - from;
  const taken = stepBytes(g, config, tokenBytes + from, length);
  if (failure !== 0) return 0;
  const byBytes = taken === length ? steppedTo : 0;
  if (byId === 0) return byBytes;
  return byBytes === 0 ? byId : unite(g, byId, byBytes);
}

export function input_address(): u32 {
  return input;
}
/// Takes the longest live prefix of the `length` bytes (at most 4096) at `input_address`; `stepped`
/// is the configuration behind it.
export function accept_input(g: u32, config: u32, length: u32): u32 {
  clearFailure();
  return stepBytes(g, config, input, length);
}
export function stepped(): u32 {
  return steppedTo;
}

/// Writes a mask at `mask_address`: 1, or 0 if it has every normal token, or -1 on failure.
export function fill(g: u32, config: u32): i32 {
  clearFailure();
  return maskFill(g, config);
}
/// Writes to `mask_address` what `config` allows whatever its callers are; -1 on failure.
export function fill_independent(g: u32, config: u32): i32 {
  clearFailure();
  return maskIndependent(g, config);
}
/// Writes to `mask_address` the tokens that the callers decide about; -1 on failure.
export function fill_dependent(g: u32, config: u32): i32 {
  clearFailure();
  return maskDependent(g, config);
}
export function mask_address(): u32 {
  return maskOut;
}

export function accepting(config: u32): bool {
  return (configFlags(config) & ConfigFlag.Accepting) !== 0;
}
/// Address of 256 bits: the bytes that may come next.
export function live_address(config: u32): u32 {
  return config + Config.Live;
}
/// Writes at `input_address` the bytes that must follow `config`, at most 4096, and returns how many.
/// `stepped` is the configuration behind them.
export function forced(g: u32, config: u32): u32 {
  clearFailure();
  let at = config;
  let count: u32 = 0;
  while (count < INPUT && liveCount(at) === 1) {
    if (configFlags(at) & (ConfigFlag.Accepting | ConfigFlag.Tokens)) break;
    let word: u32 = 0;
    while (load<u32>(at + word * 4, Config.Live) === 0) word++;
    const byte = word * 32 + ctz(load<u32>(at + word * 4, Config.Live));
    const next = stepLive(g, at, byte);
    if (next === 0) break;
    store<u8>(input + count, byte);
    count++;
    at = next;
  }
  forcedTo = at;
  return count;
}
let forcedTo: u32 = 0;
export function forced_to(): u32 {
  return forcedTo;
}

/// See collect.ts. False and 0: no memory; the grammar is lost then.
export function collect_begin(g: u32): bool {
  clearFailure();
  return collectBegin(g);
}
export function collect_move(g: u32, config: u32): u32 {
  return collectMove(g, config);
}
export function collect_end(): void {
  collectEnd();
}
/// Bytes that a grammar has grown to.
export function grammar_bytes(g: u32): u32 {
  const loaded = load<u32>(g, Grammar.BlockBytes) + load<u32>(g, Grammar.PartsBytes);
  return load<u32>(g, Grammar.Arena + 12) + loaded;
}

export function live_bytes(): u32 {
  return liveBytes;
}
export function set_budgets(all: u32, prechecks: u32): void {
  setMemoryBudget(all);
  setPrecheckBudget(prechecks);
}
/// Trie nodes that a direct walk may look at before its states are prechecked instead.
export function set_direct_limit(nodes: u32): void {
  setDirectLimit(nodes);
}
/// Remainders that a precheck may keep, 65,536 at most.
export function set_max_remainders(count: u32): void {
  setMaxRemainders(count);
}
/// Prechecks a state whose caller is unknown, or is the counter state given. False on failure.
export function precheck(g: u32, state: u32, counterState: u32): bool {
  clearFailure();
  return precheckEnsure(g, state, counterState);
}
/// A number that grows with every precheck made or taken over.
export function precheck_serial(): u32 {
  return precheckSerial();
}
/// Nodes of the vocabulary's trie.
export function trie_nodes(): u32 {
  return trieCount;
}
export function precheck_slots(): u32 {
  return SLOT_COUNT;
}
/// The record in a slot, 0 if there is none; its layout is in precheck-store.ts.
export function precheck_record(slot: u32): u32 {
  return slotRecord(slot);
}
/// Takes over a record, complete but for its place in the tables, in a block from `allocate`. False:
/// its key is known already, and the block is free again.
export function adopt_precheck(record: u32): bool {
  if (precheckLookup(load<u64>(record, Precheck.Key), load<u64>(record, Precheck.Key + 8)) !== 0) {
    blockFree(record);
    return false;
  }
  precheckKeep(record);
  return true;
}
export function precheck_count(): u32 {
  return precheckCount;
}
/// Prechecks that were made out of others instead of by a walk.
export function derived_count(): u32 {
  return derivedCount;
}
export function precheck_bytes(): u32 {
  return precheckBytes;
}
export function grammar_counts(g: u32, which: u32): u32 {
  return load<u32>(g + (which === 0 ? Grammar.ConfigCount : Grammar.NodeCount));
}
