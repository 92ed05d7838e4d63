import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRegexExpression } from "../../regex/regex.ts";
import { decimal, decimalText, scaled } from "./decimal.ts";
import { multiples } from "./multiples.ts";
import { all, matching, not, type TextCondition } from "./text-condition.ts";

const PLAIN = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const plain = matching(parseRegexExpression("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?").expression!);

function takes(condition: TextCondition, text: string): boolean {
  let at = condition;
  for (const c of text) at = at.after(c.charCodeAt(0));
  return at.accepts;
}

function isMultiple(text: string, step: string): boolean {
  const [value, unit] = [decimal(text)!, decimal(step)!];
  const scale = Math.max(value.scale, unit.scale);
  return scaled(value, scale) % scaled(unit, scale) === 0n;
}

describe("multiples", () => {
  for (const step of ["3", "7", "11", "24", "365", "0.3", "1.5", "0.07", "13.25", "1"]) {
    it(`takes exactly the plain multiples of ${step}`, () => {
      const condition = all([plain, multiples(step)!]);
      const others = all([plain, not(multiples(step)!)]);
      const unit = decimal(step)!;
      const near = fc
        .tuple(
          fc.integer({ min: -5000, max: 5000 }),
          fc.constantFrom(0n, 0n, 1n),
          fc.constantFrom("", "0", ".0", "1"),
        )
        .map(([n, off, tail]) => decimalText({ ...unit, unscaled: BigInt(n) * unit.unscaled + off }) + tail);
      const property = fc.property(near, (text) => {
        const expected = PLAIN.test(text) && isMultiple(text, step);
        assert.equal(takes(condition, text), expected, text);
        assert.equal(takes(others, text), PLAIN.test(text) && !expected, text);
      });
      fc.assert(property, { numRuns: 500 });
    });
  }

  it("has a limit", () => {
    assert.equal(multiples("5001"), undefined);
    assert.ok(multiples("4999"));
  });
});
