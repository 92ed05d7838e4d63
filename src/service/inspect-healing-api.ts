// How a completion's edges are healed: the data of the FIM Healing view.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { ModelInfo } from "../decoding/index.ts";
import type { CompleteParams, HealingFacts, RankingFacts, Violation } from "./api.ts";

/// What is inspected: a completion, in every way there is to treat its edges.
export type InspectHealingParams = Omit<
  CompleteParams,
  "healing" | "suffixRanking" | "rankingMillis" | "sampling"
> & {
  /// Covers to tell, the heaviest ones.
  readonly mostCovers: number;
  /// Names the stream of `progressTypes.healing` that reports the steps.
  readonly progressToken?: string;
};

export const HEALING_ARMS = ["none", "token", "exact", "ranked"] as const;

/// `ranked`: exact, and chosen by how it joins with the text after the cursor.
export type HealingArm = (typeof HEALING_ARMS)[number];

/// A token and what it spells. Text that a marker stands for is its name.
export interface InspectedToken {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/// The edges, before anything is completed.
export interface HealingEdges {
  readonly model: Pick<ModelInfo, "name" | "device" | "hasFim" | "prefersFim">;
  /// Whether the model was asked to fill in between prefix and suffix, or to go on with the prefix.
  readonly fillsIn: boolean;
  /// How the last of the prefix is cut into tokens as it stands, and the first of the suffix.
  readonly before: readonly InspectedToken[];
  readonly after: readonly InspectedToken[];
  /// The bytes that are taken back, and are covered anew: r.
  readonly takenBack: Uint8Array;
  /// The rest of the word after the cursor: f.
  readonly remainder: string;
  /// What completions must join with, as scored; empty if nothing after the cursor has a say.
  readonly joinsWith: string;
  /// Behind which the middle is to end, for models that know how to.
  readonly joinEnds: boolean;
  readonly covers: readonly HealingCover[];
  /// Share of all covers' mass that is not told here.
  readonly otherCovers: number;
  /// Model contexts evaluated to tell them.
  readonly coverEvaluations: number;
  /// What the covers could not be told for.
  readonly diagnostics: readonly Diagnostic[];
}

/// A token sequence that spells the bytes taken back, and goes on.
export interface HealingCover {
  readonly tokens: readonly InspectedToken[];
  /// Of the mass of all.
  readonly weight: number;
  /// Bytes of the last token beyond the cursor.
  readonly beyond: number;
}

export interface HealedCompletion {
  readonly kind: "completion";
  readonly arm: HealingArm;
  readonly text: string;
  readonly healing: HealingFacts;
  readonly ranking?: RankingFacts;
  readonly tokens: number;
  readonly evaluations: number;
  readonly millis: number;
  /// log2 1/P of the completion's bytes, given all before the cursor; absent if the model cannot read them.
  readonly bits?: number;
  /// The same of the bytes taken back, completion and `joinsWith` together, its end included where
  /// `joinEnds`; absent where nothing joins.
  readonly joinBits?: number;
  readonly diagnostics: readonly Diagnostic[];
}

export type HealingStep =
  | { readonly kind: "edges"; readonly edges: HealingEdges }
  | HealedCompletion
  /// The prefix leaves the grammar, and nothing is completed.
  | { readonly kind: "violation"; readonly violation: Violation };

/// All that the steps told.
export interface InspectedHealing {
  readonly steps: readonly HealingStep[];
}
