// Edges that a token takes by its id, not by its bytes.

import { Config, closureAdd, closureBegin, closureEnd, closureInclude, threadCount } from "./configuration";
import { Grammar, stateRecord, tokenEdgeCount, tokenEdgesAt } from "./grammar";
import { TokenKind, tokenKinds } from "./vocabulary";

/// `edge` is set << 1 | negated. A negated edge takes normal and special tokens outside its set.
export function edgeTakes(g: u32, edge: u32, id: u32): bool {
  const set = load<u32>(load<u32>(g, Grammar.TokenSets) + (edge >>> 1) * 4);
  const has = setHas(set, id);
  if ((edge & 1) === 0) return has;
  return !has && <u32>load<u8>(tokenKinds + id) <= <u32>TokenKind.Special;
}

function setHas(set: u32, id: u32): bool {
  let low: u32 = 0;
  let high = load<u32>(set);
  while (low < high) {
    const mid = (low + high) >>> 1;
    const at = load<u32>(set + 4 + mid * 4);
    if (at === id) return true;
    if (at < id) low = mid + 1;
    else high = mid;
  }
  return false;
}

/// The configuration after the token `id` by token edges alone: 0 where none takes it (or on failure).
export function stepToken(g: u32, config: u32, id: u32): u32 {
  let taken = false;
  closureBegin();
  const count = threadCount(config);
  for (let i: u32 = 0; i < count; i++) {
    const record = stateRecord(g, load<u32>(config + i * 8, Config.Threads));
    const edges = tokenEdgeCount(record);
    const at = tokenEdgesAt(record);
    for (let k: u32 = 0; k < edges; k++) {
      if (!edgeTakes(g, load<u32>(at + k * 8), id)) continue;
      closureAdd(load<u32>(at + k * 8, 4), load<u32>(config + i * 8, Config.Threads + 4));
      taken = true;
    }
  }
  return taken ? closureEnd(g) : 0;
}

/// The configuration of the threads of both.
export function unite(g: u32, a: u32, b: u32): u32 {
  closureBegin();
  closureInclude(a);
  closureInclude(b);
  return closureEnd(g);
}
