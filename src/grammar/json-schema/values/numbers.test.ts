import assert from "node:assert/strict";
import fc from "fast-check";
import { compareDecimals, type Decimal, decimal, decimalText, scaled } from "./decimal.ts";
import { type NumberBounds, numberValue } from "./numbers.ts";
import { TextSet } from "./text-set.ts";

function textsOf(bounds: NumberBounds): TextSet {
  const result = numberValue(bounds);
  assert.ok("expression" in result, JSON.stringify(result));
  return new TextSet(result.expression);
}

function check(bounds: NumberBounds, accepted: string, rejected: string): void {
  const set = textsOf(bounds);
  for (const text of accepted.split(" ").filter(Boolean)) assert.ok(set.has(text), `takes ${text}`);
  for (const text of rejected.split(" ").filter(Boolean)) assert.ok(!set.has(text), `refuses ${text}`);
}

const PLAIN = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const SCIENTIFIC = /^-?[1-9](\.[0-9]+)?[eE][+-]?[0-9]+$/;
const JSON_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/// The bounds leave one number, which is written without an exponent.
function isUsualConstant({ minimum, maximum }: NumberBounds): boolean {
  if (minimum === undefined || maximum === undefined) return false;
  const value = decimal(minimum)!;
  const exponent = Number(Number(minimum).toExponential().split("e")[1]);
  return compareDecimals(value, decimal(maximum)!) === 0 && exponent < 16 && exponent >= -4;
}

/// What `numberValue` promises, by exact arithmetic.
function isWithin(bounds: NumberBounds, text: string): boolean {
  const { integer, minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = bounds;
  const isFree = Object.keys(bounds).length === 1;
  const lows = [minimum, exclusiveMinimum].filter((b) => b !== undefined).map((b) => decimal(b)!);
  const highs = [maximum, exclusiveMaximum].filter((b) => b !== undefined).map((b) => decimal(b)!);
  // Numbers of this sign are bounded by 0 alone.
  const isFreeHalf = text.startsWith("-")
    ? lows.length === 0 && highs.every((b) => b.unscaled >= 0n)
    : highs.length === 0 && lows.every((b) => b.unscaled <= 0n);
  if (!integer && multipleOf === undefined && /e/i.test(text)) {
    if (!(isFreeHalf ? JSON_NUMBER : SCIENTIFIC).test(text) || isUsualConstant(bounds)) return false;
  } else if (!PLAIN.test(text)) return false;
  if (integer && !/^-?[0-9]+$/.test(text)) return false;
  if (isFree) return true;
  const value = decimal(text)!;
  const compare = (bound: number | string) => compareDecimals(value, decimal(bound)!);
  // Under a lower bound of 0 or more there is no minus sign.
  if (text.startsWith("-") && lows.some((b) => b.unscaled >= 0n)) return false;
  if (minimum !== undefined && compare(minimum) < 0) return false;
  if (maximum !== undefined && compare(maximum) > 0) return false;
  if (exclusiveMinimum !== undefined && compare(exclusiveMinimum) <= 0) return false;
  if (exclusiveMaximum !== undefined && compare(exclusiveMaximum) >= 0) return false;
  return multipleOf === undefined || isMultiple(value, decimal(multipleOf)!);
}

function isMultiple(value: Decimal, step: Decimal): boolean {
  const scale = Math.max(value.scale, step.scale);
  return scaled(value, scale) % scaled(step, scale) === 0n;
}

const bound = fc.oneof(
  fc.integer({ min: -12, max: 12 }),
  fc.integer({ min: -1200, max: 1200 }).map((n) => n / 100),
  fc.integer({ min: -120_000, max: 120_000 }),
  fc.integer({ min: -999, max: 999 }).map((n) => `${n}e-4`),
  fc.constantFrom(
    0,
    0.1,
    1,
    9,
    10,
    99.99,
    100,
    1e21,
    -1e21,
    1e-7,
    -1e-7,
    "123456789.987654321",
    0.999,
    -0.001,
  ),
);

const bounds = fc
  .record(
    { minimum: bound, exclusiveMinimum: bound, maximum: bound, exclusiveMaximum: bound },
    { requiredKeys: [] },
  )
  .chain((all) => fc.boolean().map((integer): NumberBounds => ({ integer, ...all })));

function inScientific(unscaled: bigint, scale: number): string {
  const [, sign, first, rest] = /^(-?)(\d)(\d*)$/.exec(unscaled.toString())!;
  const exponent = rest!.length - scale;
  const digits = rest === "" ? "" : `.${rest}`;
  return `${sign}${first}${digits}e${exponent < 0 ? "-" : "+"}0${Math.abs(exponent)}`;
}

/// A number text at or near one of the bounds, sometimes a wrong one.
function near(all: NumberBounds): fc.Arbitrary<string> {
  const ends = Object.values(all).filter((b) => typeof b !== "boolean");
  return fc
    .tuple(
      fc.constantFrom(0, ...ends),
      fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -1000, max: 1000 })),
      fc.nat(9),
      fc.constantFrom("", "", "", "0", "00", ".0", ".", "e0", "E+2", "5", "-", "e"),
      fc.constantFrom("", "", "", "", "-", "0", "+"),
    )
    .map(([end, steps, scale, tail, head]) => {
      const base = decimal(end)!;
      const at = Math.max(scale, base.scale);
      if (tail === "e") return inScientific(scaled(base, at) + BigInt(steps) * 10n ** BigInt(at - scale), at);
      return `${head}${decimalText({ unscaled: scaled(base, at) + BigInt(steps) * 10n ** BigInt(at - scale), scale: at })}${tail}`;
    });
}

