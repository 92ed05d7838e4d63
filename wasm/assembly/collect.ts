// Collecting a grammar's garbage: what live matchers need moves to new tables, everything else
// (transitions, masks, configurations of the past) is dropped and made again when it is asked for.
//
// `collectBegin`, `collectMove` for each configuration that is to survive, `collectEnd`. In between,
// an old configuration's Forward, and an old node's first word, hold the new address.

import {
  addThreadAsIs,
  Config,
  ConfigFlag,
  closureBegin,
  configFlags,
  configFromThreads,
  Node,
  nodeFromPairs,
  nodesInit,
  setClosureFlags,
  setPair,
  threadCount,
} from "./configuration";
import { Failure, Grammar, SETS, setFailure, tablesInit } from "./grammar";
import { arenaFree, blockAlloc, blockFree, setMemoryGrace } from "./memory";
import { moveSet } from "./unordered";

/// What survives is small next to what goes, but both live for a moment.
const GRACE: u32 = 64 << 20;

const oldArena = memory.data(16, 16);
let oldConfigs: u32 = 0;
let oldNodes: u32 = 0;
let oldSets: u32 = 0;
let oldSetIndex: u32 = 0;
/// Nodes whose parents are being moved: a path, so never longer than there are nodes.
let path: u32 = 0;

export function collectBegin(g: u32): bool {
  setMemoryGrace(GRACE);
  memory.copy(oldArena, g + Grammar.Arena, 16);
  memory.fill(g + Grammar.Arena, 0, 16);
  oldConfigs = load<u32>(g, Grammar.ConfigTable);
  oldNodes = load<u32>(g, Grammar.NodeTable);
  const oldEnd = oldNodes + load<u32>(g, Grammar.NodeTableSize) * 4;
  oldSets = load<u32>(g, Grammar.SetTable);
  oldSetIndex = load<u32>(g, Grammar.SetIndex);
  for (let slot = oldNodes; slot < oldEnd; slot += 4) {
    let node = load<u32>(slot);
    while (node !== 0) {
      const next = load<u32>(node);
      store<u32>(node, 0);
      node = next;
    }
  }
  const bottom = load<u32>(g, Grammar.BottomNode);
  const unknown = load<u32>(g, Grammar.UnknownNode);
  path = blockAlloc(load<u32>(g, Grammar.NodeCount) * 4 + 4);
  if (path === 0 || !tablesInit(g) || !nodesInit(g)) {
    setFailure(Failure.Memory, 0);
    return false;
  }
  store<u32>(bottom, load<u32>(g, Grammar.BottomNode));
  store<u32>(unknown, load<u32>(g, Grammar.UnknownNode));
  return true;
}

/// The new address of a configuration; 0 on failure.
export function collectMove(g: u32, config: u32): u32 {
  const moved = load<u32>(config, Config.Forward);
  if (moved !== 0) return moved;
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    if (!moveNode(g, load<u32>(config + i * 8, Config.Threads + 4))) return 0;
  }
  closureBegin();
  for (let i: u32 = 0; i < count; i++) {
    const thread = config + i * 8;
    addThreadAsIs(load<u32>(thread, Config.Threads), load<u32>(load<u32>(thread, Config.Threads + 4)));
  }
  setClosureFlags(configFlags(config) & (ConfigFlag.Accepting | ConfigFlag.Escapes));
  const fresh = configFromThreads(g);
  store<u32>(config, fresh, Config.Forward);
  return fresh;
}

function moveNode(g: u32, first: u32): bool {
  if (load<u32>(first) !== 0) return true;
  let depth: i32 = 0;
  store<u32>(path, first);
  while (depth >= 0) {
    const node = load<u32>(path + depth * 4);
    const count = load<u32>(node, Node.Pairs);
    let waiting: u32 = 0;
    for (let i: u32 = 0; i < count && waiting === 0; i++) {
      const parent = load<u32>(node + i * 8, Node.First + 4);
      if (parent !== 0 && load<u32>(parent) === 0) waiting = parent;
    }
    if (waiting !== 0) {
      depth++;
      store<u32>(path + depth * 4, waiting);
      continue;
    }
    for (let i: u32 = 0; i < count; i++) {
      const parent = load<u32>(node + i * 8, Node.First + 4);
      let state = load<u32>(node + i * 8, Node.First);
      if (state >= SETS) state = moveSet(g, oldSetIndex, state);
      if (state === 0 && parent !== 0) return false;
      setPair(i, state, parent === 0 ? 0 : load<u32>(parent));
    }
    const fresh = nodeFromPairs(g, count);
    if (fresh === 0) return false;
    store<u32>(node, fresh);
    depth--;
  }
  return true;
}

export function collectEnd(): void {
  blockFree(path);
  arenaFree(<u32>oldArena);
  blockFree(oldConfigs);
  blockFree(oldNodes);
  blockFree(oldSets);
  blockFree(oldSetIndex);
  setMemoryGrace(0);
}
