import assert from "node:assert/strict";
import { levelOf, marksOf, thresholdsOf } from "./levels.ts";
import { Surprises, UnitReader } from "./surprises.ts";

const put = (surprises: Surprises, from: number, ...bits: number[]) =>
  surprises.put(from, Float64Array.from(bits), new Uint8Array(bits.length).fill(1));

describe("Surprises", () => {
  it("joins what touches, and tells the gaps", () => {
    const surprises = new Surprises();
    assert.deepEqual(surprises.gap(0, 10), { from: 0, to: 10 });
    put(surprises, 4, 1, 2);
    put(surprises, 8, 3);
    assert.deepEqual(surprises.gap(0, 10), { from: 0, to: 4 });
    assert.deepEqual(surprises.gap(4, 10), { from: 6, to: 8 });
    assert.deepEqual(surprises.gap(9, 10), { from: 9, to: 10 });
    assert.equal(surprises.gap(4, 6), undefined);
    put(surprises, 6, 4, 5);
    assert.equal(surprises.gap(4, 9), undefined);
    assert.equal(surprises.at(3), undefined);
    assert.equal(surprises.at(7), 5);
    assert.equal(surprises.units, 5);
    assert.equal(surprises.bits, 15);
    assert.deepEqual([...surprises.slice(5, 8)], [2, 4, 5]);
    assert.deepEqual([...surprises.slice(2, 5)], [Number.NaN, Number.NaN, 1]);
    assert.throws(() => put(surprises, 8, 1), /known already/);
  });

  it("forgets from an edit on", () => {
    const surprises = new Surprises();
    put(surprises, 0, 1, 2, Number.POSITIVE_INFINITY);
    put(surprises, 6, 3);
    assert.equal(surprises.impossible, 1);
    surprises.cut(2);
    assert.deepEqual([surprises.units, surprises.bits, surprises.bytes, surprises.impossible], [2, 3, 2, 0]);
    assert.deepEqual(surprises.gap(0, 9), { from: 2, to: 9 });
    surprises.cut(0);
    assert.deepEqual([surprises.units, surprises.bits], [0, 0]);
  });
});

describe("Surprises of a long text", () => {
  const long = new Surprises();
  const UNITS = 20_000;
  long.put(0, new Float64Array(UNITS).fill(2), new Uint8Array(UNITS).fill(1));
  it("are one text, wherever its pages end", () => {
    assert.deepEqual([long.units, long.bits, long.bytes], [UNITS, 2 * UNITS, UNITS]);
    assert.equal(long.gap(0, UNITS), undefined);
    assert.deepEqual(long.gap(0, UNITS + 9000), { from: UNITS, to: UNITS + 9000 });
    assert.deepEqual([...new Set(long.slice(4000, 9000))], [2]);
  });
  for (const from of [12_289, 12_288, 12_287, 5, 0]) {
    it(`are forgotten from ${from} on`, () => {
      long.cut(from);
      assert.deepEqual([long.units, long.bits, long.bytes], [from, 2 * from, from]);
      assert.deepEqual(long.gap(0, UNITS), { from, to: UNITS });
    });
  }
});

describe("bits of characters", () => {
  it("are those of their bytes, however these come", () => {
    const text = "aé€😀b\ud800";
    const bytes = Array.from({ length: 14 }, (_, i) => i + 1);
    for (const size of [1, 2, 5, 14]) {
      const reader = new UnitReader(text, 0);
      const bits: number[] = [];
      const lengths: number[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const part = reader.push(bytes.slice(at, at + size));
        assert.equal(part.from, bits.length);
        bits.push(...part.bits);
        lengths.push(...part.bytes);
      }
      assert.deepEqual(bits, [1, 5, 15, 34, 0, 11, 39]);
      assert.deepEqual(lengths, [1, 2, 3, 4, 0, 1, 3]);
      assert.equal(reader.unit, text.length);
    }
  });
});

describe("levels", () => {
  const BITS = [1, 3, 6, 10];
  it("are counted in thresholds reached", () => {
    assert.deepEqual(
      [0, 0.99, 1, 3, 9.9, 10, Number.POSITIVE_INFINITY].map((bits) => levelOf(bits, BITS)),
      [0, 0, 1, 2, 3, 4, 4],
    );
  });
  it("mark stretches, both units of a character alike", () => {
    assert.deepEqual(marksOf(5, [0, 2, 1, 12, 0, 4], "ab", BITS), [
      { level: 1, from: 6, to: 8 },
      { level: 4, from: 8, to: 9 },
      { level: 2, from: 10, to: 11 },
    ]);
    assert.deepEqual(marksOf(0, [12, 0, 0], "😀 ", BITS), [{ level: 4, from: 0, to: 2 }]);
    assert.deepEqual(marksOf(0, [], "", BITS), []);
  });
  it("are the default ones where a setting has none that rise", () => {
    assert.deepEqual(thresholdsOf([2, 4, 8, 16], BITS), [2, 4, 8, 16]);
    for (const wrong of [[], [1, 2, 3], [0, 1, 2, 3], [1, 1, 2, 3], [1, 2, 3, "4"], [4, 3, 2, 1]]) {
      assert.deepEqual(thresholdsOf(wrong, BITS), BITS);
    }
  });
});
