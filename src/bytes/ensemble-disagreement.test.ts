import assert from "node:assert/strict";
import type { NextBytes } from "./byte-source.ts";
import { disagreement } from "./ensemble-disagreement.ts";

const next = (probabilities: Readonly<Record<number, number>>): NextBytes => {
  const bytes = new Float64Array(256);
  for (const [byte, p] of Object.entries(probabilities)) if (Number(byte) < 256) bytes[Number(byte)] = p;
  return { bytes, stop: probabilities[256] ?? 0, rawSum: 1, logScale: 0 };
};
const A = next({ 65: 1 });
const B = next({ 66: 1 });
const HALF = next({ 65: 0.5, 256: 0.5 });

describe("disagreement", () => {
  const check = (
    name: string,
    members: readonly (NextBytes | undefined)[],
    weights: readonly number[],
    expected: number,
  ) =>
    it(name, () => {
      const bits = disagreement(members, weights);
      assert.ok(Math.abs(bits - expected) < 1e-12, `${bits}, not ${expected}`);
    });
  check("none if they say the same", [HALF, HALF, HALF], [1, 2, 3], 0);
  check("one bit of two that share no byte", [A, B], [1, 1], 1);
  check("log 3 of three", [A, B, next({ 67: 1 })], [2, 2, 2], Math.log2(3));
  check(
    "the end of the text counts",
    [A, HALF],
    [1, 1],
    0.5 * Math.log2(4 / 3) + 0.25 * (Math.log2(2 / 3) + 1),
  );
  check("by weight", [A, B], [3, 1], 0.75 * Math.log2(4 / 3) + 0.25 * 2);
  check("a silent one does not count", [A, undefined, B], [1, 5, 1], 1);
  check("nor one without weight", [A, B], [1, 0], 0);
});
