import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { OutcomeKind, SchemaOutcome } from "../../bench/maskbench/outcome.ts";
import { compareRatchet, formatRatchet, parseRatchet, ratchetOf } from "../../bench/maskbench/ratchet.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";

function outcome(id: string, kind: OutcomeKind, detail?: string): SchemaOutcome {
  return { id, kind, ...(detail === undefined ? {} : { detail }), masks: [], accepts: [], disagreements: 0 };
}

describe("MaskBench: the ratchet", () => {
  const committed = ratchetOf([
    outcome("a", "pass"),
    outcome("b", "compile-error", "schema-x: one: two; schema-y: three; schema-x: four"),
    outcome("c", "validation-error", "test 0"),
    outcome("d", "pass"),
  ]);

  it("is a line a schema, with the codes of errors", () => {
    const text = "a\tpass\nb\tcompile-error\tschema-x schema-y\nc\tvalidation-error\nd\tpass\n";
    assert.equal(formatRatchet(committed), text);
    assert.deepEqual(parseRatchet(text), committed);
  });

  it("tells what is worse, better, otherwise and unknown", () => {
    const run = ratchetOf([
      outcome("a", "compile-error", "schema-x: one"),
      outcome("b", "compile-error", "schema-z: one"),
      outcome("c", "pass"),
      outcome("e", "crash"),
    ]);
    assert.deepEqual(compareRatchet(committed, run), {
      worse: ["a: pass -> compile-error (schema-x)"],
      better: ["c: validation-error -> pass"],
      otherwise: ["b: compile-error (schema-x schema-y) -> compile-error (schema-z)"],
      unknown: ["e"],
    });
  });

  it("has a committed file that can be read and holds no accepted invalid instance", () => {
    const lines = [...parseRatchet(readFileSync(`${root}bench/maskbench/outcomes.tsv`, "utf8")).values()];
    assert.ok(lines.length > 2000);
    for (const kind of ["invalidation-error", "mask-disagreement", "crash", "timeout"])
      assert.equal(lines.filter((line) => line.kind === kind).length, 0, kind);
  });
});
