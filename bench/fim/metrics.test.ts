import assert from "node:assert/strict";
import { bootstrap, type Clustered } from "../common/bootstrap.ts";
import { editDistance, firstUnit, overlap, score, similarity } from "./metrics.ts";

describe("FIM bench: metrics", () => {
  const first = (text: string, expected: string) =>
    it(`first unit of ${JSON.stringify(text)}`, () => assert.equal(firstUnit(text), expected));
  first("ame(x)", "ame");
  first(" = 1", " =");
  first("  foo.bar", "  foo");
  first("(), 1", "(),");
  first("$a1é-b", "$a1é");
  first("", "");
  first("\nfoo", "");

  const over = (text: string, suffix: string, expected: number) =>
    it(`overlap of ${JSON.stringify(text)} and ${JSON.stringify(suffix)}`, () =>
      assert.equal(overlap(text, suffix), expected));
  over("f(a);", ");", 2);
  over("f(a)", "b", 0);
  over("a ", "\n a b", 1);
  over("", "x", 0);

  const edits = (a: string, b: string, expected: number) =>
    it(`${JSON.stringify(a)} to ${JSON.stringify(b)}: ${expected} edits`, () => {
      assert.equal(editDistance(a, b), expected);
      assert.equal(editDistance(b, a), expected);
    });
  edits("", "", 0);
  edits("", "abc", 3);
  edits("kitten", "sitting", 3);
  edits("😀a", "😃a", 1);
  it("similarity", () => {
    assert.equal(similarity("", ""), 1);
    assert.equal(similarity("ab", "cd"), 0);
    assert.equal(similarity("abcd", "abcx"), 0.75);
  });

  const scores = (
    [completion, middle, suffix]: readonly [string, string, string],
    expected: Partial<ReturnType<typeof score>>,
  ) =>
    it(JSON.stringify([completion, middle, suffix]), () => {
      const found = score(completion, middle, suffix);
      for (const [key, value] of Object.entries(expected)) {
        assert.equal(found[key as keyof typeof found], value, key);
      }
    });
  scores(["ame;", "ame;", "\nx"], { exact: true, unit: true, similarity: 1, duplicates: false });
  scores(["ame;  \n more", "ame;", "\nx"], { exact: true });
  scores(["ame();", "ame;", "\nx"], { exact: false, unit: true, duplicates: false });
  scores(["ames;", "ame;", "\nx"], { exact: false, unit: false });
  scores(["", "ame;", "\nx"], { exact: false, unit: false, similarity: 0, duplicates: false });
  // The name is `counter` in the end.
  scores(["oun", "oun", "ter = 1"], { exact: true, unit: true });
  scores(["ounter", "oun", "ter = 1"], { exact: false, unit: false, duplicates: true });
  scores(["foo();", "bar();", "\nfoo();"], { duplicates: true });
  // The true text has it twice, too.
  scores(["});", "});", "\n});"], { exact: true, duplicates: false });
});

describe("FIM bench: bootstrap", () => {
  const values = (...clusters: (readonly number[])[]): Clustered[] =>
    clusters.flatMap((own, i) => own.map((value) => ({ cluster: String(i), value })));

  it("the mean is of cases, in an interval around it, the same for the same seed", () => {
    const list = values([1, 1, 1], [0], [0, 1], [1, 0], [1]);
    const one = bootstrap(list, 7);
    assert.equal(one.mean, 6 / 9);
    assert.ok(one.low < one.mean && one.mean < one.high);
    assert.deepEqual(bootstrap(list, 7), one);
  });
  it("equal values leave no doubt", () => {
    assert.deepEqual(bootstrap(values([2, 2], [2], [2]), 1), { mean: 2, low: 2, high: 2 });
  });
  it("clusters count, not cases: ten times the same texts are no more certain", () => {
    const clusters = [[1], [0], [1], [0], [1]];
    const few = bootstrap(values(...clusters), 1);
    const many = bootstrap(values(...clusters.map(([x]) => Array<number>(10).fill(x!))), 1);
    assert.deepEqual(many, few);
  });
  it("covers the mean as often as it says", () => {
    // Thirty clusters of values around a mean of their own, which is around 0: the interval has 0 in it some 19 of 20 times.
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    let covered = 0;
    for (let i = 0; i < 100; i++) {
      const clusters = Array.from({ length: 30 }, () => {
        const center = next();
        return Array.from({ length: 4 }, () => center + next());
      });
      const { low, high } = bootstrap(values(...clusters), i);
      if (low <= 0 && high >= 0) covered++;
    }
    assert.ok(covered >= 86 && covered <= 99, `${covered} of 100`);
  });
  it("nothing is no number", () => {
    assert.ok(Number.isNaN(bootstrap([], 1).mean));
  });
});
