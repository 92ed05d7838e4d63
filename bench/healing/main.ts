// What healing costs until the first new token:
//   npm run bench:healing -- [--model FILE] [--places n] [--rounds n] [--json]
// "typed": a text is typed, and each keystroke asks, as an editor does; each mode knows what it was asked at the
// keystrokes before. "placed": places apart from each other, the prompt in the cache but for its last character, and
// nothing else known. The modes take turns at every place, so that a busy moment of the machine hits all of them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  CountedSequence,
  generate,
  type HealingMode,
  type LanguageModel,
  type ModelSequence,
  type PromptFacts,
  RememberedRows,
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

type Protocol = "typed" | "placed";
type Samples = ReadonlyMap<HealingMode, readonly Sample[][]>;

const model = await loadModel({ file: values.model, gpu: "cpu" });
const source = readFileSync("src/decoding/frontier.ts", "utf8").slice(0, 1600);
const places: Readonly<Record<Protocol, readonly number[]>> = {
  typed: Array.from({ length: Number(values.places) * 4 }, (_, i) => 700 + i),
  placed: Array.from({ length: Number(values.places) }, (_, i) => 700 + i * 13),
};

async function measure(protocol: Protocol): Promise<Samples> {
  const at = places[protocol];
  const samples = new Map<HealingMode, Sample[][]>(MODES.map((mode) => [mode, at.map(() => [])]));
  const opened: ModelSequence[] = [];
  for (const _ of MODES) opened.push(await model.openSequence());
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, place] of at.entries()) {
      const text = source.slice(0, place);
      for (const [m, mode] of MODES.entries()) {
        const sequence = protocol === "typed" ? opened[m]! : opened[0]!;
        if (protocol === "placed") {
          RememberedRows.forget(model);
          await first(model, sequence, text.slice(0, -1), "none");
        }
        const sample = await first(model, sequence, text, mode);
        // The first round fills caches.
        if (round > 0) samples.get(mode)![i]!.push(sample);
      }
    }
  }
  for (const sequence of opened) await sequence.dispose();
  return samples;
}

function summary(protocol: Protocol, samples: Samples) {
  const none = samples.get("none")!;
  return MODES.map((mode) => {
    const at = samples.get(mode)!;
    const ratios = (of: (sample: Sample) => number) =>
      median(at.flatMap((list, i) => list.map((sample, k) => of(sample) / of(none[i]![k]!))));
    // Of a place, the least of all rounds: without what a busy machine adds.
    const least = (of: (sample: Sample) => number) => {
      const meanOf = (places: readonly (readonly Sample[])[]) =>
        mean(places.map((list) => Math.min(...list.map(of))));
      return meanOf(at) / meanOf(none);
    };
    const all = at.flat();
    return {
      protocol,
      mode,
      millis: median(all.map(({ micros }) => micros)) / 1000,
      ratio: ratios(({ micros }) => micros),
      meanRatio: least(({ micros }) => micros),
      cpuMillis: median(all.map(({ cpuMicros }) => cpuMicros)) / 1000,
      cpuRatio: ratios(({ cpuMicros }) => cpuMicros),
      meanCpuRatio: least(({ cpuMicros }) => cpuMicros),
      evaluations: mean(all.map(({ evaluations }) => evaluations)),
      bytes: mean(all.map(({ bytes }) => bytes)),
    };
  });
}

const results = [...summary("typed", await measure("typed")), ...summary("placed", await measure("placed"))];
if (values.json) console.log(JSON.stringify({ device: model.info.device, results }));
else {
  console.log(`${model.info.name}, ${model.info.device}: to the first new token`);
  console.table(
    Object.fromEntries(
      results.map(({ protocol, mode, ...numbers }) => [
        `${protocol}, ${mode}`,
        Object.fromEntries(Object.entries(numbers).map(([key, x]) => [key, Number(x.toPrecision(3))])),
      ]),
    ),
  );
}
await model.dispose();
