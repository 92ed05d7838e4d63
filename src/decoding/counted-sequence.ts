import type { CancelSignal } from "../base/cancellation.ts";
import type {
  ChosenLogits,
  ChosenTokens,
  LogitRequest,
  ModelSequence,
  NextTokenLogits,
} from "./language-model.ts";

/// A sequence that counts its evaluations. Its owner disposes the sequence itself.
export class CountedSequence implements ModelSequence {
  readonly #sequence: ModelSequence;
  #evaluations = 0;

  constructor(sequence: ModelSequence) {
    this.#sequence = sequence;
  }

  /// Calls of `evaluate` that the model had to compute for.
  get evaluations(): number {
    return this.#evaluations;
  }

  get reusedTokens(): number {
    return this.#sequence.reusedTokens;
  }

  get maxRows(): number {
    return this.#sequence.maxRows;
  }

  async evaluate(tokens: readonly number[], signal?: CancelSignal, rows?: number): Promise<void> {
    await this.#sequence.evaluate(tokens, signal, rows);
    // The logits may be there from the last time.
    if (this.#sequence.reusedTokens < tokens.length) this.#evaluations++;
  }

  logits(request: LogitRequest): Promise<NextTokenLogits> {
    return this.#sequence.logits(request);
  }

  chosen(places: readonly ChosenTokens[]): Promise<ChosenLogits[]> {
    return this.#sequence.chosen(places);
  }

  mostLikely(mask?: Uint32Array): Promise<number | undefined> {
    return this.#sequence.mostLikely(mask);
  }

  async dispose(): Promise<void> {}
}
