import { frontEnds } from "./front-ends.ts";
import { precheckFiles, programs } from "./loaders.ts";
import type { FuzzTarget } from "./target.ts";

/// All that is fuzzed; `name` narrows it down to one target.
export async function fuzzTargets(wasm: Uint8Array, name?: string): Promise<FuzzTarget<unknown>[]> {
  const all = [...frontEnds(wasm), await precheckFiles(wasm), await programs(wasm)] as FuzzTarget<unknown>[];
  return all.filter((target) => name === undefined || target.name === name);
}
