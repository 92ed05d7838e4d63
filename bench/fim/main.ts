// npm run bench:fim -- [--model FILE] [--format auto|plain|fim] [--cases N] [--seed N] [--workers N]
//   [--gpu auto|cpu] [--fresh] [--show N] [--json] [--out FILE]
// npm run bench:fim -- plot RUN.json PLOT.svg
//
// Completions at cursors that cut words, numbers, strings and white space, of source files that no bundled
// model was trained on: without healing, with the last token taken back, with exact healing, and as the editor
// does it, which is exact healing and then the line that joins best with the text behind the cursor.
//
// `--cases`: of each stratum, three times as many within names. What is done is kept in out/fim, and a run
// that was broken off goes on; `--fresh` starts anew. `--show`: so many cases in which the arms differ, as text.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError, renderDiagnostic } from "../../src/base/diagnostic.ts";
import { readTokenizerFile } from "../../src/runtime/index.ts";
import { heldOutFiles } from "../common/held-out/files.ts";
import { WorkerProcess } from "../common/worker-process.ts";
import type { CaseOutcome, FimCase } from "./case.ts";
import type { FimAnswer, FimTask } from "./child.ts";
import { type FimOptions, parseOptions } from "./options.ts";
import { pickCases } from "./pick.ts";
import { Results } from "./results.ts";
import { showCases, showSummary } from "./show.ts";
import { scoreCases, summarise } from "./summary.ts";

const TIMEOUT_MS = 120_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  for (const diagnostic of error.diagnostics) console.error(renderDiagnostic(diagnostic));
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const { model, format, gpu, seed } = options;
  const tokenizer = await readTokenizerFile(model);
  if (format === "fim" && tokenizer.vocabulary.fim === undefined) {
    throw new InputError({
      code: "model-has-no-fim",
      severity: "error",
      message: `${model} has no FIM tokens`,
      location: { kind: "file", file: model },
      hint: "Run it without --format fim: the text before the cursor is continued then.",
    });
  }
  const files = heldOutFiles((specifier) => console.error(`fetching ${specifier}`));
  const cases = pickCases(files, {
    seed,
    perStratum: options.cases,
    encode: (text) => tokenizer.encode(text),
  });
  const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));
  const results = new Results(`out/fim/${runKey(childFile, options)}`);
  if (options.fresh) results.clear();
  const known = results.read();
  const open = cases.filter(({ id }) => !known.has(id));
  console.error(`${cases.length} cases, ${cases.length - open.length} of them done before`);
  const failures = await runAll(open, results, childFile, [model, format, gpu], options.workers);
  const outcomes = results.read();
  const scored = scoreCases(cases, outcomes);
  const groups = summarise(scored, seed);
  const run = { model, format, seed, failures, groups };
  const text = `${JSON.stringify(run, undefined, 1)}\n`;
  if (options.out !== undefined) writeFileSync(options.out, text);
  if (options.json) process.stdout.write(text);
  else if (groups.length > 0) console.log(showSummary(groups));
  if (options.show > 0) console.error(showCases(scored, outcomes, options.show));
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
function runKey(childFile: string, { model, format }: FimOptions): string {
  const hash = createHash("sha256").update(format);
  hash.update(readFileSync(model)).update(readFileSync(childFile));
  return hash.digest("hex").slice(0, 16);
}
