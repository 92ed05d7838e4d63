// npm run bench:structural-tag -- [--engine tokensieve|xgrammar|both] [--tools 128,512] [--rounds 5]
//   [--timeout MS] [--json] [--out FILE]
// A tag of so many tools: from its text to the first mask (the first time in a process, and the median
// of the others), and the time a mask along an answer of free text and calls.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WorkerProcess } from "../common/worker-process.ts";
import type { Measurement, Task } from "./measurement.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "both" },
    tools: { type: "string", default: "128,512" },
    rounds: { type: "string", default: "5" },
    timeout: { type: "string", default: "120000" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const names = values.engine === "both" ? ["tokensieve", "xgrammar"] : [values.engine];
const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));

interface Row {
  readonly engine: string;
  readonly tools: number;
  /// How the engine failed, and nothing else.
  readonly failure?: string;
  readonly tagBytes?: number;
  readonly compileMs?: { readonly first: number; readonly median: number };
  readonly ttfmMs?: { readonly first: number; readonly median: number };
  readonly ttfmUserMs?: { readonly first: number; readonly least: number };
  readonly tbmMicros?: Readonly<Record<"free" | "call" | "freeAgain" | "callAgain", Spread>>;
  readonly refused?: number;
}

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const rows: Row[] = [];
for (const tools of values.tools.split(",").map(Number)) {
  // Engines take turns, each in a process that has compiled nothing before.
  for (const engine of names) {
    const child = new WorkerProcess<Task, Measurement>(childFile, [engine]);
    const answer = await child.ask({ tools, rounds: Number(values.rounds) }, Number(values.timeout));
    child.stop();
    rows.push(typeof answer === "string" ? { engine, tools, failure: answer } : rowOf(engine, answer));
  }
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(rows, undefined, 1)}\n`);
if (values.json) console.log(JSON.stringify(rows, undefined, 2));
else console.table(rows.map(flat));

function rowOf(engine: string, m: Measurement): Row {
  return {
    engine,
    tools: m.tools,
    tagBytes: m.tagBytes,
    compileMs: firstAndMedian(m.compile),
    ttfmMs: firstAndMedian(m.ttfm),
    ttfmUserMs: { first: round(m.ttfmUser[0]!), least: round(Math.min(...m.ttfmUser)) },
    tbmMicros: {
      free: spread(m.masks.free),
      call: spread(m.masks.call),
      freeAgain: spread(m.again.free),
      callAgain: spread(m.again.call),
    },
    refused: m.refused,
  };
}

function flat({ engine, tools, failure, compileMs, ttfmMs, ttfmUserMs, tbmMicros, refused }: Row) {
  if (!ttfmMs || !tbmMicros) return { engine, tools, failure };
  const of = ({ p50, p99, max }: Spread) => `${p50} / ${p99} / ${max}`;
  return {
    engine,
    tools,
    "compile ms: first, median": `${compileMs!.first}, ${compileMs!.median}`,
    "TTFM ms: first, median": `${ttfmMs.first}, ${ttfmMs.median}`,
    "TTFM user ms: first, least": `${ttfmUserMs!.first}, ${ttfmUserMs!.least}`,
    "TBM µs p50/p99/max: text": of(tbmMicros.free),
    "text again": of(tbmMicros.freeAgain),
    calls: of(tbmMicros.call),
    "calls again": of(tbmMicros.callAgain),
    refused,
  };
}

function firstAndMedian([first, ...others]: readonly number[]) {
  const sorted = others.toSorted((a, b) => a - b);
  return { first: round(first!), median: round(sorted[sorted.length >> 1] ?? first!) };
}

function spread(micros: readonly number[]): Spread {
  const sorted = micros.toSorted((a, b) => a - b);
  const at = (p: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
