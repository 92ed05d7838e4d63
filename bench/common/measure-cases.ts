import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { MeasuredCase, Measurement } from "./measured-case.ts";
import { WorkerProcess } from "./worker-process.ts";

const ENGINES = ["tokensieve", "xgrammar"] as const;

interface Row {
  readonly id: string;
  readonly vocabulary: string;
  readonly engine: (typeof ENGINES)[number];
  readonly measurement: Measurement;
}

/// Runs the cases in both engines, case by case in turn, each engine in a child process:
/// `[--engine tokensieve|xgrammar] [--vocabulary NAME] [--only PART] [--timeout MS] [--out FILE] [--json]`.
export async function measureCases(title: string, cases: readonly MeasuredCase[]): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "both" },
      vocabulary: { type: "string", default: "llama3" },
      only: { type: "string", default: "" },
      timeout: { type: "string", default: "60000" },
      out: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const engines = ENGINES.filter((name) => values.engine === "both" || values.engine === name);
  if (engines.length === 0) throw new Error(`--engine is ${ENGINES.join(", ")} or both`);
  const childFile = fileURLToPath(new URL("../common/measure-child.mjs", import.meta.url));
  const children = new Map<string, WorkerProcess<MeasuredCase, Measurement>>();
  const rows: Row[] = [];
  for (const measured of cases.filter(({ id }) => id.includes(values.only))) {
    const vocabulary = measured.vocabulary ?? values.vocabulary;
    for (const engine of engines) {
      const key = `${engine} ${vocabulary}`;
      const child = children.get(key) ?? new WorkerProcess(childFile, [engine, vocabulary]);
      children.set(key, child);
      const answer = await child.ask(measured, Number(values.timeout));
      const measurement =
        typeof answer === "string" ? { problem: answer, masks: 0, processBytes: 0 } : answer;
      if (measurement.isBroken) child.stop();
      rows.push({ id: measured.id, vocabulary, engine, measurement });
      if (!values.json) console.log(line(rows.at(-1)!));
    }
  }
  for (const child of children.values()) child.stop();
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify({ title, rows }, undefined, 1)}\n`);
  if (values.json) console.log(JSON.stringify({ title, rows }, undefined, 1));
  else console.log(`\n${markdown(rows, engines)}`);
}

const ms = (micros: number | undefined) => (micros === undefined ? "–" : (micros / 1000).toPrecision(3));
const mb = (bytes: number | undefined) => (bytes === undefined ? "–" : (bytes / (1 << 20)).toFixed(1));

function line({ id, vocabulary, engine, measurement: m }: Row): string {
  const tbm =
    m.tbm === undefined ? "" : `, TBM p50 ${m.tbm.p50} p99 ${m.tbm.p99} max ${m.tbm.max} µs (${m.masks})`;
  const memory = `process +${mb(m.processBytes)} MB, grammar ${mb(m.grammarBytes)} MB`;
  const problem = m.problem === undefined ? "" : ` [${m.problem}]`;
  return `${id} (${vocabulary}) ${engine}: compile ${ms(m.compile)} ms, TTFM ${ms(m.ttfm)} ms${tbm}, ${memory}${problem}`;
}

/// One row a case, the engines side by side.
function markdown(rows: readonly Row[], engines: readonly string[]): string {
  const heads = ["TTFM ms", "TBM p50 µs", "p99 µs", "max µs", "memory MB"];
  const columns = engines.flatMap((engine) => heads.map((head) => `${engine} ${head}`));
  const lines = [`| case | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---|").join("")}`];
  for (const key of new Set(rows.map((row) => `${row.id} (${row.vocabulary})`))) {
    const cells = engines.flatMap((engine) => {
      const row = rows.find((r) => r.engine === engine && `${r.id} (${r.vocabulary})` === key);
      const m = row?.measurement;
      if (m?.tbm === undefined) return [m?.problem ?? "–", "", "", "", ""];
      const note = m.problem === undefined ? "" : ` (${m.problem})`;
      return [
        `${ms(m.ttfm)}${note}`,
        `${m.tbm.p50}`,
        `${m.tbm.p99}`,
        `${m.tbm.max}`,
        mb(m.grammarBytes ?? m.processBytes),
      ];
    });
    lines.push(`| ${key} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}
