import type { CancelSignal } from "../base/cancellation.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";

/// Facts a runtime knows of a loaded model.
export interface ModelInfo {
  readonly name: string;
  readonly file?: string;
  /// What computes, as people read it: "CPU", "CUDA (NVIDIA H100)".
  readonly device: string;
  readonly parameters?: number;
  /// Tokens a sequence may hold.
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly hasFim: boolean;
  /// Fills a hole better when it is asked to than by going on with the text before the hole: as
  /// `hasFim`, unless the model's file says otherwise.
  readonly prefersFim: boolean;
}

/// Which of the next token's logits to return, and what to say of the others.
export interface LogitRequest {
  /// How many of the most likely tokens; `Infinity` for all.
  readonly top: number;
  /// One bit an id (see base/bitset.ts): only tokens whose bit is set count. All, if absent.
  readonly mask?: Uint32Array;
  /// How many tokens before the end of the evaluated ones: their logits must have been kept. 0, if absent.
  readonly back?: number;
  /// Add the weights up: `logTotal` and `logAllowed`.
  readonly totals?: boolean;
  /// Add up those of the whole vocabulary only: `logTotal`.
  readonly total?: boolean;
  /// Add the weights of the mask's tokens up at this temperature: `logTempered`.
  readonly temperature?: number;
}

/// Raw logits of some next tokens, and what lies outside of them.
export interface NextTokenLogits {
  /// Token ids, descending by logit.
  readonly tokens: Uint32Array;
  /// Raw logits (natural log scale, not normalised), same order as `tokens`.
  readonly logits: Float32Array;
  /// True if `tokens` holds every token of the mask.
  readonly complete: boolean;
  /// log Σ exp(logit) over the *whole* vocabulary.
  readonly logTotal?: number;
  /// log Σ exp(logit) over the tokens of the mask; -Infinity if it is empty.
  readonly logAllowed?: number;
  /// log Σ exp(logit / temperature) over the tokens of the mask.
  readonly logTempered?: number;
}

/// Tokens whose logits are wanted, behind a place of the evaluated ones: `back` tokens before their end.
export interface ChosenTokens {
  readonly back: number;
  readonly tokens: readonly number[];
}

export interface ChosenLogits {
  /// Raw logits, in the order asked for.
  readonly logits: Float32Array;
  /// log Σ exp(logit) over the whole vocabulary.
  readonly logTotal: number;
}

/// A step-wise view of one causal language model: the port every runtime implements.
export interface LanguageModel {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  /// Token put before every prompt, if the model wants one.
  readonly bosToken?: number;
  /// A sequence with its own KV cache. It does one thing at a time.
  openSequence(): Promise<ModelSequence>;
  /// Disposes its sequences, too, after what they are at.
  dispose(): Promise<void>;
}

export interface ModelSequence {
  /// Computes the logits of the token after `tokens`, for `logits` to read. Whatever prefix `tokens`
  /// shares with the last call is reused from the KV cache; of equal tokens the last is evaluated
  /// again, unless its logits are still there. `tokens` must not be empty, and fit `contextLength`, else an
  /// `InputError` with the code `context-overflow`.
  ///
  /// The computation is under way when this returns, so that its caller can compute a mask meanwhile.
  /// A signal ends it after at most one batch, with a `CancelledError`.
  ///
  /// `rows`: keeps the logits behind each of the last so many tokens, `maxRows` at most; 1 unless given.
  /// So many tokens are evaluated again, unless their logits are there.
  evaluate(tokens: readonly number[], signal?: CancelSignal, rows?: number): Promise<void>;
  readonly maxRows: number;
  /// Reads the last evaluation's logits; as often as one likes.
  logits(request: LogitRequest): Promise<NextTokenLogits>;
  /// The logits of a few tokens each, behind places whose logits were kept: cheaper than `logits` where it is
  /// known which tokens matter.
  chosen(places: readonly ChosenTokens[]): Promise<ChosenLogits[]>;
  /// The most likely token (of the mask), and nothing about it: the quickest read. `undefined` if the
  /// mask is empty.
  mostLikely(mask?: Uint32Array): Promise<number | undefined>;
  /// Tokens whose KV entries the last `evaluate` reused.
  readonly reusedTokens: number;
  dispose(): Promise<void>;
}
