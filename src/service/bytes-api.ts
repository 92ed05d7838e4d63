import type { Diagnostic } from "../base/diagnostic.ts";
import type { CoverTarget, Dropped } from "../bytes/index.ts";
import type { ModelRef } from "./api.ts";

/// What comes after a text, byte by byte.
export interface BytesParams {
  readonly model: ModelRef;
  /// Bytes, as a file's may be no text.
  readonly prompt: Uint8Array;
  readonly target: CoverTarget;
  /// How many covers to tell, the heaviest ones.
  readonly covers: number;
}

export interface BytesResult {
  /// 256 probabilities; with `stop` they sum to one.
  readonly bytes: Float64Array;
  /// Probability that the text ends here.
  readonly stop: number;
  /// What they summed to before they were made to sum to one.
  readonly rawSum: number;
  /// Mass of covers that nobody looked at whether the tokenizer makes them.
  readonly unchecked: number;
  readonly dropped: Dropped;
  /// Byte of the prompt from which its covers differ: what is before has one token sequence.
  readonly coveredFrom: number;
  readonly covers: readonly CoverFact[];
  /// Contexts that the model was asked about for this answer.
  readonly evaluations: number;
  /// Byte of the prompt that the model begins to read at: not 0 if the prompt is longer than its context.
  readonly context: number;
  /// A warning if something was left out.
  readonly diagnostics: readonly Diagnostic[];
}

/// A token sequence whose last token reaches or crosses the prompt's end.
export interface CoverFact {
  /// From `coveredFrom` on.
  readonly tokens: readonly number[];
  readonly bytes: Uint8Array;
  /// Share of the mass of all covers.
  readonly weight: number;
  /// Bytes of the last token beyond the prompt's end.
  readonly beyond: number;
}

/// How well a model knows a text.
export interface ScoreParams {
  readonly model: ModelRef;
  readonly text: Uint8Array;
  readonly target: CoverTarget;
  /// Do not make the distributions on the way sum to one. What is lost to token sequences that do not
  /// count is then part of the surprise, the sum is that of the text's own token sequences, and the
  /// other bytes need not be looked at, which takes most of the time.
  readonly raw?: boolean;
  /// The first byte that is scored: what is before it is read as context only, as much of it as half of
  /// the model's context holds. The beginning, if absent.
  readonly from?: number;
  /// Names the stream of `progressTypes.score`.
  readonly progressToken?: string;
}

/// Surprises as they become known, in the text's order: each step goes on where the one before ended.
export interface ScoreStep {
  /// Byte of the text that the first one is of.
  readonly from: number;
  readonly surprises: Float64Array;
}

export interface ScoreResult {
  /// log2 1/p of each byte, given those before it, from `ScoreParams.from` on.
  readonly surprises: Float64Array;
  /// Their sum.
  readonly bits: number;
  /// The least that a distribution on the way summed to before it was normalised; absent for `raw`, and
  /// for no bytes.
  readonly leastRawSum?: number;
  /// The most that a distribution on the way counted of tokens that nobody looked at whether the tokenizer
  /// makes them.
  readonly unchecked: number;
  /// What the target `all` dropped, in the window where it was most.
  readonly dropped: Dropped;
  /// One, if the text fits the model's context.
  readonly windows: readonly ScoreWindow[];
  readonly evaluations: number;
  /// A warning if there are several windows.
  readonly diagnostics: readonly Diagnostic[];
}

/// Bytes `from .. to` of a text, read with what is before them from `context` on.
export interface ScoreWindow {
  readonly context: number;
  readonly from: number;
  readonly to: number;
}
