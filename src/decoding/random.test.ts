import assert from "node:assert/strict";
import { Random } from "./random.ts";

describe("Random", () => {
  it("is xoshiro128**", () => {
    // From the reference implementation's state 1, 2, 3, 4.
    const random = Random.fromState([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
    ];
    assert.deepEqual(
      expected.map(() => random.nextUint32()),
      expected,
    );
  });

  it("repeats itself for equal seeds only, and stays in [0, 1)", () => {
    const sequence = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 1000 }, () => random.next());
    };
    assert.deepEqual(sequence(7), sequence(7));
    assert.notDeepEqual(sequence(7), sequence(8));
    const values = sequence(0);
    assert.ok(values.every((x) => x >= 0 && x < 1));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
  });
});
