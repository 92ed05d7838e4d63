import { choice } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { NumberSet } from "../number-set.ts";
import type { StringSet } from "../string-set.ts";
import { Inexpressible } from "../value-set.ts";
import { type Decimal, decimalText } from "../values/decimal.ts";
import { literalString, type NumberBounds, numberValue, stringValue } from "../values/index.ts";
import { leastCommonMultiple } from "./least-common-multiple.ts";
import { spelledString } from "./spelling.ts";
import { textsOf } from "./string-texts.ts";

/// The JSON texts of the numbers. Throws `Inexpressible`.
export function numbersExpression(set: NumberSet): Expression {
  if (set.values !== undefined) return choice(set.values.map(exactly));
  const bounds: NumberBounds = {
    integer: set.integer,
    ...bound("minimum", set.minimum),
    ...bound("maximum", set.maximum),
    ...bound("exclusiveMinimum", set.exclusiveMinimum),
    ...bound("exclusiveMaximum", set.exclusiveMaximum),
    ...(set.multipleOf.length === 0 ? {} : { multipleOf: leastCommonMultiple(set.multipleOf) }),
  };
  return without(expressionOf(numberValue(bounds)), set.not.map(numbersExpression));
}

function exactly(value: string): Expression {
  return expressionOf(numberValue({ integer: false, minimum: value, maximum: value }));
}

type BoundName = "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum";

function bound(name: BoundName, value: Decimal | undefined): Partial<NumberBounds> {
  return value === undefined ? {} : { [name]: decimalText(value) };
}

function expressionOf(value: ReturnType<typeof numberValue>): Expression {
  if ("problem" in value) throw new Inexpressible(value.problem);
  return value.expression;
}

/// The JSON texts of the strings.
export function stringsExpression(set: StringSet): Expression {
  if (set.values !== undefined && set.formats.length === 0 && set.not.length === 0)
    return choice([...set.values].map(literalString));
  const isPlain = set.values === undefined && set.not.length + set.formats.length + set.patterns.length === 0;
  if (!isPlain) return spelledString(textsOf(set));
  return expressionOf(
    stringValue({
      ...(set.minLength > 0 ? { minLength: set.minLength } : {}),
      ...(set.maxLength === undefined ? {} : { maxLength: set.maxLength }),
    }),
  );
}

function without(all: Expression, parts: readonly Expression[]): Expression {
  if (parts.length === 0) return all;
  return {
    kind: "intersection",
    items: [all, ...parts.map((item): Expression => ({ kind: "complement", item }))],
  };
}
