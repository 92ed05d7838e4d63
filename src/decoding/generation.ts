import type { CancelSignal } from "../base/cancellation.ts";
import type { Matcher } from "../engine/engine.ts";

/// Sampling, applied in this order: mask, temperature, top-k, top-p, min-p. Temperature 0 is greedy.
export interface SamplingOptions {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  /// Equal seeds and inputs give equal outputs on one device.
  readonly seed?: number;
}

/// What the model continues: plain text, or a hole between prefix and suffix.
export type Prompt =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "fim";
      readonly prefix: string;
      readonly suffix: string;
      readonly order?: "psm" | "spm";
    };

export interface GenerateOptions {
  readonly prompt: Prompt;
  /// Sieves every token; it has already accepted whatever text the grammar should count as read.
  readonly matcher?: Matcher;
  readonly sampling?: SamplingOptions;
  /// Generation ends before the first of these strings.
  readonly stop?: readonly string[];
  readonly maxTokens?: number;
  readonly signal?: CancelSignal;
}

/// Why a generation ended. `stop`: the model ended it or a stop string came; `grammar`: the grammar
/// allowed nothing but the end; `length`: `maxTokens` or the context was used up.
export type FinishReason = "stop" | "grammar" | "length";

/// One token and how it came about.
export interface GenerationStep {
  readonly token: number;
  readonly bytes: Uint8Array;
  /// Text that became complete with this token (never half a character).
  readonly text: string;
  /// Forced by the grammar (no model call), or sampled.
  readonly origin: "forced" | "sampled";
  /// Tokens the mask allowed, the whole vocabulary without a grammar.
  readonly allowedTokens: number;
  /// P(token) as the model gave it; absent for forced tokens, whose model call never happened.
  readonly probability?: number;
  /// P(token) after the mask renormalised the distribution (temperature 1).
  readonly maskedProbability?: number;
  readonly maskMicros: number;
  readonly modelMicros: number;
}

export interface GenerationResult {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
}
