// npm run bench:fim -- [--model FILE] [--format auto|plain|fim] [--cases N] [--seed N] [--workers N]
//   [--gpu auto|cpu] [--fresh] [--show N] [--json] [--out FILE]
// npm run bench:fim -- plot RUN.json PLOT.svg
//
// Completions at cursors that cut words, numbers, strings and white space, of source files that no bundled
// model was trained on: without healing, with the last token taken back, with exact healing, and with the
// suffix ranking middles on top. `--cases`: of each stratum. What is done is kept in out/fim, and a run that
// was broken off goes on; `--fresh` starts anew. `--show`: so many cases in which the arms differ, as text.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { InputError, renderDiagnostic } from "../../src/base/diagnostic.ts";
import { readTokenizerFile } from "../../src/runtime/index.ts";
import { heldOutFiles } from "../common/held-out/files.ts";
import { WorkerProcess } from "../common/worker-process.ts";
import type { CaseOutcome, FimCase } from "./case.ts";
import type { FimAnswer, FimTask } from "./child.ts";
import { pickCases } from "./pick.ts";
import { Results } from "./results.ts";
import { showCases, showSummary } from "./show.ts";
import { scoreCases, summarise } from "./summary.ts";

const TIMEOUT_MS = 120_000;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/tokensieve-mini.gguf" },
    format: { type: "string", default: "auto" },
    cases: { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    gpu: { type: "string", default: "auto" },
    fresh: { type: "boolean", default: false },
    show: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  for (const diagnostic of error.diagnostics) console.error(renderDiagnostic(diagnostic));
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const format = oneOf("format", values.format, ["auto", "plain", "fim"]);
  const gpu = oneOf("gpu", values.gpu, ["auto", "cpu"]);
  const [perStratum, seed, workers, shown] = [
    number("cases", values.cases, 1),
    number("seed", values.seed, 0),
    number("workers", values.workers, 1),
    number("show", values.show, 0),
  ];
  const tokenizer = await readTokenizerFile(values.model);
  if (format === "fim" && tokenizer.vocabulary.fim === undefined) {
    throw badOption("bench-model-has-no-fim", `${values.model} has no FIM tokens`, "Leave --format out.");
  }
  const files = heldOutFiles((specifier) => console.error(`fetching ${specifier}`));
  const cases = pickCases(files, { seed, perStratum, encode: (text) => tokenizer.encode(text) });
  const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));
  const results = new Results(`out/fim/${runKey(childFile, format)}`);
  if (values.fresh) results.clear();
  const known = results.read();
  const open = cases.filter(({ id }) => !known.has(id));
  console.error(`${cases.length} cases, ${cases.length - open.length} of them done before`);
  const failures = await runAll(open, results, childFile, [values.model, format, gpu], workers);
  const outcomes = results.read();
  const scored = scoreCases(cases, outcomes);
  const groups = summarise(scored, seed);
  const run = { model: values.model, format, seed, failures, groups };
  const text = `${JSON.stringify(run, undefined, 1)}\n`;
  if (values.out !== undefined) writeFileSync(values.out, text);
  if (values.json) process.stdout.write(text);
  else console.log(showSummary(groups));
  if (shown > 0) console.log(showCases(scored, outcomes, shown));
  for (const { id, error } of failures) console.error(`${id}: ${error}`);
  if (failures.length > 0) process.exitCode = 1;
}

interface Failure {
  readonly id: string;
  readonly error: string;
}

/// Workers take cases in turn.
async function runAll(
  open: readonly FimCase[],
  results: Results,
  childFile: string,
  args: readonly string[],
  workers: number,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  let next = 0;
  const work = async () => {
    const child = new WorkerProcess<FimTask, FimAnswer>(childFile, args);
    while (next < open.length) {
      const turn = next++;
      const one = open[turn]!;
      const answer = await child.ask({ one, turn }, TIMEOUT_MS);
      if (typeof answer !== "string" && "arms" in answer) results.add(answer as CaseOutcome);
      else failures.push({ id: one.id, error: typeof answer === "string" ? answer : answer.error });
      if (turn % 100 === 99) console.error(`${turn + 1} of ${open.length}`);
    }
    child.stop();
  };
  await Promise.all(Array.from({ length: Math.min(workers, open.length) }, work));
  return failures;
}

/// What an outcome depends on besides the case: the model, the prompt's format, and the program.
function runKey(childFile: string, format: string): string {
  const hash = createHash("sha256").update(format);
  hash.update(readFileSync(values.model)).update(readFileSync(childFile));
  return hash.digest("hex").slice(0, 16);
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw badOption("bench-option", `--${option} ${value} is unknown`, `It is one of ${known.join(", ")}.`);
}

function number(option: string, value: string, least: number): number {
  const parsed = Number(value);
  if (Number.isSafeInteger(parsed) && parsed >= least) return parsed;
  throw badOption("bench-option", `--${option} ${value} is no whole number from ${least} on`, "Give one.");
}

function badOption(code: string, message: string, hint: string): InputError {
  return new InputError({ code, severity: "error", message, hint });
}
