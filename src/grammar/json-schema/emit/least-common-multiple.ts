import { decimal, decimalText, scaled } from "../values/decimal.ts";

/// The smallest number that is a multiple of all `steps`, which are positive decimals: a number is a
/// multiple of it if and only if it is one of each.
///
/// `leastCommonMultiple(["0.5", "0.75"])` is `"1.5"`.
export function leastCommonMultiple(steps: readonly string[]): string {
  const decimals = steps.map((step) => decimal(step)!);
  const scale = Math.max(...decimals.map((d) => d.scale));
  const unscaled = decimals
    .map((d) => scaled(d, scale))
    .reduce((a, b) => (a / greatestCommonDivisor(a, b)) * b);
  const sign = unscaled < 0n ? -unscaled : unscaled;
  return decimalText(reduced(sign, scale));
}

function reduced(unscaled: bigint, scale: number): { unscaled: bigint; scale: number } {
  let [u, s] = [unscaled, scale];
  while (s > 0 && u % 10n === 0n) {
    u /= 10n;
    s--;
  }
  return { unscaled: u, scale: s };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
