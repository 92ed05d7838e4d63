// Runs the cases of one target; the parent watches `progress` and ends this thread if a case hangs.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { campaign, SLOW } from "./campaign.ts";
import { fuzzTargets } from "./targets.ts";

export interface FuzzJob {
  readonly wasmFile: string;
  readonly target: string;
  readonly seed: number;
  readonly count: number;
  /// Milliseconds of CPU time that one case may take.
  readonly limitMs: number;
  /// The seed of the case that runs, and how many were started.
  readonly progress: Int32Array;
}

const { wasmFile, target: name, seed, count, limitMs, progress } = workerData as FuzzJob;
const [target] = await fuzzTargets(readFileSync(wasmFile), name);
if (target === undefined) throw new Error(`there is no target ${name}`);

const limit = target.isSlow ? 10 * limitMs : limitMs;
const failures = await campaign(target, seed, count, {
  around(own) {
    Atomics.store(progress, 0, own);
    Atomics.add(progress, 1, 1);
    const wall = performance.now();
    const cpu = process.cpuUsage();
    return () => {
      // The clock also counts what other processes took.
      if (performance.now() - wall < limit) return undefined;
      const { user, system } = process.cpuUsage(cpu);
      const took = (user + system) / 1000;
      return took < limit ? undefined : `${SLOW}${Math.round(took)} ms`;
    };
  },
});
parentPort!.postMessage(failures);
