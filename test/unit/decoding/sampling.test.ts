import assert from "node:assert/strict";
import { bitsetWords, hasBit, setBit } from "../../../src/base/bitset.ts";
import type { LanguageModel, ModelSequence, NextTokenLogits } from "../../../src/decoding/index.ts";
import { firstTop, pickToken, resolveSampling, type Sampling } from "../../../src/decoding/sampling.ts";
import { loadModel } from "../../../src/runtime/index.ts";

/// The distribution, straight from the definition: token and probability, descending.
function distribution(all: NextTokenLogits, mask: Uint32Array | undefined, s: Sampling): [number, number][] {
  let kept = [...all.tokens].map((token, i): [number, number] => [token, all.logits[i]! / s.temperature]);
  if (mask) kept = kept.filter(([token]) => hasBit(mask, token));
  const normalise = (list: [number, number][], weight: (x: number) => number): [number, number][] => {
    const sum = list.reduce((total, [, x]) => total + weight(x), 0);
    return list.map(([token, x]) => [token, weight(x) / sum]);
  };
  const max = kept[0]![1];
  let p = normalise(kept, (x) => Math.exp(x - max));
  p = normalise(p.slice(0, s.topK), (x) => x);
  if (s.topP < 1) {
    let sum = 0;
    const enough = p.findIndex(([, x]) => {
      sum += x;
      return sum >= s.topP;
    });
    if (enough >= 0) p = normalise(p.slice(0, enough + 1), (x) => x);
  }
  const likeliest = p[0]![1];
  return normalise(
    p.filter(([, x]) => x >= s.minP * likeliest),
    (x) => x,
  );
}

describe("sampling from the first few tokens", () => {
  let model: LanguageModel;
  let sequence: ModelSequence;
  before(async () => {
    model = await loadModel({
      file: `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`,
      gpu: "cpu",
    });
    sequence = await model.openSequence();
  });
  after(() => model.dispose());

  const options = [
    { temperature: 1 },
    { temperature: 0.7 },
    { temperature: 2 },
    { temperature: 1, topK: 40 },
    { temperature: 0.8, topK: 1000 },
    { temperature: 1, topP: 0.9 },
    { temperature: 0.6, topP: 0.5 },
    { temperature: 1, topP: 0 },
    { temperature: 1.3, minP: 0.05 },
    { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
    { temperature: 0.9, topP: 0.99, minP: 0.001 },
  ];
  const prompts = ["export function sum(a: number, b: ", '{"name": "', "import { readFile } from "];
  const every = (n: number) => {
    const mask = new Uint32Array(bitsetWords(model.info.vocabularySize));
    for (let token = 1; token < model.info.vocabularySize; token += n) setBit(mask, token);
    return mask;
  };

  for (const option of options) {
    it(`has the distribution of sampling from all: ${JSON.stringify(option)}`, async () => {
      const sampling = resolveSampling(option);
      for (const prompt of prompts) {
        await sequence.evaluate(model.tokenizer.encode(prompt));
        for (const mask of [undefined, every(3), every(200)]) {
          const request = { temperature: sampling.temperature, ...(mask && { mask }) };
          const all = await sequence.logits({ top: Number.POSITIVE_INFINITY });
          const few = await sequence.logits({ ...request, top: firstTop(sampling) });
          const allowed = await sequence.logits({ ...request, top: Number.POSITIVE_INFINITY });
          const expected = distribution(all, mask, sampling);
          // A token's share of [0, 1) is its probability. Its first and last hundredths show where
          // it begins and ends, as far as totals in single precision tell.
          let before = 0;
          for (const [token, probability] of expected) {
            for (const part of [0.01, 0.5, 0.99]) {
              const u = before + probability * part;
              if (probability < 1e-2 && part !== 0.5) continue;
              const whole = pickToken(allowed, sampling, u);
              assert.equal(logitOf(allowed, whole), logitOf(all, all.tokens.indexOf(token)));
              const index = pickToken(few, sampling, u);
              if (index !== undefined && probability > 1e-4) {
                assert.equal(logitOf(few, index), logitOf(allowed, whole));
              }
            }
            before += probability;
            if (before > 0.999) break;
          }
        }
      }
    });
  }

  it("decides most draws with the first few tokens where few are likely", async () => {
    await sequence.evaluate(model.tokenizer.encode(prompts[0]!));
    const sampling = resolveSampling({ temperature: 1, topK: 40, topP: 0.9 });
    const few = await sequence.logits({ top: firstTop(sampling) });
    for (let u = 0; u < 1; u += 0.01) assert.notEqual(pickToken(few, sampling, u), undefined);
  });
});

// Tokens of equal logits may stand in any order, and then one takes the other's share.
function logitOf(logits: NextTokenLogits, index: number | undefined): number {
  assert.notEqual(index, undefined);
  return logits.logits[index!]!;
}