describe("numberValue", () => {
  it("takes exactly the numbers within random bounds", () => {
    fc.assert(
      fc.property(
        bounds.chain((all) =>
          fc.tuple(fc.constant(all), fc.array(near(all), { minLength: 30, maxLength: 30 })),
        ),
        ([all, texts]) => {
          const set = textsOf(all);
          for (const text of texts) assert.equal(set.has(text), isWithin(all, text), text);
        },
      ),
      { numRuns: 400 },
    );
  });

  for (const multipleOf of [
    1, 2, 5, 10, 25, 0.01, 0.5, 0.1, 0.25, 100, 50, 2.5, 0.4, 0.05, 1e6, 12.5, 1e-7,
  ]) {
    it(`takes exactly the multiples of ${multipleOf}`, () => {
      const step = decimal(multipleOf)!;
      const multiple = fc
        .tuple(fc.integer({ min: -3000, max: 3000 }), fc.constantFrom("", "", "0", ".0", ".00", "e1"))
        .map(([n, tail]) => decimalText({ unscaled: BigInt(n) * step.unscaled, scale: step.scale }) + tail);
      const text = fc.oneof(multiple, near({ integer: false, minimum: multipleOf }));
      fc.assert(
        fc.property(
          fc.record({ minimum: bound, exclusiveMaximum: bound }, { requiredKeys: [] }),
          fc.boolean(),
          fc.array(text, { minLength: 60, maxLength: 60 }),
          (range, integer, texts) => {
            const all = { integer, multipleOf, ...range };
            const set = textsOf(all);
            // A range with few multiples is a list, which has no minus zero.
            for (const t of texts) if (!/^-0(\.0*)?$/.test(t)) assert.equal(set.has(t), isWithin(all, t), t);
          },
        ),
        { numRuns: 25 },
      );
    });
  }

  it("lists multiples in a finite range", () => {
    check(
      { integer: true, multipleOf: 3, minimum: -7, maximum: 9 },
      "-6 -3 0 3 6 9",
      "-9 -7 1 2 4 12 3.0 03 1e1",
    );
    check(
      { integer: false, multipleOf: 0.3, minimum: 0, exclusiveMaximum: 1.2 },
      "0 0.3 0.60 0.9 0.0",
      "1.2 0.1 .3",
    );
    check({ integer: true, multipleOf: 1.5, minimum: 1, maximum: 6 }, "3 6", "1.5 4.5 1 2");
  });

  it("says which multiples it cannot tell", () => {
    for (const multipleOf of [3, 7, 0.3, 1.5])
      assert.ok("problem" in numberValue({ integer: false, multipleOf }));
    assert.ok("problem" in numberValue({ integer: true, multipleOf: 0 }));
    assert.ok("problem" in numberValue({ integer: true, multipleOf: -2 }));
    assert.ok("problem" in numberValue({ integer: false, minimum: "1e999" }));
    assert.ok("problem" in numberValue({ integer: false, maximum: "ten" }));
  });

  it("takes scientific notation under bounds", () => {
    check({ integer: false, minimum: 0 }, "1e-06 0e3 12.5E+7 0.05e1", "-1e5 -0e1 1e");
    check({ integer: false, exclusiveMinimum: 0 }, "1e-06 0.1e9", "0e3 0.0e1 0");
    check({ integer: false, maximum: 0 }, "-1e-06 -12e3 0", "1e5");
    check({ integer: false, minimum: 0, maximum: 1 }, "1e-06 9.99e-1 1e0 1.00e-00", "1.1e0 1e1 12e-2 0e0");
    check({ integer: false, minimum: 25, maximum: 2000 }, "2.5e1 9e+02 2e3 25", "2.4e1 2.1e3 9e0 9e03");
    check({ integer: false, minimum: 1e-6, maximum: 1e-6 }, "1e-06 0.000001 1.0e-6", "1e-05 2e-06");
    check({ integer: false, minimum: 5, maximum: 5 }, "5 5.0", "5e0");
    check({ integer: true, minimum: 0 }, "5", "5e0");
  });

  it("takes every JSON number where nothing is asked", () => {
    check({ integer: false }, "0 -0 1.5 1e5 -1.25E-7 10 0.0", "01 1. .5 +1 - 1e 1.e5 00 NaN");
    check({ integer: true }, "0 -0 7 -120", "1.0 1e2 01 -01 -");
  });

  it("has no text for empty ranges", () => {
    for (const integer of [true, false]) {
      assert.ok(textsOf({ integer, minimum: 2, maximum: 1 }).isEmpty);
      assert.ok(textsOf({ integer, exclusiveMinimum: 2, maximum: 2 }).isEmpty);
      assert.ok(textsOf({ integer, minimum: -1, exclusiveMaximum: -1 }).isEmpty);
    }
    assert.ok(textsOf({ integer: true, exclusiveMinimum: 2, exclusiveMaximum: 3 }).isEmpty);
    assert.ok(textsOf({ integer: true, minimum: 0.1, maximum: 0.9, multipleOf: 3 }).isEmpty);
  });

  it("holds to the exclusive one of two equal bounds", () => {
    const equal = { minimum: 1, exclusiveMinimum: 1, maximum: 3, exclusiveMaximum: 3 };
    check({ integer: true, ...equal }, "2", "1 3");
    check({ integer: false, ...equal }, "1.1 2 2.99", "1 1.0 3 3.0");
  });

  it("stays small for long bounds", () => {
    const set = textsOf({ integer: false, minimum: -1e-300, maximum: 1e300 });
    assert.ok(set.has("1".repeat(300)) && !set.has(`2${"0".repeat(300)}`));
    assert.ok(set.states < 3000, `${set.states} states`);
  });
});
