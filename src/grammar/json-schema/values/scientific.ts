import { characters, choice, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { compareDecimals, type Decimal } from "./decimal.ts";
import { DIGIT, wholeNumbers, ZEROS } from "./digits.ts";
import { type End, isNotEmpty, magnitudeRange } from "./magnitudes.ts";

const E = characters([
  [0x45, 0x45],
  [0x65, 0x65],
]);
const SIGN = characters([
  [0x2b, 0x2b],
  [0x2d, 0x2d],
]);
/// Any exponent.
export const EXPONENT: Expression = sequence([E, optional(SIGN), repeat(DIGIT, 1, undefined)]);

const ONE: End = { value: { unscaled: 1n, scale: 0 }, inclusive: true };
const TEN: End = { value: { unscaled: 10n, scale: 0 }, inclusive: false };

/// A constant is written with an exponent only where programs do so: Python from 1e16 on, and below 1e-4.
const LARGE = 16;
const SMALL = -4;

/// Unsigned numbers from `low`, which is not negative, to `high` in scientific notation: a digit that is not
/// 0, perhaps a fraction, and an exponent. 0 cannot be written so.
export function scientific(low: End, high: End | undefined): Expression {
  const [from, to] = [normal(low), high && normal(high)];
  if (high && !to) return nothing();
  if (from && to && from.exponent >= to.exponent) {
    if (from.exponent > to.exponent) return nothing();
    const isConstant = compareDecimals(low.value, high!.value) === 0;
    if (isConstant && from.exponent < LARGE && from.exponent >= SMALL) return nothing();
    return withExponents(magnitudeRange(from.mantissa, to.mantissa, false), from.exponent, to.exponent);
  }
  const parts = [
    withExponents(magnitudeRange(ONE, TEN, false), from && from.exponent + 1, to && to.exponent - 1),
  ];
  if (from)
    parts.push(withExponents(magnitudeRange(from.mantissa, TEN, false), from.exponent, from.exponent));
  if (to) parts.push(withExponents(magnitudeRange(ONE, to.mantissa, false), to.exponent, to.exponent));
  return choice(parts.filter((e) => e.kind !== "nothing"));
}

/// A positive number as a mantissa of 1 or more and less than 10, times ten to the exponent; undefined for 0.
function normal({
  value,
  inclusive,
}: End): { readonly mantissa: End; readonly exponent: number } | undefined {
  if (value.unscaled === 0n) return undefined;
  const digits = value.unscaled.toString();
  return {
    mantissa: { value: mantissaOf(digits), inclusive },
    exponent: digits.length - 1 - value.scale,
  };
}

function mantissaOf(digits: string): Decimal {
  const all = digits.replace(/0+$/, "");
  return { unscaled: BigInt(all), scale: all.length - 1 };
}

/// The mantissas with each exponent from `from` to `to`, without end where absent.
function withExponents(mantissas: Expression, from: number | undefined, to: number | undefined): Expression {
  if (mantissas.kind === "nothing" || (from !== undefined && to !== undefined && from > to)) return nothing();
  const exponents: Expression[] = [];
  const add = (sign: Expression, least: number, most: number | undefined): void => {
    const whole = wholeNumbers(BigInt(least), most === undefined ? undefined : BigInt(most));
    exponents.push(sequence([sign, ZEROS, whole].filter(isNotEmpty)));
  };
  if (to === undefined || to >= 0) add(optional(literal("+")), Math.max(0, from ?? 0), to);
  if (from === undefined || from <= 0)
    add(literal("-"), Math.max(0, -(to ?? 0)), from === undefined ? undefined : -from);
  return sequence([mantissas, E, choice(exponents)]);
}
