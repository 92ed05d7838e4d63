// node test/fuzz/run.mjs [--count N] [--front-end NAME] [--seed N] [--limit MS]
//
// Runs N cases against each front end and loader, or the one named: ebnf, gbnf, lark, regex,
// json-schema, structural-tag, printers, prechecks, programs, parts. Case i is made of the seed S + i alone, so that
// `--seed` with the number of a failure and `--count 1` runs it again.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { describeFailure } from "./campaign.ts";
import type { FuzzFailure } from "./target.ts";
import type { FuzzJob } from "./worker.ts";

const NAMES = [
  "ebnf",
  "gbnf",
  "lark",
  "regex",
  "json-schema",
  "structural-tag",
  "printers",
  "prechecks",
  "programs",
  "parts",
];
const HANG_MS = 60_000;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    "front-end": { type: "string" },
    seed: { type: "string", default: "1" },
    limit: { type: "string", default: "1000" },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
const names = values["front-end"] === undefined ? NAMES : values["front-end"].split(",");
const unknown = names.filter((name) => !NAMES.includes(name));
if (unknown.length > 0 || !(count > 0) || !Number.isInteger(seed)) {
  console.error(`--front-end is one of ${NAMES.join(", ")}; --count and --seed are numbers`);
  process.exit(2);
}

let found = 0;
for (const name of names) {
  const begun = performance.now();
  const failures = await runTarget(name);
  found += failures.length;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${name}: ${count} cases, ${failures.length} kinds of failures, ${seconds} s`);
  for (const failure of failures) console.log(`  ${describeFailure(failure)}`);
}
process.exit(found === 0 ? 0 : 1);

/// Runs a target in a thread of its own. A case that hangs ends the thread; the next goes on after it.
async function runTarget(name: string): Promise<FuzzFailure[]> {
  const all: FuzzFailure[] = [];
  for (let from = seed; from < seed + count; ) {
    const progress = new Int32Array(new SharedArrayBuffer(8));
    progress[0] = from;
    const job: FuzzJob = {
      wasmFile: `${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`,
      target: name,
      seed: from,
      count: seed + count - from,
      limitMs: Number(values.limit),
      progress,
    };
    const failures = await runJob(job);
    if (failures !== "hang") return [...all, ...failures];
    const hung = progress[0]!;
    all.push({
      target: name,
      seed: hung,
      message: `over ${HANG_MS} ms`,
      input: "made by this seed",
      also: 0,
    });
    from = hung + 1;
  }
  return all;
}

function runJob(job: FuzzJob): Promise<FuzzFailure[] | "hang"> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL("./worker.mjs", import.meta.url)), { workerData: job });
    let last = -1;
    const timer = setInterval(async () => {
      if (job.progress[1] !== last) {
        last = job.progress[1]!;
        return;
      }
      clearInterval(timer);
      await worker.terminate();
      resolve("hang");
    }, HANG_MS);
    worker.once("message", (failures: FuzzFailure[]) => {
      clearInterval(timer);
      void worker.terminate();
      resolve(failures);
    });
    worker.once("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
  });
}
