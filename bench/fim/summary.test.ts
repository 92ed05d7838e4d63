import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArmOutcome, CaseOutcome, FimCase } from "./case.ts";
import { Results } from "./results.ts";
import { scoreCases, summarise } from "./summary.ts";
import { type SourceText, syntaxErrors } from "./syntax.ts";

describe("FIM bench: syntax errors", () => {
  const text = (path: string, content: string): SourceText => ({
    path,
    language: path.endsWith(".json")
      ? "json"
      : path.endsWith(".md")
        ? "markdown"
        : path.includes(".ts")
          ? "typescript"
          : "javascript",
    text: content,
  });
  it("are counted by each language's parser", () => {
    assert.deepEqual(
      syntaxErrors([
        text("a.ts", "const x: number = 1;\n"),
        text("b.ts", "const x = ;\n"),
        text("c.tsx", "const x = <div>{y}</div>;\n"),
        text("d.mjs", "export const x = 1;\n"),
        text("e.js", "class {"),
        text("f.json", '{"a": 1}'),
        text("g.json", '{"a": }'),
        text("h.md", "`({["),
      ]).map((count) => (count === undefined ? undefined : count > 0)),
      [false, true, false, false, true, false, true, undefined],
    );
  });
  it("none of no text", () => assert.deepEqual(syntaxErrors([]), []));
});

const CASES: readonly FimCase[] = [
  {
    id: "1",
    stratum: "identifier 1",
    package: "p",
    path: "a.ts",
    language: "typescript",
    prefix: "let x = f",
    middle: "oo;",
    suffix: "\n",
  },
  {
    id: "2",
    stratum: "aligned",
    package: "q",
    path: "a.md",
    language: "markdown",
    prefix: "so ",
    middle: "it is",
    suffix: "\n",
  },
];

function outcome(id: string, completions: readonly string[], bits: CaseOutcome["bits"]): CaseOutcome {
  const [none, token, exact, ranked] = completions.map(
    (completion, i): ArmOutcome => ({
      completion,
      evaluations: i,
      evaluatedTokens: 2 * i,
      millis: 3 * i,
      cpuMillis: i,
    }),
  );
  return { id, arms: { none: none!, token: token!, exact: exact!, ranked: ranked! }, bits, bytes: 2 };
}

describe("FIM bench: the summary", () => {
  const outcomes = new Map(
    [
      outcome("1", ["", "((", "oo()", "oo;"], { none: 20, token: 10, exact: 4 }),
      outcome("2", ["it is", "it is", "it was", "it was"], { none: null, token: 2, exact: 2 }),
    ].map((one) => [one.id, one]),
  );
  const groups = summarise(scoreCases(CASES, outcomes), 1);
  const group = (name: string) => groups.find((one) => one.group === name)!;
  const means = (name: string, measure: "exact" | "unit" | "breaks" | "bits") => {
    const { arms } = group(name);
    return [arms.none, arms.token, arms.exact, arms.ranked].map((arm) => arm[measure].mean);
  };

  it("has all cases, those in names, and the strata that there are", () => {
    assert.deepEqual(
      groups.map(({ group: name, cases, packages }) => [name, cases, packages]),
      [
        ["all", 2, 2],
        ["identifier", 1, 1],
        ["identifier 1", 1, 1],
        ["aligned", 1, 1],
      ],
    );
  });
  it("scores completions", () => {
    assert.deepEqual(means("identifier", "exact"), [0, 0, 0, 1]);
    assert.deepEqual(means("identifier", "unit"), [0, 0, 1, 1]);
    assert.deepEqual(means("all", "exact"), [0.5, 0.5, 0, 0.5]);
  });
  it("counts documents that parse no longer, of languages with a syntax", () => {
    assert.deepEqual(means("all", "breaks"), [0, 1, 0, 0]);
    assert.ok(Number.isNaN(means("aligned", "breaks")[0]));
  });
  it("ranking has the bits of exact healing; what has no probability is left out", () => {
    assert.deepEqual(means("identifier", "bits"), [10, 5, 2, 2]);
    assert.deepEqual(means("all", "bits"), [10, 3, 1.5, 1.5]);
  });
  it("differences are within cases", () => {
    const [toNone, toToken, ranking] = group("all").differences;
    assert.equal(toNone!.measures.bits.mean, -8);
    assert.equal(toToken!.measures.bits.mean, -1.5);
    assert.equal(toToken!.measures.exact.mean, -0.5);
    assert.equal(ranking!.measures.exact.mean, 0.5);
  });
  it("a case that was not run counts for nothing", () => {
    const only = new Map([["1", outcomes.get("1")!]]);
    assert.equal(summarise(scoreCases(CASES, only), 1)[0]!.cases, 1);
  });
});

describe("FIM bench: kept results", () => {
  it("are read again, but for a line that was cut off", () => {
    const folder = mkdtempSync(join(tmpdir(), "fim-"));
    try {
      const results = new Results(folder);
      const one = outcome("1", ["", "a", "b", "c"], { none: 1, token: 2, exact: null });
      results.add(one);
      appendFileSync(join(folder, "other.jsonl"), `{"id": "2", "ar`);
      assert.deepEqual([...new Results(folder).read().values()], [one]);
      results.clear();
      assert.equal(results.read().size, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
