import { choice } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { parseRegexExpression } from "../../regex/regex.ts";
import type { NumberSet } from "../number-set.ts";
import type { StringSet } from "../string-set.ts";
import { Inexpressible } from "../value-set.ts";
import { type Decimal, decimalText } from "../values/decimal.ts";
import { literalString, type NumberBounds, numberValue, stringValue } from "../values/index.ts";
import { leastCommonMultiple } from "./least-common-multiple.ts";
import { spelledString } from "./spelling.ts";
import { intersectionOf, textsOf } from "./string-texts.ts";

// Numbers without an exponent, and zero without a sign: the spellings that conditions can be told by.
const PLAIN = regex("(?:0(?:\\.\\d+)?|-?[1-9]\\d*(?:\\.\\d+)?|-0\\.\\d*[1-9]\\d*)");
const WHOLE_VALUE = regex("-?(?:0|[1-9]\\d*)(?:\\.0+)?");

function regex(source: string): Expression {
  return parseRegexExpression(source).expression!;
}

/// The JSON texts of the numbers. Throws `Inexpressible`.
export function numbersExpression(set: NumberSet): Expression {
  if (set.values !== undefined) return choice(set.values.map(exactly));
  const all = expressionOf(numberValue(boundsOf(set, set.integer)));
  if (set.not.length === 0) return all;
  const others = set.not.map((n): Expression => ({ kind: "complement", item: everySpelling(n) }));
  return { kind: "intersection", items: [all, PLAIN, ...others] };
}

/// All plain spellings of the numbers: `1.0` too where `1` is in the set.
function everySpelling(set: NumberSet): Expression {
  if (set.values !== undefined) return choice(set.values.map(exactly));
  const items = [expressionOf(numberValue(boundsOf(set, false)))];
  if (set.integer) items.push(WHOLE_VALUE);
  for (const n of set.not) items.push({ kind: "complement", item: everySpelling(n) });
  return intersectionOf(items);
}

function boundsOf(set: NumberSet, integer: boolean): NumberBounds {
  return {
    integer,
    ...bound("minimum", set.minimum),
    ...bound("maximum", set.maximum),
    ...bound("exclusiveMinimum", set.exclusiveMinimum),
    ...bound("exclusiveMaximum", set.exclusiveMaximum),
    ...(set.multipleOf.length === 0 ? {} : { multipleOf: leastCommonMultiple(set.multipleOf) }),
  };
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
