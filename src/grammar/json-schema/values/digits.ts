import { characters, choice, empty, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";

// Sets of numbers as sets of their digits: every function is linear in the number of digits.

export const DIGIT = digitRange(0, 9);
const NONZERO_DIGIT = digitRange(1, 9);
export const DIGITS = repeat(DIGIT, 0, undefined);
export const ZEROS = repeat(digitRange(0, 0), 0, undefined);

export function digitRange(from: number, to: number): Expression {
  return from > to ? nothing() : characters([[0x30 + from, 0x30 + to]]);
}

/// Whole numbers from `low` to `high` (without end if absent), no leading zeros. 0 ≤ low.
export function wholeNumbers(low: bigint, high: bigint | undefined): Expression {
  if (high !== undefined && high < low) return nothing();
  const first = low.toString();
  const parts: Expression[] = [];
  const longest = high?.toString().length;
  if (longest === first.length) return sameLength(first, high!.toString(), first.length);
  parts.push(sameLength(first, "9".repeat(first.length), first.length));
  if (high === undefined) parts.push(sequence([NONZERO_DIGIT, repeat(DIGIT, first.length, undefined)]));
  else {
    if (longest! - 1 > first.length)
      parts.push(sequence([NONZERO_DIGIT, repeat(DIGIT, first.length, longest! - 2)]));
    parts.push(sameLength(`1${"0".repeat(longest! - 1)}`, high.toString(), longest!));
  }
  return choice(parts.filter((e) => e.kind !== "nothing"));
}

/// Digit strings of `length` from `low` to `high`, both of that length.
function sameLength(low: string, high: string, length: number): Expression {
  if (length === 0) return empty();
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(DIGIT, length, length);
  const [l, h] = [Number(low[0]), Number(high[0])];
  const rest = length - 1;
  if (l === h) return sequence([digitRange(l, l), sameLength(low.slice(1), high.slice(1), rest)]);
  const lowRest = low.slice(1);
  const highRest = high.slice(1);
  const lowFull = /^0*$/.test(lowRest);
  const highFull = /^9*$/.test(highRest);
  const parts: Expression[] = [];
  if (!lowFull) parts.push(sequence([digitRange(l, l), sameLength(lowRest, "9".repeat(rest), rest)]));
  const [from, to] = [lowFull ? l : l + 1, highFull ? h : h - 1];
  if (from <= to)
    parts.push(sequence([digitRange(from, to), ...(rest > 0 ? [repeat(DIGIT, rest, rest)] : [])]));
  if (!highFull) parts.push(sequence([digitRange(h, h), sameLength("0".repeat(rest), highRest, rest)]));
  return choice(parts);
}

/// An optional fraction (`.5`, with its point) of any value.
export const ANY_FRACTION: Expression = optional(sequence([literal("."), repeat(DIGIT, 1, undefined)]));
/// No fraction, or one of zeros.
export const NO_FRACTION: Expression = optional(
  sequence([literal("."), repeat(digitRange(0, 0), 1, undefined)]),
);
const NONZERO_TAIL = sequence([DIGITS, NONZERO_DIGIT, DIGITS]);

/// Fractions whose value is at least (or more than) 0.`digits`; `digits` has no trailing zeros.
export function fractionFrom(digits: string, inclusive: boolean): Expression {
  if (digits === "") return inclusive ? ANY_FRACTION : sequence([literal("."), NONZERO_TAIL]);
  let rest: Expression = inclusive ? DIGITS : NONZERO_TAIL;
  for (const digit of [...digits].reverse().map(Number)) {
    const equal = sequence([digitRange(digit, digit), rest]);
    rest = digit === 9 ? equal : choice([sequence([digitRange(digit + 1, 9), DIGITS]), equal]);
  }
  return sequence([literal("."), rest]);
}

/// Fractions whose value is at most (or less than) 0.`digits`; no fraction is 0.
export function fractionTo(digits: string, inclusive: boolean): Expression {
  if (digits === "") return inclusive ? NO_FRACTION : nothing();
  // What may follow the digits read so far, which equal those of the bound; `undefined`: not even the end.
  let rest: Expression | undefined = inclusive ? ZEROS : undefined;
  let digitsLeft: Expression = nothing();
  for (const digit of [...digits].reverse().map(Number)) {
    const parts: Expression[] = [];
    if (digit > 0) parts.push(sequence([digitRange(0, digit - 1), DIGITS]));
    if (rest) parts.push(sequence([digitRange(digit, digit), rest]));
    digitsLeft = choice(parts);
    // To end here is less than the bound, whose last digit is not 0.
    rest = optional(digitsLeft);
  }
  return optional(sequence([literal("."), digitsLeft]));
}
