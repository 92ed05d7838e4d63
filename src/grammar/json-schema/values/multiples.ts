import { type Decimal, decimal } from "./decimal.ts";
import { conditionOf, type TextCondition } from "./text-condition.ts";

/// Remainders that a step may leave, over all digits that count.
const MAX_REMAINDERS = 5000n;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

type Place =
  /// Before the first digit.
  | { readonly kind: "start" }
  /// In the whole part.
  | { readonly kind: "whole" }
  /// After so many digits of the fraction; those past the step's own scale are one.
  | { readonly kind: "fraction"; readonly digits: number };

interface Read {
  readonly place: Place;
  readonly remainder: number;
}

/// Plain spellings of the multiples of `step`, a positive number: `-6`, `0.9`, `3.00`. Undefined if telling
/// them takes too many remainders.
///
/// The digits read so far, as a whole number, are known by their remainder: one digit more makes 10 r + d of
/// r. With `scale` digits of fraction the number times 10^scale is what the step's own digits must divide;
/// digits after those must be 0, and ones that are not written are.
export function multiples(step: string): TextCondition | undefined {
  const { unscaled, scale }: Decimal = decimal(step)!;
  if (unscaled * BigInt(scale + 1) > MAX_REMAINDERS) return undefined;
  const modulus = Number(unscaled);

  const after = ({ place, remainder }: Read, character: number): Read | undefined => {
    if (place.kind === "start" && character === MINUS) return { place, remainder };
    if (place.kind === "whole" && character === POINT)
      return { place: { kind: "fraction", digits: 0 }, remainder };
    if (character < ZERO || character > NINE) return undefined;
    const digit = character - ZERO;
    const next = (remainder * 10 + digit) % modulus;
    if (place.kind !== "fraction") return { place: { kind: "whole" }, remainder: next };
    if (place.digits >= scale) return digit === 0 && remainder === 0 ? { place, remainder } : undefined;
    return { place: { kind: "fraction", digits: place.digits + 1 }, remainder: next };
  };
  return conditionOf<Read>(
    { place: { kind: "start" }, remainder: 0 },
    ({ place, remainder }) => `${place.kind}${digitsOf(place)} ${remainder}`,
    (read) => {
      let total = read.remainder;
      for (let i = digitsOf(read.place); i < scale; i++) total = (total * 10) % modulus;
      return {
        accepts: total === 0 && read.place.kind !== "start",
        after: (character) => after(read, character),
      };
    },
  );
}

function digitsOf(place: Place): number {
  return place.kind === "fraction" ? place.digits : 0;
}
