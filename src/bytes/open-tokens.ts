import type { Followers } from "./canonical.ts";
import { REFUSED, UNKNOWN } from "./follow-tables.ts";
import type { NextTokens } from "./next-tokens.ts";

// Numbers are told apart by their exponent in base 2, which 11 bits of a double hold.
const EXPONENTS = 2048;

/// The tokens of a range of places of which nobody knows yet whether the tokenizer makes them, by how
/// likely they are. Two passes over the range, whatever there is to decide: a vocabulary is long, and
/// sorting it takes longer than the model's softmax.
export class OpenTokens {
  /// Probability of all tokens that are not refused.
  readonly counted: number;
  readonly #followers: Followers;
  readonly #next: NextTokens;
  readonly #from: number;
  readonly #to: number;
  readonly #numbers = new Uint32Array(EXPONENTS);
  readonly #masses = new Float64Array(EXPONENTS);

  constructor(followers: Followers, next: NextTokens, from: number, to: number) {
    this.#followers = followers;
    this.#next = next;
    this.#from = from;
    this.#to = to;
    const { probabilities, first } = next;
    const words = highWords(probabilities);
    let counted = 0;
    for (let place = from; place < to; place++) {
      const answer = followers.answerAt(place);
      if (answer === REFUSED) continue;
      const p = probabilities[place - first]!;
      counted += p;
      if (answer !== UNKNOWN) continue;
      const exponent = words[2 * (place - first)]! >>> 20;
      this.#numbers[exponent]!++;
      this.#masses[exponent]! += p;
    }
    this.counted = counted;
  }

  /// The least exponent such that those below it have `most` of mass at most, as far as there is `room`
  /// for those above (if there is not even for the first, it is theirs). `undefined` if nothing is to be checked.
  leastToCheck(most: number, room: number): number | undefined {
    let left = 0;
    for (const mass of this.#masses) left += mass;
    let wanted = 0;
    let least: number | undefined;
    for (let exponent = EXPONENTS - 1; exponent >= 0 && left > most; exponent--) {
      const number = this.#numbers[exponent]!;
      if (number === 0) continue;
      if (wanted > 0 && wanted + number > room) break;
      wanted += number;
      left -= this.#masses[exponent]!;
      least = exponent;
    }
    return least;
  }

  /// Checks those of the exponent `least` and above, `room` of them at most. Returns how many.
  check(least: number, room: number): number {
    const { probabilities, first } = this.#next;
    const words = highWords(probabilities);
    let checks = 0;
    for (let place = this.#from; place < this.#to && checks < room; place++) {
      if (words[2 * (place - first)]! >>> 20 < least || this.#followers.answerAt(place) !== UNKNOWN) continue;
      this.#followers.allows(place);
      checks++;
    }
    return checks;
  }
}

/// The upper half of number i, which has its exponent (and no sign: none is negative), is at 2 × i.
function highWords(numbers: Float64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset).subarray(1);
}
