import type { Diagnostic } from "../base/diagnostic.ts";
import type { CoverTarget, FittedWeights, FusionCandidate } from "../bytes/index.ts";
import type { GrammarRef, ModelRef } from "./api.ts";

/// How several models are one. `mixture`: the weighted mean of their probabilities. `product`: their
/// product, each to the power of its weight. `fusion`: generative fusion decoding, in which the first model
/// proposes tokens and all of them rank what they spell.
export type EnsembleMethod = "mixture" | "product" | "fusion";

/// Two models or more, whatever their tokenizers.
export interface EnsembleRef {
  readonly models: readonly ModelRef[];
  readonly method: EnsembleMethod;
  /// One for each model, relative to their sum (for a product: as they are). Equal ones unless given.
  readonly weights?: readonly number[];
  /// Held-out text that the weights are fitted to, instead of `weights`.
  readonly fit?: Uint8Array;
  readonly target: CoverTarget;
}

/// A model of an ensemble, and what the request took of it.
export interface EnsembleModelFacts {
  readonly name: string;
  readonly file: string;
  readonly weight: number;
  readonly vocabularySize: number;
  /// Tokens it can read at a time.
  readonly contextLength: number;
  /// How many contexts the text was read in: more than one if it is longer than one holds.
  readonly windows: number;
  /// Contexts that it was asked about.
  readonly evaluations: number;
  /// Bytes that its weights and contexts take, by llama.cpp's estimate.
  readonly memoryBytes: number;
}

/// What all answers of an ensemble tell.
export interface EnsembleAnswer {
  readonly models: readonly EnsembleModelFacts[];
  /// Present if the weights were fitted; losses in nats a byte, under `fusion` those of the product.
  readonly fitted?: FittedWeights;
  readonly diagnostics: readonly Diagnostic[];
}

export interface EnsembleNextParams {
  readonly ensemble: EnsembleRef;
  readonly prompt: Uint8Array;
  /// Tokens that the first model proposes under `fusion`.
  readonly candidates: number;
}

/// 256 probabilities and that of the end; they sum to one.
export interface ByteProbabilities {
  readonly bytes: Float64Array;
  readonly stop: number;
}

export interface EnsembleNextResult extends EnsembleAnswer, ByteProbabilities {
  /// What each model says alone; `null` if it cannot read the prompt.
  readonly members: readonly (ByteProbabilities | null)[];
  /// Jensen–Shannon divergence of the models, in bits.
  readonly disagreement: number;
  /// Under `fusion`, best first.
  readonly candidates?: readonly FusionCandidate[];
}

export interface EnsembleWriteParams {
  readonly ensemble: EnsembleRef;
  readonly prompt: Uint8Array;
  /// Holds the text behind the prompt to a grammar.
  readonly grammar?: GrammarRef;
  /// What the grammar has read before that text, as in a document that it holds from its beginning: nothing, if
  /// absent.
  readonly grammarRead?: Uint8Array;
  readonly maxBytes: number;
  /// Of bytes: 0 takes the likeliest each time, 1 samples from the distribution as it is.
  readonly temperature: number;
  readonly seed?: number;
  /// Texts kept at each step: with more than one the best of them is written, and temperature is 0.
  readonly beam: number;
  /// Tokens that the first model proposes under `fusion`.
  readonly candidates: number;
  /// Names the stream of `progressTypes.ensemble` that reports the steps.
  readonly progressToken?: string;
}

/// Bytes that were written.
export interface EnsembleStep {
  /// One, unless a beam or `fusion` wrote more at a time; none at the end of the text.
  readonly bytes: Uint8Array;
  /// Text that became whole with them.
  readonly text: string;
  /// Of one byte or the end: what the ensemble gave it (under a grammar: among what that allows), what each
  /// model gave it, `null` if that says no more, and their disagreement in bits.
  readonly choice?: {
    readonly probability: number;
    readonly members: readonly (number | null)[];
    readonly disagreement: number;
  };
}

export interface EnsembleWriteResult extends EnsembleAnswer {
  readonly bytes: Uint8Array;
  /// The same as text; half a character at the end is not in it.
  readonly text: string;
  readonly finish: "stop" | "length";
  /// Natural logarithm of the text's probability, and under `fusion` its score.
  readonly logProbability: number;
  /// Under `fusion`: each model's part of it, before weighting.
  readonly memberLogProbabilities?: readonly number[];
  readonly bytesPerSecond: number;
}

export interface EnsembleScoreParams {
  readonly ensemble: EnsembleRef;
  readonly text: Uint8Array;
}

export interface EnsembleScoreResult extends EnsembleAnswer {
  /// Bits of the text by the ensemble's method; under `fusion` of its score, which is no probability.
  readonly bits: number;
  /// Its parts, byte by byte.
  readonly surprises: Float64Array;
  /// Bits of the text by each model alone, `null` if that cannot read it, and their parts.
  readonly members: readonly { readonly bits: number | null; readonly surprises: Float64Array }[];
  /// The same text by every method with the same weights; `null` if a model's veto stops it.
  readonly methods: Readonly<Record<EnsembleMethod, number | null>>;
  /// The mixture's weights that would have been best for this very text.
  readonly hindsight: FittedWeights;
  /// Mean disagreement of the models, in bits.
  readonly disagreement: number;
}
