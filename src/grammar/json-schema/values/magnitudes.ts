import { choice, literal, nothing, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { compareDecimals, type Decimal, floor, fractionDigits } from "./decimal.ts";
import { ANY_FRACTION, fractionFrom, fractionTo, wholeNumbers } from "./digits.ts";

/// An end of a range of numbers.
export interface End {
  readonly value: Decimal;
  readonly inclusive: boolean;
}

/// Unsigned numbers from `low`, which is not negative, to `high`.
export function magnitudeRange(low: End, high: End | undefined, integer: boolean): Expression {
  if (high) {
    const order = compareDecimals(low.value, high.value);
    if (order > 0 || (order === 0 && !(low.inclusive && high.inclusive))) return nothing();
  }
  const [lowWhole, lowFraction] = [floor(low.value), fractionDigits(low.value)];
  if (integer) {
    const from = lowFraction === "" && low.inclusive ? lowWhole : lowWhole + 1n;
    if (!high) return wholeNumbers(from, undefined);
    const whole = floor(high.value);
    return wholeNumbers(from, fractionDigits(high.value) === "" && !high.inclusive ? whole - 1n : whole);
  }
  const exactly = (whole: bigint, fraction: Expression) =>
    fraction.kind === "nothing"
      ? nothing()
      : sequence([literal(whole.toString()), fraction].filter(isNotEmpty));
  const lowest = fractionFrom(lowFraction, low.inclusive);
  if (!high)
    return choice([
      exactly(lowWhole, lowest),
      sequence([wholeNumbers(lowWhole + 1n, undefined), ANY_FRACTION]),
    ]);
  const highWhole = floor(high.value);
  const highest = fractionTo(fractionDigits(high.value), high.inclusive);
  if (lowWhole === highWhole) return exactly(lowWhole, { kind: "intersection", items: [lowest, highest] });
  const between = wholeNumbers(lowWhole + 1n, highWhole - 1n);
  return choice(
    [
      exactly(lowWhole, lowest),
      between.kind === "nothing" ? between : sequence([between, ANY_FRACTION]),
      exactly(highWhole, highest),
    ].filter((e) => e.kind !== "nothing"),
  );
}

export function isNotEmpty(e: Expression): boolean {
  return e.kind !== "empty";
}
