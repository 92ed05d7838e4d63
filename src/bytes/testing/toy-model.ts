import type { CancelSignal } from "../../base/cancellation.ts";
import { throwIfCancelled } from "../../base/cancellation.ts";
import type { Tokenizer } from "../../tokenizer/vocabulary.ts";
import type { NextTokenModel } from "../next-token-model.ts";
import type { TokenContext } from "../token-context.ts";

/// A fully specified model: logits as a function of the tokens so far.
export class ToyModel implements NextTokenModel {
  readonly tokenizer: Tokenizer;
  readonly #logits: (tokens: readonly number[]) => Float32Array;
  readonly #known = new Map<string, Float64Array>();

  constructor(tokenizer: Tokenizer, logits: (tokens: readonly number[]) => Float32Array) {
    this.tokenizer = tokenizer;
    this.#logits = logits;
  }

  async evaluate(contexts: readonly TokenContext[], signal?: CancelSignal): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    return contexts.map((context) => this.#logits(context.tokens()));
  }

  /// Probability of each next token, by id.
  probabilities(tokens: readonly number[]): Float64Array {
    const key = tokens.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const weights = Float64Array.from(this.#logits(tokens), (logit) => Math.exp(logit));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const probabilities = weights.map((weight) => weight / total);
    this.#known.set(key, probabilities);
    return probabilities;
  }
}

/// A model whose logits are a hash of context and token, within ±`spread`: every context has a
/// distribution of its own, and no sequence is impossible.
export function hashedModel(tokenizer: Tokenizer, seed: number, spread = 3): ToyModel {
  const { size } = tokenizer.vocabulary;
  return new ToyModel(tokenizer, (tokens) => {
    let state = mix(seed);
    for (const token of tokens) state = mix(state ^ Math.imul(token + 1, 0x9e3779b1));
    return Float32Array.from(
      { length: size },
      (_, token) => ((mix(state ^ Math.imul(token + 1, 0x85ebca6b)) >>> 0) / 2 ** 31 - 1) * spread,
    );
  });
}

function mix(x: number): number {
  let z = (x + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/// A tokenizer over a vocabulary that takes the longest token at each place: for vocabularies of any
/// bytes. What it has no token for is left out.
export function longestMatch(vocabulary: Tokenizer["vocabulary"]): Tokenizer {
  const encoder = new TextEncoder();
  return {
    vocabulary,
    encode: (text) => {
      const bytes = encoder.encode(text);
      const tokens: number[] = [];
      for (let at = 0; at < bytes.length; ) {
        let best = -1;
        let length = 0;
        for (let id = 0; id < vocabulary.size; id++) {
          const token = vocabulary.bytes(id);
          if (vocabulary.kind(id) !== "normal" || token.length <= length) continue;
          if (token.every((byte, i) => bytes[at + i] === byte)) {
            best = id;
            length = token.length;
          }
        }
        if (best >= 0) tokens.push(best);
        at += Math.max(1, length);
      }
      return tokens;
    },
  };
}

// The room compiles without DOM and Node types.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
