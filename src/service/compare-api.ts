// What two engines make of one grammar: the data of Compare Engines.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { EngineName } from "../engine/index.ts";
import type { GrammarSource } from "../grammar/index.ts";
import type { TokenizerRef, Violation } from "./api.ts";

export interface CompareParams {
  readonly source: GrammarSource;
  readonly tokenizer: TokenizerRef;
  readonly samples: readonly CompareSample[];
  /// Names the stream of `progressTypes.compare`.
  readonly progressToken?: string;
}

export interface CompareSample {
  readonly text: string;
  /// What the grammar should make of it, if somebody said so.
  readonly expected?: "accept" | "reject";
}

/// What is being done now.
export type CompareStep =
  | { readonly kind: "compiling"; readonly engine: EngineName }
  | { readonly kind: "sample"; readonly index: number };

export interface CompareResult {
  readonly vocabulary: { readonly name: string; readonly size: number };
  readonly engines: readonly EngineOutcome[];
  readonly samples: readonly SampleOutcome[];
}

export interface EngineOutcome {
  readonly engine: EngineName;
  /// How long the engine took to be ready for the vocabulary; next to nothing where it was before.
  readonly readyMs: number;
  /// How long until it had compiled the grammar, or refused it.
  readonly compileMs: number;
  /// Why it refused the grammar; else what it ignores or weakens.
  readonly diagnostics: readonly Diagnostic[];
  /// Absent if it refused the grammar.
  readonly compiled?: {
    /// The mask at the start of the text, the first that was asked for.
    readonly firstMaskMicros: number;
    /// The masks along the samples.
    readonly masks: { readonly count: number; readonly averageMicros: number; readonly maxMicros: number };
    /// Bytes of the grammar with what it remembers, where the engine tells.
    readonly memoryBytes?: number;
  };
}

export interface SampleOutcome {
  /// Absent if the tokenizer changes the text before it cuts it: then only its bytes were read.
  readonly tokens?: number;
  /// One for each engine, in the order of `CompareResult.engines`; undefined if it refused the grammar,
  /// or broke too often on the samples before.
  readonly verdicts: readonly (SampleVerdict | undefined)[];
  /// Places where both engines gave a mask, and of those where the masks differ.
  readonly comparedMasks: number;
  readonly differingMasks: number;
  /// The first places where they differ.
  readonly differences: readonly MaskDifference[];
  /// Masks were compared up to this many tokens only: the text is longer.
  readonly maskedTokens?: number;
}

export type SampleVerdict = {
  /// Tokens of which an engine's mask said one thing and its `acceptToken` another.
  readonly contradictions: number;
} & (
  | { readonly kind: "accepted" }
  /// A valid beginning that lacks its end.
  | { readonly kind: "incomplete"; readonly violation: Violation }
  | { readonly kind: "rejected"; readonly violation: Violation }
  /// The engine hit a limit or broke.
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic }
);

export interface MaskDifference {
  /// UTF-8 bytes of the sample before this place, and the last of its text there.
  readonly byteOffset: number;
  readonly before: string;
  /// By engine: how many tokens it allows, and those that only it does.
  readonly engines: readonly {
    readonly allowed: number;
    readonly only: number;
    readonly sample: readonly DifferingToken[];
  }[];
}

export interface DifferingToken {
  readonly id: number;
  readonly text: string;
  /// A marker, such as a stop token; `text` is its name.
  readonly isMarker: boolean;
}
