// Tokens a second with a grammar and without, with forced text and without:
//   node bench/decoding/run.mjs [--engine tokensieve|xgrammar] [--model FILE] [--temperature t]
//     [--tokens n] [--rounds n] [--probabilities] [--json]
// Rounds of all cases are interleaved, so that a busy moment of the machine hits all of them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generate, type LanguageModel, type ModelSequence } from "../../src/decoding/index.ts";
import { type CompiledGrammar, type GrammarEngine, XGrammarEngine } from "../../src/engine/index.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { loadModel } from "../../src/runtime/index.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "tokensieve" },
    model: { type: "string", default: "models/tokensieve-mini.gguf" },
    tokens: { type: "string", default: "200" },
    rounds: { type: "string", default: "7" },
    temperature: { type: "string", default: "0.8" },
    probabilities: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

/// An object whose keys and layout are fixed, as a schema without choices makes it.
const RECORD = String.raw`root ::= "{\"name\": " string ", \"description\": " string ", \"version\": " string ", \"count\": " number ", \"private\": " ("true" | "false") "}\n" root?
string ::= "\"" [a-zA-Z0-9 .-]{4,24} "\""
number ::= [1-9] [0-9]{0,3}
`;

interface Case {
  readonly name: string;
  readonly prompt: string;
  readonly grammar?: string;
  readonly jumpForward: boolean;
}

const shipped = (file: string) => readFileSync(`grammars/${file}`, "utf8");
const grammars = [
  { name: "json", prompt: "// package.json\n", grammar: shipped("json/json.ebnf") },
  { name: "sql", prompt: "-- all customers\n", grammar: shipped("sql-select/sql-select.ebnf") },
  { name: "record", prompt: "// packages\n", grammar: RECORD },
];
const cases: Case[] = [
  { name: "free", prompt: "import { readFile } from ", jumpForward: true },
  ...grammars.flatMap((grammar) => [
    { ...grammar, jumpForward: true },
    { ...grammar, name: `${grammar.name}, no jumps`, jumpForward: false },
  ]),
];

interface Sums {
  tokens: number;
  bytes: number;
  forced: number;
  sampled: number;
  micros: number;
  /// Of all threads: what a busy machine does not change.
  cpuMicros: number;
  maskMicros: number;
}

/// Generates until there are `tokens`, anew where the grammar ends. Prompts are not in the figures.
async function measure(
  model: LanguageModel,
  sequence: ModelSequence,
  grammar: CompiledGrammar | undefined,
  { prompt, jumpForward }: Case,
  tokens: number,
  seed: number,
): Promise<Sums> {
  const sums = { tokens: 0, bytes: 0, forced: 0, sampled: 0, micros: 0, cpuMicros: 0, maskMicros: 0 };
  for (let run = 0; sums.tokens < tokens; run++) {
    const matcher = grammar?.createMatcher();
    const stream = generate(model, sequence, {
      prompt: { kind: "text", text: prompt },
      ...(matcher && { matcher }),
      // Never so few that all of them are forced.
      maxTokens: tokens,
      sampling: { temperature: Number(values.temperature), seed: seed * 1000 + run },
      jumpForward,
      probabilities: values.probabilities,
    });
    let started: number | undefined;
    let cpu = process.cpuUsage();
    for await (const step of stream) {
      // The first sampled token waits for the prompt.
      if (started !== undefined) {
        sums.tokens++;
        sums.bytes += step.bytes.length;
        if (step.origin === "forced") sums.forced++;
        else sums.sampled++;
        sums.maskMicros += step.maskMicros;
      } else if (step.origin === "sampled") {
        started = performance.now();
        cpu = process.cpuUsage();
      }
    }
    if (started !== undefined) {
      const { user, system } = process.cpuUsage(cpu);
      sums.cpuMicros += user + system;
      sums.micros += (performance.now() - started) * 1000;
    }
    matcher?.dispose();
  }
  return sums;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

const engine: GrammarEngine =
  values.engine === "xgrammar"
    ? new XGrammarEngine({ workerUrl: new URL("../../src/engine/xgrammar/worker.mjs", import.meta.url) })
    : new KernelEngine({ wasm: readFileSync("out/kernel/kernel.wasm") });
const model = await loadModel({ file: values.model, gpu: "auto" });
const sequence = await model.openSequence();
const compiled = new Map<string, CompiledGrammar>();
for (const { grammar } of grammars) {
  const result = await engine.compile({ kind: "ebnf", text: grammar }, model.tokenizer.vocabulary);
  if (!result.ok) throw new Error(result.diagnostics.map((d) => d.message).join("\n"));
  compiled.set(grammar, result.grammar);
}

const rounds: Sums[][] = [];
for (let round = 0; round <= Number(values.rounds); round++) {
  const row: Sums[] = [];
  for (const one of cases) {
    const grammar = one.grammar === undefined ? undefined : compiled.get(one.grammar);
    row.push(await measure(model, sequence, grammar, one, Number(values.tokens), round));
  }
  // The first round fills caches.
  if (round > 0) rounds.push(row);
}

const perSecond = (sums: Sums) => (sums.tokens * 1e6) / sums.micros;
const perCpuSecond = (sums: Sums) => (sums.tokens * 1e6) / sums.cpuMicros;
const results = cases.map(({ name }, i) => {
  const runs = rounds.map((row) => row[i]!);
  return {
    name,
    tokensPerSecond: median(runs.map(perSecond)),
    bytesPerSecond: median(runs.map((sums) => (sums.bytes * 1e6) / sums.micros)),
    // Within a round, where both ran in the same moment.
    ratioToFree: median(rounds.map((row) => perSecond(row[i]!) / perSecond(row[0]!))),
    cpuRatioToFree: median(rounds.map((row) => perCpuSecond(row[i]!) / perCpuSecond(row[0]!))),
    forcedShare: median(runs.map((sums) => sums.forced / sums.tokens)),
    maskMicros: median(runs.map((sums) => sums.maskMicros / Math.max(1, sums.sampled))),
    cpuMicrosPerToken: median(runs.map((sums) => sums.cpuMicros / sums.tokens)),
    stepMicros: median(runs.map((sums) => sums.micros / Math.max(1, sums.sampled))),
  };
});
if (values.json) console.log(JSON.stringify({ engine: engine.name, device: model.info.device, results }));
else {
  console.log(`${engine.name}, ${model.info.name}, ${model.info.device}`);
  console.table(
    Object.fromEntries(
      results.map(({ name, ...numbers }) => [
        name,
        Object.fromEntries(Object.entries(numbers).map(([key, x]) => [key, Number(x.toPrecision(3))])),
      ]),
    ),
  );
}
await model.dispose();
engine.dispose();
