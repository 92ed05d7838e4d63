import type { Surprises } from "./surprises.ts";

/// Replacement of text, as VS Code tells it.
export interface Edit {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/// Units behind an edit that are remembered: more than what is in sight.
const REMEMBERED_UNITS = 16_384;
/// Edits of one change that are followed: each costs a copy of what is remembered.
const MOST_EDITS = 50;

/// Surprises from before an edit, where their characters stand now: marks do not go and come with each key,
/// but stay until the text is scored anew.
export class Outdated {
  #from = 0;
  #bits = new Float64Array(0);

  /// Takes over what is shown behind the first of some edits. Call it before `surprises` forgets that.
  follow(surprises: Surprises, edits: readonly Edit[]): void {
    const from = Math.min(...edits.map(({ rangeOffset }) => rangeOffset));
    let bits = surprises.slice(from, from + REMEMBERED_UNITS);
    this.fill(from, bits);
    if (edits.length > MOST_EDITS) bits = new Float64Array(0);
    // The last first, as all of them count in the text before the change.
    const descending = [...edits].sort((a, b) => b.rangeOffset - a.rangeOffset);
    for (const { rangeOffset, rangeLength, text } of descending) {
      const at = rangeOffset - from;
      if (at >= bits.length) continue;
      const moved = new Float64Array(Math.max(at, bits.length - rangeLength + text.length)).fill(Number.NaN);
      moved.set(bits.subarray(0, at));
      const rest = bits.subarray(Math.min(bits.length, at + rangeLength));
      if (rest.length > 0) moved.set(rest, at + text.length);
      bits = moved.subarray(0, REMEMBERED_UNITS);
    }
    this.#from = from;
    this.#bits = bits.slice();
  }

  /// Puts what was there before where `bits`, the surprises from unit `from` on, know nothing.
  fill(from: number, bits: Float64Array): void {
    const end = Math.min(from + bits.length, this.#from + this.#bits.length);
    for (let unit = Math.max(from, this.#from); unit < end; unit++) {
      if (Number.isNaN(bits[unit - from]!)) bits[unit - from] = this.#bits[unit - this.#from]!;
    }
  }

  clear(): void {
    this.#bits = new Float64Array(0);
  }
}
