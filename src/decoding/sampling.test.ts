import assert from "node:assert/strict";
import type { SamplingOptions } from "./generation.ts";
import type { NextTokenLogits } from "./language-model.ts";
import { firstTop, pickToken, resolveSampling } from "./sampling.ts";

/// Four tokens of probabilities 0.5, 0.25, 0.15 and 0.1, of which the first `known` are at hand.
function logits(known: number, temperature = 1): NextTokenLogits {
  const all = [0.5, 0.25, 0.15, 0.1].map(Math.log);
  const sum = (t: number) => Math.log(all.reduce((total, x) => total + Math.exp(x / t), 0));
  return {
    tokens: Uint32Array.of(7, 3, 9, 1).subarray(0, known),
    logits: Float32Array.from(all).subarray(0, known),
    logTotal: 0,
    logAllowed: 0,
    logTempered: sum(temperature),
    complete: known === 4,
  };
}

describe("pickToken", () => {
  const check = (options: SamplingOptions, known: number, u: number, expected: number | undefined) =>
    it(`${JSON.stringify(options)}, ${known} known, ${u} → ${expected}`, () => {
      const sampling = resolveSampling(options);
      assert.equal(pickToken(logits(known, sampling.temperature), sampling, u), expected);
    });
  // Greedy.
  check({}, 1, 0.99, 0);
  check({ temperature: 0, topP: 0.1 }, 4, 0, 0);
  // The shares in order.
  check({ temperature: 1 }, 4, 0, 0);
  check({ temperature: 1 }, 4, 0.49, 0);
  check({ temperature: 1 }, 4, 0.51, 1);
  check({ temperature: 1 }, 4, 0.74, 1);
  check({ temperature: 1 }, 4, 0.89, 2);
  check({ temperature: 1 }, 4, 0.999, 3);
  // Those at hand keep their shares; beyond them nothing is decided.
  check({ temperature: 1 }, 2, 0.49, 0);
  check({ temperature: 1 }, 2, 0.74, 1);
  check({ temperature: 1 }, 2, 0.76, undefined);
  // At temperature 0.5 the weights are 0.25, 0.0625, 0.0225, 0.01, of 0.345.
  check({ temperature: 0.5 }, 2, 0.72, 0);
  check({ temperature: 0.5 }, 2, 0.73, 1);
  check({ temperature: 0.5 }, 2, 0.9, 1);
  check({ temperature: 0.5 }, 2, 0.91, undefined);
  // Top-k needs no more than k.
  check({ temperature: 1, topK: 2 }, 2, 0.66, 0);
  check({ temperature: 1, topK: 2 }, 2, 0.67, 1);
  check({ temperature: 1, topK: 3 }, 2, 0.1, undefined);
  // Top-p: the fewest that reach it.
  check({ temperature: 1, topP: 0.49 }, 2, 0.99, 0);
  check({ temperature: 1, topP: 0.7 }, 2, 0.66, 0);
  check({ temperature: 1, topP: 0.7 }, 2, 0.67, 1);
  check({ temperature: 1, topP: 0.8 }, 2, 0.1, undefined);
  check({ temperature: 1, topP: 0 }, 1, 0.99, 0);
  // Top-p of what top-k left: 0.5 of 0.9 is more than 0.55.
  check({ temperature: 1, topK: 3, topP: 0.55 }, 4, 0.99, 0);
  // Min-p: a quarter of 0.5 drops the last token only.
  check({ temperature: 1, minP: 0.25 }, 4, 0.999, 2);
  check({ temperature: 1, minP: 0.25 }, 3, 0.999, undefined);
  check({ temperature: 1, minP: 0.6 }, 2, 0.999, 0);
  check({ temperature: 1, minP: 1 }, 4, 0.999, 0);
});

describe("firstTop", () => {
  const check = (options: SamplingOptions, expected: number) =>
    it(`${JSON.stringify(options)} → ${expected}`, () =>
      assert.equal(firstTop(resolveSampling(options)), expected));
  check({}, 1);
  check({ temperature: 1 }, 128);
  check({ temperature: 1, topK: 20 }, 20);
  check({ temperature: 1, topK: 500 }, 500);
});
