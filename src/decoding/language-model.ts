import type { CancelSignal } from "../base/cancellation.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";

/// Facts a runtime knows of a loaded model.
export interface ModelInfo {
  readonly name: string;
  readonly file?: string;
  /// What computes: "CUDA", "Vulkan", "Metal" or "CPU".
  readonly device: string;
  readonly parameters?: number;
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly hasFim: boolean;
}

/// Raw logits of some next tokens, and what lies outside of them.
export interface NextTokenLogits {
  /// Token ids, descending by logit.
  readonly tokens: Uint32Array;
  /// Raw logits (natural log scale, not normalised), same order as `tokens`.
  readonly logits: Float32Array;
  /// log Σ exp(logit) over the *whole* vocabulary, temperature 1.
  readonly logTotal: number;
  /// True if `tokens` holds the whole vocabulary.
  readonly complete: boolean;
}

/// What to return: the `top` most likely tokens, or these tokens exactly.
export type LogitRequest = { readonly top: number } | { readonly tokens: readonly number[] };

/// A step-wise view of one causal language model: the port every runtime implements.
export interface LanguageModel {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  /// Token put before every prompt, if the model wants one.
  readonly bosToken?: number;
  /// A sequence with its own KV cache. At most one evaluation of a sequence is under way at a time.
  openSequence(): Promise<ModelSequence>;
  dispose(): Promise<void>;
}

export interface ModelSequence {
  /// Logits of the token after `tokens`. Whatever prefix `tokens` shares with the last call is
  /// reused from the KV cache; the last token is evaluated again if need be. `tokens` must not be
  /// empty and fit `contextLength`, else an `InputError` with the code `context-overflow`.
  evaluate(tokens: readonly number[], request: LogitRequest, signal?: CancelSignal): Promise<NextTokenLogits>;
  /// Tokens whose KV entries the last `evaluate` reused.
  readonly reusedTokens: number;
  dispose(): Promise<void>;
}
