import { bytesEqual } from "../../base/bytes.ts";
import { tokensToBytes } from "../../tokenizer/vocabulary.ts";
import type { ToyModel } from "./toy-model.ts";

/// What a model says of bytes, by enumerating token sequences: slow, obvious, and right.
export class Enumeration {
  readonly #model: ToyModel;
  readonly #start: readonly number[];
  readonly #counts: (tokens: readonly number[]) => boolean;
  readonly #mayEnd: (tokens: readonly number[]) => boolean;

  /// `counts`: which token sequences do; `mayEnd`: after which of those a text may end.
  constructor(
    model: ToyModel,
    start: readonly number[] = [],
    counts: (tokens: readonly number[]) => boolean = () => true,
    mayEnd: (tokens: readonly number[]) => boolean = () => true,
  ) {
    this.#model = model;
    this.#start = start;
    this.#counts = counts;
    this.#mayEnd = mayEnd;
  }

  /// Every cover of `text` and its probability.
  covers(text: Uint8Array): { tokens: readonly number[]; p: number }[] {
    if (text.length === 0) return [{ tokens: [], p: 1 }];
    const found: { tokens: readonly number[]; p: number }[] = [];
    const { vocabulary } = this.#model.tokenizer;
    const visit = (tokens: readonly number[], at: number, p: number): void => {
      const next = this.#model.probabilities([...this.#start, ...tokens]);
      for (let id = 0; id < vocabulary.size; id++) {
        if (vocabulary.kind(id) !== "normal") continue;
        const bytes = vocabulary.bytes(id);
        const common = Math.min(bytes.length, text.length - at);
        if (!bytesEqual(bytes.subarray(0, common), text.subarray(at, at + common))) continue;
        const extended = [...tokens, id];
        if (!this.#counts(extended)) continue;
        if (at + bytes.length >= text.length) found.push({ tokens: extended, p: p * next[id]! });
        else visit(extended, at + bytes.length, p * next[id]!);
      }
    };
    visit([], 0, 1);
    return found;
  }

  mass(text: Uint8Array): number {
    return this.covers(text).reduce((sum, { p }) => sum + p, 0);
  }

  /// Mass of the text and its end.
  stopMass(text: Uint8Array): number {
    const { vocabulary } = this.#model.tokenizer;
    let sum = 0;
    for (const { tokens, p } of this.covers(text)) {
      if (!bytesEqual(tokensToBytes(vocabulary, tokens), text) || !this.#mayEnd(tokens)) continue;
      const next = this.#model.probabilities([...this.#start, ...tokens]);
      for (let id = 0; id < vocabulary.size; id++) if (vocabulary.kind(id) !== "normal") sum += p * next[id]!;
    }
    return sum;
  }

  /// Masses of the text and each next byte, and of its end, relative to the text's. `alphabet`: bytes
  /// that any token has.
  next(text: Uint8Array, alphabet?: Iterable<number>): { bytes: Float64Array; stop: number } {
    const whole = this.mass(text);
    const bytes = new Float64Array(256);
    for (const b of alphabet ?? Array(256).keys()) bytes[b] = this.mass(Uint8Array.of(...text, b)) / whole;
    return { bytes, stop: this.stopMass(text) / whole };
  }
}
