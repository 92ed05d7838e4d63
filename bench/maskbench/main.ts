// node bench/maskbench/run.mjs --data FILE.jsonl.gz [--engine tokensieve|xgrammar|both] [--limit N]
//   [--skip N] [--every N] [--timeout MS] [--out FILE] [--json] [--ratchet FILE]
// With --ratchet, tokensieve's outcomes are compared with the file's: one that is worse makes the exit
// status 1. UPDATE_GOLDEN=1 writes the run's outcomes into the file instead.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { BenchEngineName } from "./bench-engine.ts";
import { readDataset } from "./dataset.ts";
import { distribution } from "./distribution.ts";
import { type Spread, type Summary, summarize } from "./outcome.ts";
import { BenchRun } from "./parent.ts";
import { compareRatchet, formatRatchet, mergeRatchet, parseRatchet, ratchetOf } from "./ratchet.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    engine: { type: "string", default: "both" },
    limit: { type: "string" },
    skip: { type: "string", default: "0" },
    every: { type: "string", default: "1" },
    timeout: { type: "string", default: "30000" },
    out: { type: "string" },
    json: { type: "boolean", default: false },
    ratchet: { type: "string" },
  },
});
if (values.data === undefined) throw new Error("--data FILE.jsonl.gz is needed");
const names: BenchEngineName[] =
  values.engine === "both" ? ["tokensieve", "xgrammar"] : [values.engine as BenchEngineName];
const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));
const runs = names.map((name) => new BenchRun(name, childFile, Number(values.timeout)));
const skip = Number(values.skip);
/// One of so many schemas is run: a sample of the whole file.
const every = Number(values.every);
const end = skip + (values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit));

let n = 0;
for await (const schema of readDataset(values.data)) {
  if (n >= end) break;
  if (n++ < skip || n % every !== 0) continue;
  // Engines take turns schema by schema, so that what else the machine does hits both.
  for (const run of runs) await run.run(schema);
  if (runs[0]!.outcomes.length % 50 === 0) {
    const passing = runs.map((run) => run.outcomes.filter((o) => o.kind === "pass").length);
    console.error(`${runs[0]!.outcomes.length} schemas; passing: ${passing.join(" / ")}`);
  }
}
for (const run of runs) run.stop();

const summaries = runs.map((run) => summarize(run.engine, run.outcomes, run.memory));
const ratios = summaries.length === 2 ? ratio(summaries[0]!, summaries[1]!) : undefined;
if (values.out !== undefined) {
  const outcomes = Object.fromEntries(
    runs.map((run) => [
      run.engine,
      run.outcomes.map(({ id, kind, detail, ttfm, masks }) => ({
        id,
        kind,
        detail,
        ttfm: ttfm === undefined ? undefined : Math.round(ttfm),
        slowestMask: masks.length === 0 ? undefined : Math.round(Math.max(...masks)),
      })),
    ]),
  );
  const distributions = Object.fromEntries(
    runs.map(({ engine, outcomes }) => [
      engine,
      {
        ttfm: distribution(outcomes.flatMap(({ ttfm }) => (ttfm === undefined ? [] : [ttfm]))),
        tbm: distribution(outcomes.flatMap(({ masks }) => masks)),
      },
    ]),
  );
  writeFileSync(
    values.out,
    `${JSON.stringify({ summaries, ratios, distributions, outcomes }, undefined, 1)}\n`,
  );
}
if (values.json) {
  console.log(
    JSON.stringify(summaries.length === 1 ? summaries[0] : { engines: summaries, ratios }, undefined, 2),
  );
} else {
  for (const summary of summaries) console.log(summary);
  if (ratios) console.log("first / second:", ratios);
}
if (values.ratchet !== undefined) ratchet(values.ratchet);

function ratchet(file: string): void {
  const run = runs.find(({ engine }) => engine === "tokensieve");
  if (run === undefined) throw new Error("--ratchet is for the engine tokensieve");
  const now = ratchetOf(run.outcomes);
  const committed = existsSync(file) ? parseRatchet(readFileSync(file, "utf8")) : new Map();
  const { worse, better, otherwise, unknown } = compareRatchet(committed, now);
  for (const line of worse) console.error(`worse     ${line}`);
  for (const line of better) console.error(`better    ${line}`);
  for (const line of otherwise) console.error(`otherwise ${line}`);
  console.error(
    `ratchet: ${worse.length} worse, ${better.length} better, ${otherwise.length} for another reason, ` +
      `${unknown.length} not in ${file}, of ${now.size}`,
  );
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, formatRatchet(mergeRatchet(committed, now)));
  else {
    if (better.length + otherwise.length + unknown.length > 0)
      console.error("UPDATE_GOLDEN=1 writes this run's outcomes into the file");
    if (worse.length > 0) process.exitCode = 1;
  }
}

function ratio(a: Summary, b: Summary) {
  const of = (x: Spread, y: Spread) => {
    const keys = ["avg", "p50", "p90", "p99", "p999", "max"] as const;
    return Object.fromEntries(keys.map((key) => [key, Math.round((x[key] / y[key]) * 1000) / 1000]));
  };
  return { ttfm: of(a.ttfm, b.ttfm), tbm: of(a.tbm, b.tbm) };
}
