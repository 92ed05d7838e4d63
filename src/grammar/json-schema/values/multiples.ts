import { type Decimal, decimal } from "./decimal.ts";
import type { TextCondition } from "./text-condition.ts";

/// Remainders that a step may leave, over all digits that count.
const MAX_REMAINDERS = 5000n;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const DEAD: TextCondition = { key: "0", accepts: false, isDead: true, after: () => DEAD };

type Place =
  /// Before the first digit.
  | { readonly kind: "start" }
  /// In the whole part.
  | { readonly kind: "whole" }
  /// After so many digits of the fraction; those past the step's own scale are one.
  | { readonly kind: "fraction"; readonly digits: number };

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

  const at = (place: Place, remainder: number): TextCondition => {
    const read = place.kind === "fraction" ? place.digits : 0;
    let total = remainder;
    for (let i = read; i < scale; i++) total = (total * 10) % modulus;
    return {
      key: `${place.kind}${read}:${remainder}%${modulus}e${scale}`,
      accepts: total === 0 && place.kind !== "start",
      isDead: false,
      after: (character) => {
        if (place.kind === "start" && character === MINUS) return at(place, remainder);
        if (place.kind === "whole" && character === POINT)
          return at({ kind: "fraction", digits: 0 }, remainder);
        if (character < ZERO || character > NINE) return DEAD;
        const digit = character - ZERO;
        if (place.kind !== "fraction") return at({ kind: "whole" }, (remainder * 10 + digit) % modulus);
        if (place.digits >= scale) return digit === 0 && remainder === 0 ? at(place, 0) : DEAD;
        return at({ kind: "fraction", digits: place.digits + 1 }, (remainder * 10 + digit) % modulus);
      },
    };
  };
  return at({ kind: "start" }, 0);
}
