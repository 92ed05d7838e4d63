// The core's RPC surface. Every request carries all it needs (model, grammar, tokenizer), so that a
// service that was killed and started again serves the next request as if nothing had happened.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { FinishReason, HealingMode, ModelInfo, Prompt, SamplingOptions } from "../decoding/index.ts";
import type { EngineName, RuleStack, Verdict } from "../engine/index.ts";
import type { GrammarSource } from "../grammar/index.ts";
import type { GpuChoice } from "../runtime/index.ts";
import type { TokenPieces } from "../tokenizer/index.ts";

/// A model file and how to run it. Equal refs share one loaded model.
export interface ModelRef {
  readonly file: string;
  readonly gpu: GpuChoice;
  /// Tokens of context; absent: the model's own training context, capped by the runtime.
  readonly contextLength?: number;
}

export type TokenizerRef =
  | { readonly kind: "built-in"; readonly name: string }
  /// The tokenizer inside a GGUF model file; the weights are not loaded.
  | { readonly kind: "gguf"; readonly file: string }
  /// A Hugging Face tokenizer.json.
  | { readonly kind: "file"; readonly file: string };

export interface GrammarRef {
  readonly source: GrammarSource;
  readonly engine: EngineName;
}

/// What became of the end of the text before the cursor; see `GenerateOptions.healing`.
export interface HealingFacts {
  readonly mode: HealingMode;
  /// Bytes taken back, and spelled again by tokens that may reach beyond them.
  readonly bytes: number;
  /// Model calls until a token added to the text.
  readonly evaluations: number;
  /// Milliseconds until then, those calls included, and the first look at the prompt.
  readonly millis: number;
  /// Share of the mass that token sequences had at most that were not looked at.
  readonly dropped: number;
  /// How likely, at most, the best other way to spell those bytes is, relative to the chosen one; 0 unless
  /// the mode is `exact` and the temperature 0.
  readonly rival: number;
}

/// Among how many middles one was chosen, by how they join with the text after the cursor.
export interface RankingFacts {
  /// Middles compared.
  readonly candidates: number;
  /// Middles left out as time was up.
  readonly skipped: number;
  /// Model calls it took, to draw other middles and to compare all.
  readonly evaluations: number;
  readonly millis: number;
  /// How much likelier the chosen one joins than the one drawn first: a difference of natural logarithms,
  /// 0 if it is that one.
  readonly gain: number;
}

/// How a middle's right edge is treated.
export interface RankingParams {
  /// Choose among several middles by how they join with the text after the cursor. Unless given, with
  /// `exact` healing at temperature 0.
  readonly suffixRanking?: boolean;
  /// Milliseconds after which no more middles are looked at; no limit unless given.
  readonly rankingMillis?: number;
}

export interface GenerateParams {
  readonly model: ModelRef;
  readonly prompt: Prompt;
  readonly grammar?: GrammarRef;
  readonly sampling?: SamplingOptions;
  /// `exact` unless given.
  readonly healing?: HealingMode;
  readonly maxTokens?: number;
  /// Names the stream of `progressTypes.generate` that reports the steps.
  readonly progressToken?: string;
}

/// Fill in the text between `prefix` and `suffix`.
export interface FillInParams extends RankingParams {
  readonly model: ModelRef;
  readonly prefix: string;
  /// The first bytes of a character behind `prefix`, if it was cut inside of one.
  readonly partial?: Uint8Array;
  readonly suffix: string;
  readonly grammar?: GrammarRef;
  readonly sampling?: SamplingOptions;
  /// `exact` unless given.
  readonly healing?: HealingMode;
  readonly maxTokens: number;
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
  readonly healing: HealingFacts;
  /// Absent where nothing after the cursor has a say, or nobody asked.
  readonly ranking?: RankingFacts;
  /// Model calls.
  readonly evaluations: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly tokensPerSecond: number;
}

/// A completion at a cursor: `prefix` and `suffix` are the document's text around it.
export interface CompleteParams extends RankingParams {
  readonly model: ModelRef;
  readonly prefix: string;
  readonly suffix: string;
  readonly grammar?: GrammarRef;
  /// What to do when `prefix` already violates the grammar.
  readonly onViolation: "refuse" | "unconstrained";
  /// End the completion at its first line break, once it has some text.
  readonly singleLine: boolean;
  readonly maxTokens: number;
  readonly sampling?: SamplingOptions;
  /// `exact` unless given. With a model as small as the bundled one, whose evaluations cost less than what is
  /// done around them, the first token then takes about one and a half times as long (`npm run bench:healing`).
  readonly healing?: HealingMode;
}

