// Compares llama.cpp (node-llama-cpp) with check.json: tokens, FIM ids, probabilities.
//   npm install node-llama-cpp@3.22.1 && node check.mjs model.gguf check.json
import fs from "node:fs";
import { getLlama } from "node-llama-cpp";

const [file, expected] = process.argv.slice(2);
const { texts, prompts } = JSON.parse(fs.readFileSync(expected, "utf8"));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath: file });

let different = 0,
  garbled = 0,
  tokens = 0;
for (const { text, ids } of texts) {
  const got = Array.from(model.tokenize(text));
  tokens += ids.length;
  if (JSON.stringify(got) !== JSON.stringify(ids)) {
    if (different++ < 5) console.log("differs:", JSON.stringify(text.slice(0, 80)));
  } else if (model.detokenize(got) !== text) garbled++;
}
console.log({ texts: texts.length, tokens, different, garbled });

const { infill } = model.tokens;
console.log({
  prefix: infill.prefix,
  suffix: infill.suffix,
  middle: infill.middle,
  eos: model.tokens.eos,
  prependBos: model.tokens.shouldPrependBosToken,
  context: model.trainContextSize,
});

const context = await model.createContext({ contextSize: 1024, batchSize: 1024, threads: 1 });
const sequence = context.getSequence();
let top1 = 0,
  worst = 0,
  sum = 0;
for (const { ids, top } of prompts) {
  await sequence.clearHistory();
  const input = ids.map((t, i) =>
    i === ids.length - 1 ? [t, { generateNext: { probabilities: true } }] : t,
  );
  const got = (await sequence.controlledEvaluate(input))[ids.length - 1].next.probabilities;
  if ([...got.keys()][0] === top[0][0]) top1++;
  const d = Math.max(...top.map(([t, p]) => Math.abs((got.get(t) ?? 0) - p)));
  worst = Math.max(worst, d);
  sum += d;
}
console.log({ prompts: prompts.length, top1, largestDifference: worst, meanOfLargest: sum / prompts.length });
await model.dispose();
