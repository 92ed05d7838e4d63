import type { CancelSignal } from "../base/cancellation.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";
import type { TokenContext } from "./token-context.ts";

/// What this room needs of a language model: the port a runtime implements.
export interface NextTokenModel {
  readonly tokenizer: Tokenizer;
  /// For each context the next token's logits (natural log scale, normalised or not), one for each id
  /// of the vocabulary. The caller keeps the arrays but does not change them.
  ///
  /// The contexts of one call are one batch: nodes of few trees, most of them one token below contexts
  /// asked for before. A signal ends it with a `CancelledError`. A context too long for the model is an
  /// `InputError` with the code `context-overflow`.
  evaluate(contexts: readonly TokenContext[], signal?: CancelSignal): Promise<readonly Float32Array[]>;
}
