import assert from "node:assert/strict";
import { type Edit, Outdated } from "./outdated.ts";
import { Surprises } from "./surprises.ts";

const edit = (rangeOffset: number, rangeLength: number, text: string): Edit => ({
  rangeOffset,
  rangeLength,
  text,
});

/// What is shown of a text of the surprises 0, 1, 2 … 9 after edits; `-1` for nothing.
function check(expected: readonly number[], ...changes: readonly (readonly Edit[])[]) {
  const surprises = new Surprises();
  surprises.put(
    0,
    Array.from({ length: 10 }, (_, i) => i),
    new Uint8Array(10).fill(1),
  );
  const outdated = new Outdated();
  for (const edits of changes) {
    outdated.follow(surprises, edits);
    surprises.cut(Math.min(...edits.map(({ rangeOffset }) => rangeOffset)));
  }
  const bits = surprises.slice(0, 12);
  outdated.fill(0, bits);
  assert.deepEqual(
    [...bits].map((value) => (Number.isNaN(value) ? -1 : value)),
    expected,
  );
}

describe("Outdated surprises", () => {
  it("stay with their characters", () => {
    check([0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 9, -1], [edit(2, 0, "x")]);
    check([0, 1, 4, 5, 6, 7, 8, 9, -1, -1, -1, -1], [edit(2, 2, "")]);
    check([0, -1, -1, 3, 4, 5, 6, 7, 8, 9, -1, -1], [edit(1, 2, "xy")]);
    check([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1], [edit(10, 0, "x")]);
    check([-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1], [edit(0, 10, "")]);
  });
  it("follow several edits at once, in whatever order", () => {
    const both = [edit(1, 0, "x"), edit(4, 2, "")];
    check([0, -1, 1, 2, 3, 6, 7, 8, 9, -1, -1, -1], both);
    check([0, -1, 1, 2, 3, 6, 7, 8, 9, -1, -1, -1], [...both].reverse());
  });
  it("follow one edit after another", () => {
    check([0, -1, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9], [edit(1, 0, "x")], [edit(2, 0, "y")]);
    check([0, -1, 1, 2, 3, -1, 4, 5, 6, 7, 8, 9], [edit(4, 0, "x")], [edit(1, 0, "y")]);
  });
});
