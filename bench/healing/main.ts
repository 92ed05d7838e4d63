// What healing costs until the first new token, with the prompt in the cache but for what was just typed:
//   node bench/healing/run.mjs [--model FILE] [--places n] [--rounds n] [--json]
// The modes take turns at every place of a text, so that a busy moment of the machine hits all of them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  CountedSequence,
  generate,
  type HealingMode,
  type LanguageModel,
  type ModelSequence,
  type PromptFacts,
} from "../../src/decoding/index.ts";
import { loadModel } from "../../src/runtime/index.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/tokensieve-mini.gguf" },
    places: { type: "string", default: "60" },
    rounds: { type: "string", default: "9" },
    json: { type: "boolean", default: false },
  },
});

const MODES: readonly HealingMode[] = ["none", "token", "exact"];

interface Sample {
  readonly micros: number;
  /// Of all threads: what a busy machine does not change.
  readonly cpuMicros: number;
  readonly evaluations: number;
  readonly bytes: number;
}

async function first(
  model: LanguageModel,
  sequence: ModelSequence,
  text: string,
  healing: HealingMode,
): Promise<Sample> {
  const counted = new CountedSequence(sequence);
  let facts: PromptFacts | undefined;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const stream = generate(model, counted, {
    prompt: { kind: "text", text },
    healing,
    probabilities: false,
    onPrompt: (prompt) => {
      facts = prompt;
    },
  });
  // Tokens that only spell the prompt's end again add nothing.
  while (facts === undefined) await stream.next();
  const micros = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  await stream.return({ text: "", tokens: [], finish: "stop" });
  return { micros, cpuMicros: user + system, evaluations: counted.evaluations, bytes: facts.healedBytes };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

const model = await loadModel({ file: values.model, gpu: "cpu" });
const sequence = await model.openSequence();
const source = readFileSync("src/decoding/frontier.ts", "utf8").slice(0, 1600);
const places = Array.from({ length: Number(values.places) }, (_, i) => 700 + i * 13);
const samples = new Map<HealingMode, Sample[][]>(MODES.map((mode) => [mode, places.map(() => [])]));
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [i, place] of places.entries()) {
    const text = source.slice(0, place);
    // All but the last characters are there from the keystroke before.
    for (const mode of MODES) {
      await first(model, sequence, text.slice(0, -1), "none");
      const sample = await first(model, sequence, text, mode);
      // The first round fills caches.
      if (round > 0) samples.get(mode)![i]!.push(sample);
    }
  }
}
const results = MODES.map((mode) => {
  const at = samples.get(mode)!;
  const none = samples.get("none")!;
  const ratios = (of: (sample: Sample) => number) =>
    median(at.flatMap((list, i) => list.map((sample, k) => of(sample) / of(none[i]![k]!))));
  const all = at.flat();
  return {
    mode,
    millis: median(all.map(({ micros }) => micros)) / 1000,
    ratio: ratios(({ micros }) => micros),
    cpuMillis: median(all.map(({ cpuMicros }) => cpuMicros)) / 1000,
    cpuRatio: ratios(({ cpuMicros }) => cpuMicros),
    evaluations: mean(all.map(({ evaluations }) => evaluations)),
    bytes: mean(all.map(({ bytes }) => bytes)),
  };
});
if (values.json) console.log(JSON.stringify({ device: model.info.device, results }));
else {
  console.log(`${model.info.name}, ${model.info.device}: to the first new token`);
  console.table(
    Object.fromEntries(
      results.map(({ mode, ...numbers }) => [
        mode,
        Object.fromEntries(Object.entries(numbers).map(([key, x]) => [key, Number(x.toPrecision(3))])),
      ]),
    ),
  );
}
await model.dispose();