export type CompleteResult =
  | {
      readonly kind: "completion";
      readonly text: string;
      readonly finish: FinishReason;
      /// How many tokens a grammar sieved, and how many it forced.
      readonly constrained: boolean;
      readonly tokens: number;
      readonly forcedTokens: number;
      readonly tokensPerSecond: number;
      readonly healing: HealingFacts;
      /// Absent where nothing after the cursor has a say, or nobody asked.
      readonly ranking?: RankingFacts;
      /// Model calls.
      readonly evaluations: number;
      /// Set when the completion is unconstrained although a grammar was given.
      readonly violation?: Violation;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: "violation"; readonly violation: Violation };

/// Where a text leaves a grammar.
export interface Violation {
  /// UTF-8 bytes that are a valid beginning.
  readonly byteOffset: number;
  /// The same place in UTF-16 code units (inside a character: its start).
  readonly offset: number;
  /// What could have come instead, as people read it: `"`, `0–9`, `end of text`.
  readonly expected: readonly string[];
}

export interface ValidateParams {
  readonly grammar: GrammarRef;
  readonly text: string;
}

export interface ValidateResult {
  readonly ok: boolean;
  readonly violation?: Violation;
  /// The text is a valid beginning that lacks its end.
  readonly incomplete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface MaskParams {
  readonly tokenizer: TokenizerRef;
  readonly grammar: GrammarRef;
  readonly prefix: string;
  /// Return all allowed ids instead of a sample.
  readonly allIds?: boolean;
}

export interface MaskResult {
  readonly allowed: number;
  readonly rejected: number;
  readonly stopAllowed: boolean;
  readonly sample: readonly { readonly id: number; readonly text: string }[];
  /// Text that every sentence continues with.
  readonly forced: string;
  readonly ids?: readonly number[];
  /// Ids that are allowed or refused whatever the stack holds, of those how many are allowed, and ids
  /// that the stack decides about. Absent if the engine does not tell.
  readonly contextIndependent?: number;
  readonly contextIndependentAllowed?: number;
  readonly contextDependent?: number;
  /// Microseconds that the mask took, made for the first time.
  readonly maskMicros: number;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ExplainParams {
  readonly tokenizer: TokenizerRef;
  readonly grammar: GrammarRef;
  readonly prefix: string;
  /// A token's id, or its whole text.
  readonly token: number | string;
}

/// Why a token is allowed or refused after a prefix.
export interface ExplainResult {
  readonly token: { readonly id: number; readonly text: string; readonly bytes: Uint8Array };
  readonly allowed: boolean;
  readonly verdict: Verdict;
  /// The verdict in words.
  readonly reason: string;
  /// Bytes of the token that the grammar takes: where it dies, if it dies.
  readonly byteOffset: number;
  /// The byte that dies there.
  readonly byte?: number;
  /// What could have come there instead, as people read it.
  readonly expected: readonly string[];
  /// The text may end there.
  readonly stopAllowed: boolean;
  readonly stacks: readonly RuleStack[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface TokenizeParams {
  readonly tokenizer: TokenizerRef;
  readonly text: string;
}

/// A text's tokens, aligned with it; see `TokenPieces`.
export type TokenizeResult = Omit<TokenPieces, "textEnds">;

export interface TokenFactsParams {
  readonly tokenizer: TokenizerRef;
  readonly ids: readonly number[];
}

export interface TokenFact {
  readonly id: number;
  readonly kind: "normal" | "special" | "unused";
  readonly bytes: Uint8Array;
}

export interface TokenizerFacts {
  readonly name: string;
  /// Ids of its vocabulary.
  readonly size: number;
  /// `Tokenizer.cutsAtWords`.
  readonly cutsAtWords: boolean;
}

/// What the service tells without being asked.
export type ServiceStatus =
  | { readonly kind: "model-loading"; readonly file: string; readonly fraction: number }
  | { readonly kind: "model-ready"; readonly file: string; readonly info: ModelInfo }
  /// The load was given up because nobody waits for it any more.
  | { readonly kind: "model-cancelled"; readonly file: string }
  | { readonly kind: "model-failed"; readonly file: string; readonly message: string };

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}
