import { choice, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { compareDecimals, type Decimal, decimal, decimalText, negated, scaled } from "./decimal.ts";
import { ANY_FRACTION, DIGIT, DIGITS, digitRange, NO_FRACTION, wholeNumbers, ZEROS } from "./digits.ts";
import { type End, isNotEmpty, magnitudeRange } from "./magnitudes.ts";
import { EXPONENT, scientific } from "./scientific.ts";

/// Constraints of JSON Schema validation, section 6.2.
export interface NumberBounds {
  readonly integer: boolean;
  readonly minimum?: number | string;
  readonly exclusiveMinimum?: number | string;
  readonly maximum?: number | string;
  readonly exclusiveMaximum?: number | string;
  readonly multipleOf?: number | string;
}

/// An expression, or why there is none.
export type ValueResult = { readonly expression: Expression } | { readonly problem: string };

const MAX_ENUMERATED = 2000;
/// Multiples of a divisor of a power of ten are told by as many last digits, if these have few values.
const MAX_ENDINGS = 1000n;
const MAX_LAST_DIGITS = 40;

const ZERO: End = { value: { unscaled: 0n, scale: 0 }, inclusive: true };
const WHOLE = sequence([optional(literal("-")), wholeNumbers(0n, undefined)]);
const ANY_NUMBER = sequence([WHOLE, ANY_FRACTION, optional(EXPONENT)]);

/// The JSON texts of the numbers within the bounds.
///
/// Every value has at least one text. A free number has all of RFC 8259's, and so has one that has no bound
/// on its side of 0. Under other bounds numbers are written plainly or in scientific notation, with one
/// digit before the point (`1.5e-07`), which is how programs write large and small ones; under `multipleOf`
/// plainly. An
/// integer is always written without fraction and exponent: `1.0` and `1e2` are integers too, but nobody
/// writes them so who means an integer.
export function numberValue(bounds: NumberBounds): ValueResult {
  const low = tighter(bounds.minimum, bounds.exclusiveMinimum, 1);
  const high = tighter(bounds.maximum, bounds.exclusiveMaximum, -1);
  const step = bounds.multipleOf === undefined ? undefined : decimal(bounds.multipleOf);
  if (low === null || high === null || (bounds.multipleOf !== undefined && !step)) {
    return { problem: "a bound is not a decimal number" };
  }
  if (step && step.unscaled <= 0n) return { problem: "multipleOf must be more than 0" };
  const all =
    !low && !high
      ? bounds.integer
        ? WHOLE
        : step
          ? sequence([WHOLE, ANY_FRACTION])
          : ANY_NUMBER
      : range(low, high, bounds.integer, !step);
  if (!step || (bounds.integer && dividesOne(step))) return { expression: all };
  const listed = low && high && enumerated(low, high, bounds.integer, step);
  if (listed) return { expression: listed };
  const multiples = multiplesOf(step, bounds.integer);
  if (!multiples) return { problem: `multiples of ${decimalText(step)} are not told by their last digits` };
  return { expression: { kind: "intersection", items: [all, multiples] } };
}

/// Every integer is a multiple of it: 1, 0.5, 0.25, 0.1 ….
function dividesOne(step: Decimal): boolean {
  return 10n ** BigInt(step.scale) % step.unscaled === 0n;
}

/// The tighter of an inclusive and an exclusive bound; null if one of them is no number. `sign` 1 for
/// lower bounds, -1 for upper ones.
function tighter(
  inclusive: number | string | undefined,
  exclusive: number | string | undefined,
  sign: 1 | -1,
): End | undefined | null {
  const ends: End[] = [];
  for (const [bound, isInclusive] of [
    [inclusive, true],
    [exclusive, false],
  ] as const) {
    if (bound === undefined) continue;
    const value = decimal(bound);
    if (!value) return null;
    ends.push({ value, inclusive: isInclusive });
  }
  const [a, b] = ends;
  if (!a || !b) return a;
  const order = compareDecimals(a.value, b.value) * sign;
  // At the same value the exclusive bound, `b`, is the tighter one.
  return order > 0 ? a : b;
}

function range(
  low: End | undefined,
  high: End | undefined,
  integer: boolean,
  exponents: boolean,
): Expression {
  const negativeHigh = low && { value: negated(low.value), inclusive: low.inclusive };
  const negativeLow = high && { value: negated(high.value), inclusive: high.inclusive };
  const magnitudes = (from: End, to: End | undefined): Expression => {
    const plain = magnitudeRange(from, to, integer);
    if (integer || !exponents || plain.kind === "nothing") return plain;
    if (!to && from.value.unscaled === 0n) return sequence([plain, optional(EXPONENT)]);
    const others = scientific(from, to);
    return others.kind === "nothing" ? plain : choice([plain, others]);
  };
  const parts: Expression[] = [];
  // Numbers with a minus sign: none if the lower bound is 0 or more (`-0` is not what it means).
  if (!low || low.value.unscaled < 0n) {
    const negatives = magnitudes(
      negativeLow && negativeLow.value.unscaled >= 0n ? negativeLow : ZERO,
      negativeHigh,
    );
    if (negatives.kind !== "nothing") parts.push(sequence([literal("-"), negatives]));
  }
  if (!high || high.value.unscaled >= 0n) {
    const others = magnitudes(low && low.value.unscaled >= 0n ? low : ZERO, high);
    if (others.kind !== "nothing") parts.push(others);
  }
  return choice(parts);
}

/// All multiples in a finite range, if they are few.
function enumerated(low: End, high: End, integer: boolean, step: Decimal): Expression | undefined {
  const scale = Math.max(low.value.scale, high.value.scale, step.scale);
  const [from, to, by] = [scaled(low.value, scale), scaled(high.value, scale), scaled(step, scale)];
  let first = (from / by) * by;
  if (first < from) first += by;
  if (first === from && !low.inclusive) first += by;
  if (to < first) return nothing();
  if ((to - first) / by > BigInt(MAX_ENUMERATED)) return undefined;
  const unit = 10n ** BigInt(scale);
  const whole: Expression[] = [];
  const fractional: Expression[] = [];
  for (let n = first; n < to || (n === to && high.inclusive); n += by) {
    const isWhole = n % unit === 0n;
    if (!integer || isWhole)
      (isWhole ? whole : fractional).push(literal(decimalText({ unscaled: n, scale })));
  }
  if (integer) return choice(whole);
  return choice([sequence([choice(whole), NO_FRACTION]), sequence([choice(fractional), ZEROS])]);
}

/// Numbers, without bounds, that are multiples of `step`; undefined unless their last digits tell.
function multiplesOf(step: Decimal, integer: boolean): Expression | undefined {
  for (let count = 0; count <= MAX_LAST_DIGITS; count++) {
    const modulus = 10n ** BigInt(count);
    if (modulus % step.unscaled !== 0n) continue;
    if (modulus / step.unscaled > MAX_ENDINGS) return undefined;
    // The number × 10^scale is a whole number whose last `count` digits are a multiple of `unscaled`.
    const endings: string[] = [];
    for (let n = 0n; n < modulus; n += step.unscaled) endings.push(n.toString().padStart(count, "0"));
    return withEndings(count === 0 ? [""] : endings, count, step.scale, integer);
  }
  return undefined;
}

/// Numbers whose digits up to the `scale`-th of the fraction end in one of `endings`, `count` digits each.
function withEndings(endings: readonly string[], count: number, scale: number, integer: boolean): Expression {
  const inFraction = Math.min(count, scale);
  const free = scale - inFraction;
  const parts: Expression[] = [];
  for (const ending of endings) {
    const whole = endingWith(ending.slice(0, count - inFraction));
    const fraction = ending.slice(count - inFraction).replace(/0+$/, "");
    if (!integer) parts.push(sequence([whole, fractionEnding(free, fraction)]));
    // An integer has zeros for all digits of its fraction, the free ones too.
    else if (fraction === "") parts.push(whole);
  }
  return parts.length === 0 ? nothing() : sequence([optional(literal("-")), choice(parts)]);
}

/// Fractions of `free` digits and then `ending`, which does not end in 0. Zeros at the end need not be
/// written, and may be added.
function fractionEnding(free: number, ending: string): Expression {
  if (ending !== "")
    return sequence([literal("."), repeat(DIGIT, free, free), literal(ending), ZEROS].filter(isNotEmpty));
  if (free === 0) return NO_FRACTION;
  return optional(sequence([literal("."), repeat(DIGIT, 1, free), ZEROS]));
}

/// Whole numbers without leading zeros whose last digits are `ending`; a shorter number is as if it had
/// zeros before it.
function endingWith(ending: string): Expression {
  if (ending === "") return wholeNumbers(0n, undefined);
  const longer = sequence([digitRange(1, 9), DIGITS, literal(ending)]);
  const own = ending.replace(/^0+(?=.)/, "");
  return choice([literal(own), longer]);
}
