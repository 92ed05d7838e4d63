import type { ShownText, ShownTokens } from "../../protocol/byte-probabilities.ts";
import { lastUpTo, type TextUnit, textUnits } from "./text-units.ts";

/// A token of the text.
export interface TokenAt {
  readonly id: number;
  /// Its place among the tokens.
  readonly index: number;
  /// Bytes of the text; outside of it where the token is.
  readonly from: number;
  readonly to: number;
}

/// The text shown, and what is known of it so far.
export class Shown {
  readonly text: ShownText;
  readonly units: readonly TextUnit[];
  readonly #unitStarts: Uint32Array;
  readonly surprises: Float64Array;
  known: number;
  tokens: ShownTokens | undefined;

  constructor(text: ShownText) {
    this.text = text;
    this.units = textUnits(text.bytes);
    this.#unitStarts = Uint32Array.from(this.units, ({ from }) => from);
    this.surprises = new Float64Array(text.bytes.length);
    this.surprises.set(text.surprises);
    this.known = text.surprises.length;
  }

  get length(): number {
    return this.text.bytes.length;
  }

  /// Index of the character that a byte belongs to; behind the last one, their number.
  unitOf(position: number): number {
    return position >= this.length ? this.units.length : lastUpTo(this.#unitStarts, position);
  }

  tokenAt(position: number): TokenAt | undefined {
    if (!this.tokens) return undefined;
    const { ids, starts } = this.tokens;
    const index = lastUpTo(starts, position);
    if (index < 0 || index >= ids.length) return undefined;
    return { id: ids[index]!, index, from: starts[index]!, to: starts[index + 1]! };
  }

  /// A token begins there.
  isCut(position: number): boolean {
    return this.tokens !== undefined && this.tokenAt(position)?.from === position;
  }

  /// What a range of bytes surprises with together; undefined if that is not known yet.
  bits(from: number, to: number): number | undefined {
    if (to > this.known) return undefined;
    let sum = 0;
    for (let at = from; at < to; at++) sum += this.surprises[at]!;
    return sum;
  }

  /// The next byte behind `position`, in a direction, that surprises at least so much.
  surprising(position: number, step: 1 | -1, bits: number): number | undefined {
    for (let at = position + step; at >= 0 && at < this.known; at += step)
      if (this.surprises[at]! >= bits) return at;
    return undefined;
  }

  /// Where the next token, or the one before, begins.
  tokenStart(position: number, step: 1 | -1): number {
    const token = this.tokenAt(position);
    if (step > 0) return Math.min(this.length, token?.to ?? this.length);
    if (token && token.from < position) return Math.max(0, token.from);
    return Math.max(0, this.tokenAt(position - 1)?.from ?? 0);
  }
}
