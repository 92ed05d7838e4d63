import { compareDecimals, type Decimal, decimal, decimalText, floor, scaled } from "./values/decimal.ts";

/// A set of numbers: those that fulfil all conditions, and are none of `not`.
export interface NumberSet {
  /// Only these, in plain decimal notation; every other condition was applied to them already.
  readonly values?: readonly string[];
  readonly integer: boolean;
  readonly minimum?: Decimal;
  readonly exclusiveMinimum?: Decimal;
  readonly maximum?: Decimal;
  readonly exclusiveMaximum?: Decimal;
  readonly multipleOf: readonly string[];
  readonly not: readonly NumberSet[];
}

export const ALL_NUMBERS: NumberSet = { integer: false, multipleOf: [], not: [] };

export function numbersOf(values: readonly string[]): NumberSet {
  return { ...ALL_NUMBERS, values };
}

export function intersectNumbers(a: NumberSet, b: NumberSet): NumberSet | undefined {
  if (a.values !== undefined) return pick(a.values, b);
  if (b.values !== undefined) return pick(b.values, a);
  const both: NumberSet = {
    integer: a.integer || b.integer,
    ...bound("minimum", larger(a.minimum, b.minimum)),
    ...bound("exclusiveMinimum", larger(a.exclusiveMinimum, b.exclusiveMinimum)),
    ...bound("maximum", smaller(a.maximum, b.maximum)),
    ...bound("exclusiveMaximum", smaller(a.exclusiveMaximum, b.exclusiveMaximum)),
    multipleOf: [...new Set([...a.multipleOf, ...b.multipleOf])],
    not: [...a.not, ...b.not.filter((n) => !a.not.includes(n))],
  };
  return isEmptyNumbers(both) ? undefined : both;
}

function pick(values: readonly string[], by: NumberSet): NumberSet | undefined {
  const left = values.filter((value) => hasNumber(by, value));
  return left.length === 0 ? undefined : numbersOf(left);
}

export function hasNumber(set: NumberSet, text: string): boolean {
  const value = decimal(text)!;
  if (set.values !== undefined && !set.values.includes(text)) return false;
  if (set.integer && value.scale > 0) return false;
  if (set.minimum !== undefined && compareDecimals(value, set.minimum) < 0) return false;
  if (set.exclusiveMinimum !== undefined && compareDecimals(value, set.exclusiveMinimum) <= 0) return false;
  if (set.maximum !== undefined && compareDecimals(value, set.maximum) > 0) return false;
  if (set.exclusiveMaximum !== undefined && compareDecimals(value, set.exclusiveMaximum) >= 0) return false;
  return set.multipleOf.every((step) => isMultiple(value, step)) && !set.not.some((n) => hasNumber(n, text));
}

function isMultiple(value: Decimal, step: string): boolean {
  const unit = decimal(step)!;
  const scale = Math.max(value.scale, unit.scale);
  return scaled(value, scale) % scaled(unit, scale) === 0n;
}

function isEmptyNumbers(set: NumberSet): boolean {
  const low = larger(set.minimum, set.exclusiveMinimum);
  const high = smaller(set.maximum, set.exclusiveMaximum);
  if (low !== undefined && high !== undefined) {
    const order = compareDecimals(low, high);
    if (order > 0) return true;
    if (order === 0) {
      const open =
        (set.exclusiveMinimum !== undefined && compareDecimals(set.exclusiveMinimum, low) === 0) ||
        (set.exclusiveMaximum !== undefined && compareDecimals(set.exclusiveMaximum, high) === 0);
      if (open || !hasNumber(set, decimalText(low))) return true;
    } else if (set.integer && floor(high) < (low.scale > 0 ? floor(low) + 1n : low.unscaled)) return true;
  }
  return set.not.some((n) => implies(set, n));
}

/// Whether every number of `a` is surely one of `b`.
function implies(a: NumberSet, b: NumberSet): boolean {
  if (b.values !== undefined) return a.values?.every((value) => b.values!.includes(value)) ?? false;
  const atLeast = (x: Decimal | undefined, y: Decimal | undefined) =>
    y === undefined || (x !== undefined && compareDecimals(x, y) >= 0);
  const atMost = (x: Decimal | undefined, y: Decimal | undefined) =>
    y === undefined || (x !== undefined && compareDecimals(x, y) <= 0);
  return (
    (!b.integer || a.integer) &&
    atLeast(a.minimum, b.minimum) &&
    atLeast(a.exclusiveMinimum, b.exclusiveMinimum) &&
    atMost(a.maximum, b.maximum) &&
    atMost(a.exclusiveMaximum, b.exclusiveMaximum) &&
    b.multipleOf.every((step) => a.multipleOf.includes(step)) &&
    b.not.every((n) => a.not.includes(n))
  );
}

type BoundName = "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum";

function bound(name: BoundName, value: Decimal | undefined): Partial<NumberSet> {
  return value === undefined ? {} : { [name]: value };
}

function larger(a: Decimal | undefined, b: Decimal | undefined): Decimal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareDecimals(a, b) >= 0 ? a : b;
}

function smaller(a: Decimal | undefined, b: Decimal | undefined): Decimal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareDecimals(a, b) <= 0 ? a : b;
}
