import type { TokenOrder } from "./token-order.ts";

/// The probabilities of the token after a context, in the order of the tokens' bytes.
export class NextTokens {
  /// Probability of the token at place `first + i`.
  readonly probabilities: Float64Array;
  readonly first: number;
  /// Probability that no text follows: of all special and unused tokens together.
  readonly stop: number;

  private constructor(probabilities: Float64Array, first: number, stop: number) {
    this.probabilities = probabilities;
    this.first = first;
    this.stop = stop;
  }

  /// From logits by id: the softmax over the whole vocabulary.
  static ofLogits(order: TokenOrder, logits: Float32Array): NextTokens {
    const { ids, others } = order;
    if (logits.length !== ids.length + others.length) {
      throw new Error(`${logits.length} logits for a vocabulary of ${ids.length + others.length}`);
    }
    let top = Number.NEGATIVE_INFINITY;
    for (let id = 0; id < logits.length; id++) if (logits[id]! > top) top = logits[id]!;
    if (!Number.isFinite(top)) throw new Error("logits without a finite maximum");
    const probabilities = new Float64Array(ids.length);
    let total = 0;
    for (let i = 0; i < ids.length; i++) {
      const weight = Math.exp(logits[ids[i]!]! - top);
      probabilities[i] = weight;
      total += weight;
    }
    let stop = 0;
    for (const id of others) stop += Math.exp(logits[id]! - top);
    total += stop;
    for (let i = 0; i < ids.length; i++) probabilities[i]! /= total;
    return new NextTokens(probabilities, 0, stop / total);
  }

  /// Those of the places `from .. to` alone, so that the others need no memory.
  slice(from: number, to: number): NextTokens {
    return new NextTokens(this.probabilities.slice(from - this.first, to - this.first), from, this.stop);
  }

  at(place: number): number {
    return this.probabilities[place - this.first]!;
  }
}
