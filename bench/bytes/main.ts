// What a next-byte distribution costs. On a model: see model.ts. Without one:
//   node bench/bytes/run.mjs [--tokenizer llama3|o200k_base|cl100k_base|FILE] [--bytes n] [--rounds n]
//     [--exact] [--json]
// The model is a Zipf distribution over a hashed order of the tokens, another for each context, in
// which the text's own tokens rank high, as a model's do. Times are user CPU time, so that a busy
// machine matters less; the model's own is not in them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ByteModel, CoverStream, type CoverTarget, takeBack } from "../../src/bytes/index.ts";
import { NextTokens } from "../../src/bytes/next-tokens.ts";
import type { TokenContext } from "../../src/bytes/token-context.ts";
import { TokenOrder } from "../../src/bytes/token-order.ts";
import {
  huggingFaceTokenizer,
  isBuiltInTokenizerName,
  loadBuiltInTokenizer,
  type Tokenizer,
} from "../../src/tokenizer/index.ts";
import { modelCosts, printCosts } from "./model.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    tokenizer: { type: "string", default: "llama3" },
    bytes: { type: "string", default: "400" },
    rounds: { type: "string", default: "15" },
    exact: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

if (values.model !== undefined) {
  const costs = await modelCosts(values.model, Number(values.bytes), Number(values.rounds));
  if (values.json) console.log(JSON.stringify(costs));
  else printCosts(costs);
  process.exit(0);
}

const loaded = isBuiltInTokenizerName(values.tokenizer)
  ? await loadBuiltInTokenizer(values.tokenizer)
  : huggingFaceTokenizer(readFileSync(values.tokenizer, "utf8"), { name: values.tokenizer });
const { vocabulary } = loaded;
const text = `${readFileSync("src/bytes/cover-stream.ts", "utf8").slice(0, Number(values.bytes) - 12)}; // ünï 例\n`;
const bytes = new TextEncoder().encode(text);
const tokens = loaded.encode(text);

/// Zipf's law over the ids in a hashed order.
const zipf = Float32Array.from({ length: vocabulary.size }, (_, i) => -1.3 * Math.log(i + 2));
const pool = Array.from({ length: 8 }, (_, seed) => {
  const logits = new Float32Array(vocabulary.size);
  const odd = 2 * seed * 7919 + 104729;
  for (let i = 0; i < logits.length; i++) logits[(i * odd) % vocabulary.size] = zipf[i]!;
  return logits;
});

/// Milliseconds of this process's own work.
let modelMillis = 0;
const millis = () => process.cpuUsage().user / 1000 - modelMillis;

function logitsAfter(context: TokenContext): Float32Array {
  const started = process.cpuUsage().user;
  const logits = pool[context.length % pool.length]!.slice();
  const expected = tokens[context.length];
  if (expected !== undefined) logits[expected] = 1;
  modelMillis += (process.cpuUsage().user - started) / 1000;
  return logits;
}

const model = (tokenizer: Tokenizer = { ...wrap(), vocabulary }) =>
  new ByteModel({ tokenizer, evaluate: async (contexts) => contexts.map(logitsAfter) });

/// An object of its own, so that no answers are left from before.
function wrap() {
  return {
    encode: (s: string) => loaded.encode(s),
    cutsAtWords: loaded.cutsAtWords,
    pieceRules: () => loaded.pieceRules?.(),
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

async function timed(rounds: number, run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = millis();
    await run();
    times.push(millis() - started);
  }
  return median(times);
}

/// What a sampler computes anyway.
function softmax(logits: Float32Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += weights[i] = Math.exp(logits[i]! - top);
  for (let i = 0; i < logits.length; i++) weights[i]! /= total;
  return weights;
}

const rounds = Number(values.rounds);
const results: Record<string, number | string> = { tokenizer: vocabulary.name, vocabulary: vocabulary.size };
const started = millis();
const order = TokenOrder.of(vocabulary);
results.orderMillis = millis() - started;
for (let i = 0; i < 3; i++) softmax(pool[i]!);
results.softmaxMillis = await timed(rounds, () => softmax(pool[1]!));
results.nextTokensMillis = await timed(rounds, () => NextTokens.ofLogits(order, pool[1]!));
results.firstDistributionMillis = await timed(rounds, () =>
  CoverStream.open(model(), [], { kind: "all", minShare: 1e-3 }).next(),
);

async function walk(name: string, target: CoverTarget): Promise<void> {
  const shared = model();
  const stream = CoverStream.open(shared, [], target);
  const begun = millis();
  let unchecked = 0;
  let rawSum = 0;
  for (let i = 0; i < bytes.length; i++) {
    await stream.expect(bytes.subarray(i));
    const next = await stream.next();
    unchecked += next.unchecked / bytes.length;
    rawSum += next.rawSum / bytes.length;
    await stream.advance(bytes.subarray(i, i + 1));
  }
  results[`${name}MillisAByte`] = (millis() - begun) / bytes.length;
  results[`${name}ContextsAByte`] = shared.evaluations.contexts / bytes.length;
  results[`${name}BatchesAByte`] = shared.evaluations.batches / bytes.length;
  results[`${name}BitsAByte`] = -stream.logProbability / Math.LN2 / bytes.length;
  results[`${name}DroppedShare`] = stream.dropped.share;
  results[`${name}Unchecked`] = unchecked;
  results[`${name}RawSum`] = rawSum;
}
await walk("all", { kind: "all", minShare: 1e-3, maxHeads: 16 });
await walk("canonical", { kind: "canonical", maxUnchecked: 1e-3, maxChecks: 512 });
if (values.exact) await walk("exact", { kind: "canonical", maxUnchecked: 0 });

// A text whose prompt is healed: only what was taken back is read.
const healer = model(loaded);
const takings: number[] = [];
const healings: number[] = [];
let read = 0;
for (let at = 40; at < text.length; at += 7) {
  const begun = millis();
  const taken = takeBack(loaded, text.slice(0, at), "exact");
  takings.push(millis() - begun);
  const stream = CoverStream.open(healer, taken.tokens, {
    kind: "canonical",
    maxUnchecked: 1e-3,
    maxChecks: 512,
  });
  await stream.advance(taken.bytes);
  await stream.drawCover(0.5);
  healings.push(millis() - begun);
  read += taken.bytes.length;
}
results.healingMillis = median(healings);
results.takeBackMillis = median(takings);
results.healingBytes = read / healings.length;
results.healingContexts = healer.evaluations.contexts / healings.length;
results.healingBatches = healer.evaluations.batches / healings.length;

if (values.json) console.log(JSON.stringify(results));
else {
  for (const [name, value] of Object.entries(results)) {
    console.log(`${name.padEnd(28)} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`);
  }
}
