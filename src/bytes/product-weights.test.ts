import assert from "node:assert/strict";
import type { NextBytes } from "./byte-source.ts";
import { combine } from "./ensemble.ts";
import { fitProductWeights, ProductSamples } from "./product-weights.ts";

function next(weights: readonly number[]): NextBytes {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const bytes = new Float64Array(256);
  for (const [b, weight] of weights.entries()) bytes[b] = weight / total;
  return { bytes, stop: 0, rawSum: 1, logScale: 0 };
}

/// A text in which each byte comes as often as `truth` says after what the models say.
function samplesOf(
  cases: readonly { members: readonly (NextBytes | undefined)[]; truth: NextBytes }[],
): ProductSamples {
  const samples = new ProductSamples(cases[0]!.members.length);
  for (const { members, truth } of cases) {
    for (const [byte, p] of truth.bytes.entries()) {
      for (let i = 0; i < Math.round(p * 500); i++) samples.add(members, byte);
    }
  }
  return samples;
}

const P = [next([8, 4, 2, 1]), next([1, 5, 1, 9]), next([3, 1, 1, 1])];
const Q = [next([1, 6, 3, 2]), next([7, 1, 1, 3]), next([1, 4, 1, 1])];
const pairs = P.map((p, i) => [p, Q[i]!]);

describe("fitProductWeights", () => {
  const check = (name: string, weights: readonly [number, number]) =>
    it(name, () => {
      const cases = pairs.map((members) => {
        const truth = combine({ kind: "product", weights }, members)!;
        return { members, truth: { ...truth, logScale: 0 } };
      });
      const fitted = fitProductWeights(samplesOf(cases));
      for (const [i, weight] of weights.entries()) {
        assert.ok(Math.abs(fitted.weights[i]! - weight) < 0.03, `${fitted.weights}, not ${weights}`);
      }
      assert.ok(fitted.loss <= Math.min(...fitted.alone) + 1e-9);
      assert.ok(fitted.rounds < 30, `${fitted.rounds}`);
    });
  check("finds those that a text was written with", [0.5, 0.8]);
  check("surer together than either", [1.3, 1]);
  check("one model alone", [1, 0]);

  it("a model that says the contrary of the truth gets no weight", () => {
    const cases = pairs.map(([p, q]) => ({
      members: [p!, next([...q!.bytes].slice(0, 4).map((x) => 1 / x))],
      truth: q!,
    }));
    const { weights } = fitProductWeights(samplesOf(cases));
    assert.equal(weights[1], 0);
  });

  it("a silent model and impossible bytes are no end of it", () => {
    const cases = [
      { members: [P[0]!, undefined], truth: P[0]! },
      { members: [next([1, 0, 1, 0]), P[1]!], truth: P[1]! },
    ];
    const { weights, loss } = fitProductWeights(samplesOf(cases));
    assert.ok(Number.isFinite(loss) && weights.every(Number.isFinite), `${weights} ${loss}`);
  });

  it("wants something to fit to", () => {
    assert.throws(() => fitProductWeights(new ProductSamples(2)), /nothing to fit/);
  });
});
