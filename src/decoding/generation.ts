import type { CancelSignal } from "../base/cancellation.ts";
import type { HealingMode } from "../bytes/index.ts";
import type { Matcher } from "../engine/engine.ts";

/// Sampling, applied in this order: mask, temperature, top-k, top-p, min-p.
export interface SamplingOptions {
  /// 0 (the default) is greedy: the most likely token.
  readonly temperature?: number;
  /// Keep this many of the most likely tokens; 0 (the default) keeps all.
  readonly topK?: number;
  /// Keep the fewest most likely tokens whose joint probability is at least this; 1 keeps all.
  readonly topP?: number;
  /// Drop tokens whose probability is less than this fraction of the likeliest one's; 0 drops none.
  readonly minP?: number;
  /// Equal seeds and inputs give equal outputs on one device.
  readonly seed?: number;
}

/// What the model continues: plain text, or a hole between prefix and suffix.
///
/// `partial`: the first bytes of a character behind text or prefix, which a file cut anywhere may end
/// with. The text generated then begins with that character, its bytes with those that it lacks.
export type Prompt =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly partial?: Uint8Array;
      /// Leave the beginning of a text out that does not fit the context, instead of refusing it. Of prefix and
      /// suffix what does not fit is always left out.
      readonly cut?: boolean;
    }
  | {
      readonly kind: "fim";
      readonly prefix: string;
      readonly suffix: string;
      readonly partial?: Uint8Array;
      /// Prefix, suffix, middle (the default), or suffix, prefix, middle.
      readonly order?: "psm" | "spm";
    };

export interface GenerateOptions {
  readonly prompt: Prompt;
  /// Sieves every token; it has already accepted whatever text the grammar should count as read.
  /// Between two steps it has accepted the text of the steps so far.
  readonly matcher?: Matcher;
  readonly sampling?: SamplingOptions;
  /// Generation ends before the first of these strings.
  readonly stop?: readonly string[];
  /// Tokens of new text; unless given, as many as the context holds.
  readonly maxTokens?: number;
  readonly signal?: CancelSignal;
  /// The prompt may end inside of what would be a token of its continuation: how much of its end is taken
  /// back, and spelled again by the first tokens generated. None of it comes out twice.
  ///
  /// `exact` (the default) weighs all token sequences that spell the bytes taken back, as the tokenizer
  /// makes them of some text, up to their first token that has more, by their joint probability. Of these
  /// sequences it draws one as sampling draws tokens; with temperature 0 it takes the most likely. Where
  /// nothing could join with the prompt's end, that is what `none` does.
  ///
  /// `token` takes the last token back, and chooses a token at a time among those that agree with its
  /// bytes. Neither takes back what the matcher would have to be asked thousands of tokens about.
  readonly healing?: HealingMode;
  /// Called once, when the first token that adds to the prompt is chosen, or none is to come.
  readonly onPrompt?: (facts: PromptFacts) => void;
  /// Text that the grammar forces is tokenized and appended without a model call a token. On unless
  /// `false`.
  readonly jumpForward?: boolean;
  /// Report each step's probabilities. On unless `false`, which saves looks at the logits: of a model
  /// of a few million parameters they take a quarter of the time.
  readonly probabilities?: boolean;
}

/// Why a generation ended. `stop`: the model ended it or a stop string came; `grammar`: the grammar
/// allowed nothing but the end; `length`: `maxTokens` or the context was used up.
export type FinishReason = "stop" | "grammar" | "length";

/// One token and how it came about. The texts of all steps joined are the result's text.
export interface GenerationStep {
  readonly token: number;
  /// What the token adds to the text: all of its bytes, but for those that spell the end of the prompt
  /// or of earlier steps again. None for special tokens, among them the one that ends the text.
  readonly bytes: Uint8Array;
  /// Text that became complete with this token: never half a character, and held back while it could
  /// be the beginning of a stop string.
  readonly text: string;
  /// Forced by the grammar (no model call), or sampled.
  readonly origin: "forced" | "sampled";
  /// How many tokens before this one it takes the place of: forced text may join with the tokens
  /// before it. 0 for almost all.
  readonly replaces: number;
  /// Tokens the mask allowed, the whole vocabulary without a grammar.
  readonly allowedTokens: number;
  /// P(token) as the model gave it; absent for forced tokens, whose model call never happened, and
  /// where probabilities are not asked for.
  readonly probability?: number;
  /// P(token) after the mask renormalised the distribution (temperature 1).
  readonly maskedProbability?: number;
  /// Time to compute the mask; the model computes meanwhile.
  readonly maskMicros: number;
  /// Time from the start of the model's computation until its logits were read.
  readonly modelMicros: number;
}

/// What became of the prompt.
export interface PromptFacts {
  readonly tokens: number;
  /// Tokens that were still in the KV cache.
  readonly reusedTokens: number;
  /// Bytes at its end that generated tokens spelled again, half a character included.
  readonly healedBytes: number;
  /// Model calls until a token added to it.
  readonly healingEvaluations: number;
  /// Time until that token was chosen, those calls included.
  readonly healingMicros: number;
  /// Share of the mass that token sequences had at most that were not looked at, as there were too many.
  readonly healingDropped: number;
  /// How likely, at most, the best token sequence is that spells the bytes taken back in other tokens,
  /// relative to the one chosen; 0 unless the choice was greedy and `exact`.
  readonly healingRival: number;
  /// UTF-16 code units left out of the prefix's start and the suffix's end, to fit the context.
  readonly droppedPrefix: number;
  readonly droppedSuffix: number;
}

export interface GenerationResult {
  readonly text: string;
  /// The tokens of the text; the first may spell the end of the prompt again.
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
  /// Absent only from a result that a caller made up to end the stream.
  readonly prompt?: PromptFacts;
}
