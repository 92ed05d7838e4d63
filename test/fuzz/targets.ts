import { frontEnds } from "./front-ends.ts";
import { parts, precheckFiles, programs } from "./loaders.ts";
import type { FuzzTarget } from "./target.ts";

/// All that is fuzzed; `name` narrows it down to one target.
export async function fuzzTargets(wasm: Uint8Array, name?: string): Promise<FuzzTarget<unknown>[]> {
  const loaders = [await precheckFiles(wasm), await programs(wasm), parts(wasm)];
  const all = [...frontEnds(wasm), ...loaders] as FuzzTarget<unknown>[];
  return all.filter((target) => name === undefined || target.name === name);
}
