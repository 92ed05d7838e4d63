import assert from "node:assert/strict";
import { type Lines, MOST_MARKS, MOST_UNITS_OF_LINE, marksInSight, unitsInSight } from "./marks-in-sight.ts";

function linesOf(text: string): Lines {
  const lines = text.split("\n");
  const starts = [0];
  for (const { length } of lines) starts.push(starts.at(-1)! + length + 1);
  return { count: lines.length, text: (line) => lines[line]!, start: (line) => starts[line]! };
}

const THRESHOLDS = [1, 3, 6, 10];
/// Each second unit surprises.
const striped = (from: number, to: number) =>
  Float64Array.from({ length: to - from }, (_, i) => ((from + i) % 2 === 0 ? 12 : 0));

/// Runs the work to its end; tells the most units asked about between two yields, and all lines.
function work(lines: Lines, first: number, last: number) {
  let asked = 0;
  let most = 0;
  const bits = (from: number, to: number) => {
    asked += to - from;
    return striped(from, to);
  };
  const marking = marksInSight(lines, [{ first, last }], bits, THRESHOLDS, () => false);
  for (let yields = 0; ; yields++) {
    const step = marking.next();
    most = Math.max(most, asked);
    asked = 0;
    if (step.done) return { marks: step.value, yields, most };
  }
}

describe("marksInSight", () => {
  it("marks lines near those in sight, a line at a time, whatever the text's length", () => {
    const lines = linesOf("let total = 1;\n".repeat(40_000));
    const { marks, yields, most } = work(lines, 20_000, 20_050);
    assert.equal(yields, 51 + 2 * 30);
    assert.equal(most, 14);
    const marked = marks[3]!.map(({ line }) => line);
    assert.equal(Math.min(...marked), 19_970);
    assert.equal(Math.max(...marked), 20_080);
  });

  it("marks what is in sight first", () => {
    const lines = linesOf(`${"x".repeat(100)}\n`.repeat(200));
    const { marks } = work(lines, 100, 120);
    assert.ok(marks[3]!.slice(0, 21 * 50).every(({ line }) => line >= 100 && line <= 120));
    assert.equal(marks[3]!.length, MOST_MARKS);
  });

  it("has bounds on a text of one line", () => {
    const { marks, yields, most } = work(linesOf("x".repeat(1_000_000)), 0, 0);
    assert.deepEqual([yields, most], [1, MOST_UNITS_OF_LINE]);
    assert.equal(marks[3]!.length, MOST_MARKS);
  });

  it("marks nothing where nothing is known, and ends early when the text has changed", () => {
    const lines = linesOf("ab\ncd\nef");
    const nothing = (from: number, to: number) => new Float64Array(to - from).fill(Number.NaN);
    assert.deepEqual(marksInSight(lines, [{ first: 0, last: 2 }], nothing, THRESHOLDS, () => false).next(), {
      done: false,
      value: undefined,
    });
    const marking = marksInSight(lines, [{ first: 0, last: 2 }], nothing, THRESHOLDS, () => true);
    marking.next();
    assert.deepEqual(marking.next(), { done: true, value: [[], [], [], []] });
  });

  it("marks each line once where stretches meet", () => {
    const lines = linesOf("aa\n".repeat(100));
    const stretches = [
      { first: 10, last: 12 },
      { first: 20, last: 90 },
      { first: 50, last: 51 },
    ];
    const marking = marksInSight(lines, stretches, striped, THRESHOLDS, () => false);
    let step = marking.next();
    while (!step.done) step = marking.next();
    const marked = step.value.flat().map(({ line }) => line);
    assert.equal(new Set(marked).size, marked.length);
  });
});

describe("unitsInSight", () => {
  const check = (text: string, first: number, last: number, expected: object) =>
    assert.deepEqual(unitsInSight(linesOf(text), [{ first, last }]), expected);
  it("takes neighbours together, and of long lines the beginning", () => {
    const long = "x".repeat(MOST_UNITS_OF_LINE + 5);
    const end = MOST_UNITS_OF_LINE;
    check("ab\ncd\nef", 0, 1, [{ from: 0, to: 5 }]);
    check("ab\ncd\nef", 2, 9, [{ from: 6, to: 8 }]);
    check(`a\n${long}\nb\nc`, 0, 3, [
      { from: 0, to: 2 + end },
      { from: end + 8, to: end + 11 },
    ]);
    check("", 0, 0, [{ from: 0, to: 0 }]);
  });
});
