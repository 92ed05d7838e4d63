import { choice } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { parseRegexExpression } from "../../regex/regex.ts";
import type { NumberSet } from "../number-set.ts";
import { Inexpressible } from "../value-set.ts";
import { type Decimal, decimalText } from "../values/decimal.ts";
import { type NumberBounds, numberValue } from "../values/index.ts";
import { multiples } from "../values/multiples.ts";
import { all, matching, not, type TextCondition } from "../values/text-condition.ts";
import { conditionRules } from "./condition-rules.ts";
import type { Emitter } from "./emitter.ts";
import { leastCommonMultiple } from "./least-common-multiple.ts";
import { intersectionOf } from "./string-texts.ts";

// Numbers without an exponent, and zero without a sign: the spellings that conditions can be told by.
const PLAIN = regex("(?:0(?:\\.\\d+)?|-?[1-9]\\d*(?:\\.\\d+)?|-0\\.\\d*[1-9]\\d*)");
const WHOLE_VALUE = regex("-?(?:0|[1-9]\\d*)(?:\\.0+)?");
// Made once: what they come to is remembered.
const IS_PLAIN = matching(PLAIN);
const IS_WHOLE = matching(WHOLE_VALUE);
const PLAIN_CHARACTERS = [..."-.0123456789"].map((c) => c.charCodeAt(0));

function regex(source: string): Expression {
  return parseRegexExpression(source).expression!;
}

/// The JSON texts of the numbers. Throws `Inexpressible`.
export function numbersExpression(emitter: Emitter, set: NumberSet): Expression {
  if (set.values !== undefined) return choice(set.values.map(exactly));
  if (!isToldByDigits(set, set.integer))
    return conditionRules(emitter, conditionOf(set, set.integer), PLAIN_CHARACTERS);
  const numbers = expressionOf(numberValue(boundsOf(set, set.integer)));
  if (set.not.length === 0) return numbers;
  const others = set.not.map((n): Expression => ({ kind: "complement", item: everySpelling(n) }));
  return { kind: "intersection", items: [numbers, PLAIN, ...others] };
}

/// All plain spellings of the numbers: `1.0` too where `1` is in the set.
function everySpelling(set: NumberSet): Expression {
  if (set.values !== undefined) return choice(set.values.map(exactly));
  const items = [expressionOf(numberValue(boundsOf(set, false)))];
  if (set.integer) items.push(WHOLE_VALUE);
  for (const n of set.not) items.push({ kind: "complement", item: everySpelling(n) });
  return intersectionOf(items);
}

/// No `multipleOf`, or only such that last digits or a list tell.
function isToldByDigits(set: NumberSet, integer: boolean): boolean {
  if (set.values !== undefined) return true;
  const isOwn = set.multipleOf.length === 0 || "expression" in numberValue(boundsOf(set, integer));
  return isOwn && set.not.every((n) => isToldByDigits(n, false));
}

/// Plain spellings of the numbers; of integers those without a fraction.
function conditionOf(set: NumberSet, integer: boolean): TextCondition {
  if (set.values !== undefined) return matching(choice(set.values.map(exactly)));
  const { multipleOf: _, ...bounds } = boundsOf(set, integer);
  const parts = [IS_PLAIN, matching(expressionOf(numberValue(bounds)))];
  if (set.integer && !integer) parts.push(IS_WHOLE);
  for (const step of set.multipleOf) {
    const condition = multiples(step);
    if (condition === undefined)
      throw new Inexpressible(`needs too many remainders for multiples of ${step}`);
    parts.push(condition);
  }
  for (const n of set.not) parts.push(not(conditionOf(n, false)));
  return all(parts);
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

/// The texts of one number.
export function exactly(value: string): Expression {
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
