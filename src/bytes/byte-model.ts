import type { CancelSignal } from "../base/cancellation.ts";
import { Canonical } from "./canonical.ts";
import type { NextTokenModel } from "./next-token-model.ts";
import { NextTokens } from "./next-tokens.ts";
import type { TokenContext } from "./token-context.ts";
import { TokenOrder } from "./token-order.ts";

/// Work done for a model's streams, since it was made.
export interface EvaluationCounts {
  /// Contexts the model was asked about.
  readonly contexts: number;
  /// Calls that took.
  readonly batches: number;
}

/// A model with what its streams share: the order of its tokens, which token sequences its tokenizer
/// makes, and the count of evaluations.
export class ByteModel {
  readonly model: NextTokenModel;
  readonly order: TokenOrder;
  readonly canonical: Canonical;
  #contexts = 0;
  #batches = 0;
  #batch: Batch | undefined;

  constructor(model: NextTokenModel) {
    this.model = model;
    this.order = TokenOrder.of(model.tokenizer.vocabulary);
    this.canonical = Canonical.of(model.tokenizer);
  }

  get evaluations(): EvaluationCounts {
    return { contexts: this.#contexts, batches: this.#batches };
  }

  /// What comes after each context. Calls made at the same time, as by the branches of a beam, are one
  /// call of the model.
  async evaluate(contexts: readonly TokenContext[], signal?: CancelSignal): Promise<NextTokens[]> {
    if (contexts.length === 0) return [];
    if (this.#batch === undefined || this.#batch.signal !== signal) {
      const batch: Batch = { contexts: [], signal, answers: Promise.resolve([]) };
      batch.answers = Promise.resolve().then(() => {
        if (this.#batch === batch) this.#batch = undefined;
        return this.#ask(batch);
      });
      this.#batch = batch;
    }
    const from = this.#batch.contexts.length;
    for (const context of contexts) this.#batch.contexts.push(context);
    return (await this.#batch.answers).slice(from, from + contexts.length);
  }

  async #ask({ contexts, signal }: Batch): Promise<NextTokens[]> {
    const logits = await this.model.evaluate(contexts, signal);
    if (logits.length !== contexts.length) {
      throw new Error(`${logits.length} answers to ${contexts.length} contexts`);
    }
    this.#contexts += contexts.length;
    this.#batches++;
    return logits.map((array) => NextTokens.ofLogits(this.order, array));
  }
}

interface Batch {
  readonly contexts: TokenContext[];
  readonly signal: CancelSignal | undefined;
  answers: Promise<NextTokens[]>;
}
