// node bench/common/run.mjs parity [--data FILE.jsonl.gz] [--every N] [--vocabularies a,b] [--arms same,own]
//   [--texts N] [--timeout MS] [--out FILE] [--json]
//
// Compares the masks of both engines bit by bit along texts: the accepted examples of grammars/, and
// the valid instances of every N-th schema of a MaskBench file; of each at most `--texts`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VOCABULARIES } from "../common/vocabularies.ts";
import { WorkerProcess } from "../common/worker-process.ts";
import { readDataset } from "../maskbench/dataset.ts";
import { type ArmSummary, ParityRecord, showSummary } from "./summary.ts";
import type { ParityAnswer, ParityTask } from "./task.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    every: { type: "string", default: "20" },
    vocabularies: { type: "string", default: VOCABULARIES.join(",") },
    arms: { type: "string", default: "same,own" },
    texts: { type: "string", default: "1000" },
    timeout: { type: "string", default: "60000" },
    out: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const arms = values.arms.split(",") as ParityTask["arm"][];
const tasks = [...shippedTasks(), ...(await schemaTasks())].map((task) => ({
  ...task,
  texts: task.texts.slice(0, Number(values.texts)),
}));
const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));

const summaries: ArmSummary[] = [];
for (const vocabulary of values.vocabularies.split(",")) {
  for (const arm of arms) {
    const child = new WorkerProcess<ParityTask, ParityAnswer>(childFile, [vocabulary]);
    const record = new ParityRecord(vocabulary, arm);
    const own = tasks.filter((task) => task.arm === arm);
    for (const [i, task] of own.entries()) {
      record.add(task, await child.ask(task, Number(values.timeout)));
      if (i % 50 === 49) console.error(`${vocabulary}, ${arm}: ${i + 1} of ${own.length}`);
    }
    child.stop();
    summaries.push(record.summary());
  }
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(summaries, undefined, 1)}\n`);
if (values.json) console.log(JSON.stringify(summaries, undefined, 1));
else for (const summary of summaries) console.log(showSummary(summary));
// A difference that is ours is a bug.
process.exit(summaries.some((s) => s.verdicts.ours > 0) ? 1 : 0);

function shippedTasks(): ParityTask[] {
  const read = (file: string) => readFileSync(`grammars/${file}`, "utf8");
  return (JSON.parse(read("manifest.json")) as { id: string; file: string }[]).map(({ id, file }) => ({
    id,
    arm: "same",
    source: { kind: "ebnf", text: read(file) },
    texts: (JSON.parse(read(`${id}/examples.json`)) as { accept: string[] }).accept,
  }));
}

async function schemaTasks(): Promise<ParityTask[]> {
  if (values.data === undefined) return [];
  const made: ParityTask[] = [];
  let n = 0;
  for await (const { id, schema, tests } of readDataset(values.data)) {
    if (n++ % Number(values.every) !== 0) continue;
    const texts = tests.filter((test) => test.valid).map((test) => test.text);
    if (texts.length === 0) continue;
    const source = { kind: "json-schema", text: schema, whitespace: "spaced" } as const;
    for (const arm of arms) made.push({ id, arm, source, texts });
  }
  return made;
}
