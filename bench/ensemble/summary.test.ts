import assert from "node:assert/strict";
import { type MeasuredFile, summarize } from "./summary.ts";
import { summaryTable } from "./table.ts";

/// A file of two bytes, which the models give these probabilities.
function file(name: string, p: readonly number[], q: readonly number[]): MeasuredFile {
  return {
    package: name,
    language: "json",
    logs: [Float64Array.from(p, Math.log), Float64Array.from(q, Math.log)],
    equalProduct: 5,
    product: 4,
    right: { first: 1, second: 0, mixture: 2, product: 1, fusion: 0 },
    cuts: 2,
    evaluations: [2, 3],
    cpuMillis: 5,
  };
}

describe("ensemble bench: summary", () => {
  const models = ["A", "B"];
  const fitted = { mixture: [0.75, 0.25], product: [0.6, 0.6] };
  const { all, gains, right, rightGains, evaluations, hindsight, languages, ...rest } = summarize(
    models,
    [file("p", [1 / 2, 1 / 4], [1 / 4, 1 / 4]), file("q", [1 / 2, 1 / 8], [1 / 8, 1 / 2])],
    fitted,
  );
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`);

  it("is bits a byte of models, mixtures and products", () => {
    near(all.first, 7 / 4);
    near(all.second, 8 / 4);
    const mixed = (v: number, w: number) =>
      -(Math.log2(v / 2 + w / 4) + Math.log2(1 / 4) + Math.log2(v / 2 + w / 8) + Math.log2(v / 8 + w / 2)) /
      4;
    near(all.mixture, mixed(0.5, 0.5));
    near(all.fittedMixture, mixed(0.75, 0.25));
    near(all.product, (5 + 5) / 4);
    near(all.fittedProduct, (4 + 4) / 4);
    near(all.fusionScore, (all.first + all.second) / 2);
    assert.deepEqual([rest.files, rest.packages, rest.bytes, rest.cuts], [2, 2, 4, 4]);
    assert.deepEqual(languages, [{ language: "json", bytes: 4, bits: all }]);
  });

  it("gains are over the better model, in intervals by package", () => {
    near(gains.mixture.mean, all.first - all.mixture);
    assert.ok(gains.mixture.low < gains.mixture.mean && gains.mixture.mean < gains.mixture.high);
    near(right.mixture, 1);
    near(rightGains.mixture.mean, 0.5);
    near(rightGains.fusion.mean, -0.5);
    assert.deepEqual(evaluations, [1, 1.5]);
    near(hindsight[0]! + hindsight[1]!, 1);
  });

  it("as tables says it all", () => {
    const table = summaryTable(
      summarize(models, [file("p", [1 / 2, 1 / 4], [1 / 4, 1 / 4])], { ...fitted, mixture: [1, 0] }),
    );
    assert.match(table, /^\| bits a byte \| all \| json \| gain on the better model \|\n\| --- \| ---: \|/);
    assert.match(table, /\n\| A \| 1\.500 \| 1\.500 \| {2}\|\n/);
    assert.match(table, /\n\| mixture, fitted weights \(1\.00, 0\.00\) \| 1\.500 \| 1\.500 \| \+0\.000 /);
    assert.match(table, /\n\| generative fusion decoding \| 0\.0 % \| −50\.0 \(−50\.0 … −50\.0\) \|/);
  });
});
