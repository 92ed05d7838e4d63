// What the service tells about a grammar's masks, place by place: the data of the Mask Explorer. Lists of
// tokens cross as typed arrays; a mask over 200,000 tokens is 25 KB.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { Span } from "../base/span.ts";
import type { GrammarStatistics } from "../engine/index.ts";
import type { ExplainResult, GrammarRef, TokenizerRef } from "./api.ts";

/// A text to look at: as it is typed, to be tokenized, or token by token.
export type ExploredInput =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tokens"; readonly ids: Uint32Array };

export interface ExploreParams {
  readonly tokenizer: TokenizerRef;
  readonly grammar: GrammarRef;
  readonly input: ExploredInput;
  /// How many tokens stand before the place to look at. Absent, or further than the grammar takes the
  /// text: as far as it does.
  readonly position?: number;
  /// Puts what every sentence goes on with at `position`, in place of the rest of the text, and looks
  /// behind it.
  readonly acceptForced?: boolean;
}

export interface Exploration {
  readonly vocabulary: { readonly id: string; readonly name: string; readonly size: number };
  readonly ids: Uint32Array;
  /// The tokens' text, one after the other. Markers have none.
  readonly bytes: Uint8Array;
  /// Where each token's bytes start; one entry more than tokens.
  readonly byteStarts: Uint32Array;
  /// Names of the markers among the tokens, by their index.
  readonly markers: readonly { readonly index: number; readonly name: string }[];
  /// Tokens that the grammar takes, the first ones.
  readonly accepted: number;
  /// Why the next one is not taken.
  readonly rejection?: {
    /// In `bytes`: the first that dies.
    readonly byteOffset: number;
    readonly reason: string;
  };
  /// The whole text is a sentence.
  readonly isComplete: boolean;
  readonly position: number;
  /// What is allowed at `position`; of that, what is whatever the callers are; what the callers decide
  /// about. One bit an id.
  readonly mask: Uint32Array;
  readonly independent: Uint32Array;
  readonly dependent: Uint32Array;
  readonly counts: MaskCounts;
  /// Microseconds that the mask took.
  readonly maskMicros: number;
  /// What every sentence goes on with, its beginning, and how many bytes that is in all.
  readonly forced: Uint8Array;
  readonly forcedLength: number;
  readonly stacks: readonly ExploredStack[];
  readonly statistics: GrammarStatistics;
  /// Warnings about the grammar.
  readonly diagnostics: readonly Diagnostic[];
}

/// Stop tokens count as neither allowed nor rejected.
export interface MaskCounts {
  readonly allowed: number;
  readonly rejected: number;
  readonly stopAllowed: boolean;
  readonly independentAllowed: number;
  readonly independentRejected: number;
  /// Tokens that had to be checked against the callers, and how many of these are allowed.
  readonly dependent: number;
  readonly dependentAllowed: number;
}

/// Rules that the text is in, the innermost first.
export interface ExploredStack {
  readonly rules: readonly ExploredRule[];
  /// `RuleStack.isMerged`, `isCut`.
  readonly isMerged: boolean;
  readonly isCut: boolean;
}

export interface ExploredRule {
  readonly name: string;
  readonly span?: Span;
  /// What the rule goes on with, as people read it; rules that may begin are named in `calls`.
  readonly next: readonly string[];
  readonly calls: readonly string[];
  readonly mayEnd: boolean;
}

export interface ExploreTokenParams {
  readonly tokenizer: TokenizerRef;
  readonly grammar: GrammarRef;
  /// What stands before the token.
  readonly before: Uint32Array;
  readonly token: number;
}

export interface ExploredToken extends Omit<ExplainResult, "stacks" | "diagnostics"> {
  readonly kind: "normal" | "special" | "unused";
  readonly stacks: readonly ExploredStack[];
}

/// Every id of a vocabulary, in groups: the normal tokens by their first byte and within by their bytes,
/// then the special tokens, then ids that stand for nothing.
export interface TokenOrder {
  readonly vocabulary: string;
  readonly ids: Uint32Array;
  /// Where each of the 258 groups starts in `ids`; one entry more.
  readonly groups: Uint32Array;
}

export interface TokenBytesParams {
  readonly tokenizer: TokenizerRef;
  readonly ids: Uint32Array;
}

export interface TokenBytes {
  /// The tokens' bytes one after the other (of a marker: its name), and where each starts; one entry more.
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

export interface TokenSearchParams {
  readonly tokenizer: TokenizerRef;
  /// See `parseTokenQuery`.
  readonly query: string;
}

export interface TokenSearchResult {
  /// One bit an id.
  readonly found: Uint32Array;
  readonly count: number;
}
