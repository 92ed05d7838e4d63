import { hasBit } from "../../src/base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../../src/base/cancellation.ts";
import type { ToyModel } from "../../src/bytes/testing/toy-model.ts";
import type {
  ChosenLogits,
  ChosenTokens,
  LanguageModel,
  LogitRequest,
  ModelSequence,
  NextTokenLogits,
} from "../../src/decoding/index.ts";

/// A toy model behind the port of the decoding room.
export function toyLanguageModel(toy: ToyModel): LanguageModel {
  return {
    info: {
      name: "toy",
      device: "none",
      contextLength: 256,
      vocabularySize: toy.tokenizer.vocabulary.size,
      hasFim: false,
      prefersFim: false,
    },
    tokenizer: toy.tokenizer,
    openSequence: async () => new ToySequence(toy),
    dispose: async () => {},
  };
}

class ToySequence implements ModelSequence {
  readonly reusedTokens = 0;
  readonly maxRows = 3;
  readonly #toy: ToyModel;
  /// The last one first.
  #rows: readonly Float64Array[] = [];

  constructor(toy: ToyModel) {
    this.#toy = toy;
  }

  async evaluate(tokens: readonly number[], signal?: CancelSignal, rows = 1): Promise<void> {
    throwIfCancelled(signal);
    this.#rows = Array.from({ length: rows }, (_, back) =>
      this.#toy.probabilities(tokens.slice(0, tokens.length - back)).map(Math.log),
    );
  }

  async logits({ top, mask, back = 0, totals, total, temperature }: LogitRequest): Promise<NextTokenLogits> {
    const logits = this.#rows[back]!;
    const allowed = [...logits.keys()].filter((token) => !mask || hasBit(mask, token));
    allowed.sort((a, b) => logits[b]! - logits[a]!);
    const tokens = Uint32Array.from(allowed.slice(0, top));
    const weight = (ids: Iterable<number>, t: number) =>
      Math.log([...ids].reduce((sum, token) => sum + Math.exp(logits[token]! / t), 0));
    return {
      tokens,
      logits: Float32Array.from(tokens, (token) => logits[token]!),
      complete: tokens.length === allowed.length,
      ...((totals || total) && { logTotal: weight(logits.keys(), 1) }),
      ...(totals && { logAllowed: weight(allowed, 1) }),
      ...(temperature !== undefined && { logTempered: weight(allowed, temperature) }),
    };
  }

  async chosen(places: readonly ChosenTokens[]): Promise<ChosenLogits[]> {
    return places.map(({ back, tokens }) => ({
      logits: Float32Array.from(tokens, (token) => this.#rows[back]![token]!),
      logTotal: 0,
    }));
  }

  async mostLikely(mask?: Uint32Array): Promise<number | undefined> {
    return (await this.logits({ top: 1, ...(mask && { mask }) })).tokens[0];
  }

  async dispose(): Promise<void> {}
}
