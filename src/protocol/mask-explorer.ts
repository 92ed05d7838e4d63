// The conversation of the Mask Explorer: the extension ("host") knows the grammar, the tokenizers and the
// service; the webview ("view") holds what the user does: the text, the place in it, the token looked at.
// The host keeps nothing between two requests but the grammar: each names all else.
//
// Sets of tokens are bitsets over ids (base/bitset.ts). A vocabulary's order comes once; bytes of tokens
// come for the ones in sight.
import type { Span } from "../base/span.ts";
import type { Notice, TokenizerChoice } from "./token-panel.ts";

export type ExplorerAction =
  | "select-grammar"
  | "choose-engine"
  | "show-problem"
  | "retry"
  | "show-log"
  | "restart";

export type ExplorerNotice = Notice<ExplorerAction>;

/// A text to look at: as it is typed, to be tokenized, or token by token.
export type ExplorerInput =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tokens"; readonly ids: Uint32Array };

export interface ExploreRequest {
  readonly input: ExplorerInput;
  /// Tokens before the place to look at; absent: as far as the grammar takes the text.
  readonly position?: number;
  /// Put what is forced at `position` in place of the rest of the text.
  readonly acceptForced?: boolean;
}

/// A text and what the grammar allows at a place of it.
export interface ExploredText {
  readonly vocabulary: string;
  readonly size: number;
  readonly ids: Uint32Array;
  /// The tokens' text one after the other, and where each token's starts; one entry more than tokens.
  readonly bytes: Uint8Array;
  readonly byteStarts: Uint32Array;
  /// Names of markers among the tokens, which have no text, by their index.
  readonly markers: readonly { readonly index: number; readonly name: string }[];
  /// How many tokens the grammar takes.
  readonly accepted: number;
  readonly rejection?: { readonly byteOffset: number; readonly reason: string };
  readonly isComplete: boolean;
  readonly position: number;
  /// Allowed at `position`; decided by the stack there.
  readonly mask: Uint32Array;
  readonly dependent: Uint32Array;
  readonly counts: ExplorerCounts;
  readonly maskMicros: number;
  /// The beginning of what every sentence goes on with, and how many bytes that is in all.
  readonly forced: Uint8Array;
  readonly forcedLength: number;
  readonly stacks: readonly ExplorerStack[];
  readonly statistics: ExplorerStatistics;
}

export interface ExplorerCounts {
  readonly allowed: number;
  readonly rejected: number;
  readonly stopAllowed: boolean;
  readonly independentAllowed: number;
  readonly independentRejected: number;
  readonly dependent: number;
  readonly dependentAllowed: number;
}

/// Rules that a text is in, the innermost first.
export interface ExplorerStack {
  readonly rules: readonly ExplorerRule[];
  /// Several callers are possible: one is shown.
  readonly isMerged: boolean;
  /// There are more rules than are shown.
  readonly isCut: boolean;
}

export interface ExplorerRule {
  readonly name: string;
  /// Where its name stands in the grammar, if that can be shown.
  readonly span?: Span;
  /// What the rule itself goes on with, and rules that may begin there.
  readonly next: readonly string[];
  readonly calls: readonly string[];
  readonly mayEnd: boolean;
}

export interface ExplorerStatistics {
  readonly rules: number;
  readonly states: number;
  readonly configurations: number;
  readonly prechecks: number;
  readonly grammarBytes: number;
  readonly precheckBytes: number;
  readonly memoryBytes: number;
}

/// The answer to `explore`. Of a grammar or text that cannot be looked at, the host says what to do.
export type ExploreAnswer =
  | {
      readonly kind: "explored";
      readonly text: ExploredText;
      /// Something to know although it worked: a keyword that is not enforced.
      readonly warning?: ExplorerNotice;
    }
  | { readonly kind: "problem"; readonly notice: ExplorerNotice };

export interface ExplainedToken {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly kind: "normal" | "special" | "unused";
  readonly allowed: boolean;
  readonly verdict: "allowed" | "wrong-byte" | "incomplete" | "special" | "unused" | "terminated";
  /// Bytes of it that the grammar takes, and the one that dies.
  readonly byteOffset: number;
  readonly byte?: number;
  /// What could have come there.
  readonly expected: readonly string[];
  readonly stacks: readonly ExplorerStack[];
}

/// First byte of a normal token, then these two.
export const SPECIAL_GROUP = 256;
export const UNUSED_GROUP = 257;
export const GROUPS = 258;

/// All ids of a vocabulary, group by group.
export interface VocabularyOrder {
  readonly vocabulary: string;
  readonly ids: Uint32Array;
  /// Where each of the `GROUPS` starts in `ids`; one entry more.
  readonly groups: Uint32Array;
}

/// Tokens' bytes one after the other (of a marker: its name), and where each starts; one entry more.
export interface BytesOfTokens {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/// The grammar in use. Another revision is another text of it, or another grammar.
export interface ExplorerGrammar {
  readonly label: string;
  readonly detail: string;
  readonly revision: number;
  /// Names it for `SavedExplorer`.
  readonly key?: string;
}

/// What the view remembers between its lives.
export interface SavedExplorer {
  readonly grammar?: string;
  readonly tokenizer?: string;
  /// The text in the box, and its tokens by that tokenizer.
  readonly text?: string;
  readonly tokens?: readonly number[];
  readonly position?: number;
  readonly filter?: TokenFilter;
  readonly token?: number;
}

export const TOKEN_FILTERS = ["allowed", "rejected", "dependent", "all"] as const;
export type TokenFilter = (typeof TOKEN_FILTERS)[number];

/// Words of the view, in the user's language; they come with its HTML (`LABELS_ATTRIBUTE` of the body).
/// The view fills in `{0}`, `{1}`….
export interface ExplorerLabels {
  readonly title: string;
  readonly grammar: string;
  readonly chooseGrammar: string;
  readonly tokenizer: string;
  readonly text: string;
  readonly textPlaceholder: string;
  readonly tokens: string;
  readonly endOfText: string;
  readonly noText: string;
  readonly back: string;
  readonly forward: string;
  readonly toStart: string;
  readonly toEnd: string;
  readonly acceptForced: string;
  readonly nothingForced: string;
  readonly moreBytes: string;
  readonly allowed: string;
  readonly rejected: string;
  readonly dependent: string;
  readonly all: string;
  readonly allowedHelp: string;
  readonly rejectedHelp: string;
  readonly dependentHelp: string;
  readonly allHelp: string;
  readonly independentAllowed: string;
  readonly independentRejected: string;
  readonly dependentChecked: string;
  readonly dependentAllowed: string;
  readonly stop: string;
  readonly stopYes: string;
  readonly stopNo: string;
  readonly maskTime: string;
  readonly search: string;
  readonly searchPlaceholder: string;
  readonly filter: string;
  readonly tokenList: string;
  readonly firstByte: string;
  readonly specialTokens: string;
  readonly unusedIds: string;
  readonly noTokens: string;
  readonly noneInFilter: string;
  readonly noMatches: string;
  readonly showAll: string;
  readonly position: string;
  readonly positionOf: string;
  readonly stack: string;
  readonly stackEmpty: string;
  readonly orOtherCallers: string;
  readonly moreRules: string;
  readonly next: string;
  readonly mayEnd: string;
  readonly rule: string;
  readonly token: string;
  readonly tokenHint: string;
  readonly append: string;
  readonly id: string;
  readonly bytes: string;
  readonly isAllowed: string;
  readonly isRefused: string;
  readonly whyAllowed: string;
  readonly whyWrongByte: string;
  readonly whyWrongFirstByte: string;
  readonly whyStopAllowed: string;
  readonly whyIncomplete: string;
  readonly whySpecial: string;
  readonly whyUnused: string;
  readonly whyTerminated: string;
  readonly byContext: string;
  readonly whateverContext: string;
  readonly expected: string;
  readonly insideThere: string;
  readonly statistics: string;
  readonly rules: string;
  readonly states: string;
  readonly places: string;
  readonly prechecks: string;
  readonly independentShare: string;
  readonly grammarBytes: string;
  readonly memoryBytes: string;
  readonly complete: string;
  readonly incomplete: string;
  readonly refusedFrom: string;
  readonly halfCharacter: string;
  readonly earlier: string;
  readonly later: string;
  readonly announce: string;
  readonly found: string;
}

export type ToHost = {
  readonly requests: {
    /// The view is ready; tokenizers, grammar and notices follow.
    readonly hello: { readonly params: SavedExplorer; readonly result: null };
    readonly explore: { readonly params: ExploreRequest; readonly result: ExploreAnswer };
    readonly explain: {
      readonly params: { readonly before: Uint32Array; readonly token: number };
      readonly result: ExplainedToken;
    };
    readonly order: { readonly params: null; readonly result: VocabularyOrder };
    readonly bytes: { readonly params: Uint32Array; readonly result: BytesOfTokens };
    readonly search: { readonly params: string; readonly result: Uint32Array };
    readonly chooseTokenizer: { readonly params: string; readonly result: null };
  };
  readonly notifications: {
    readonly chooseGrammar: null;
    /// Selects a span of the grammar in its document.
    readonly reveal: Span;
    readonly act: ExplorerAction;
  };
};

export type ToView = {
  readonly requests: Record<never, never>;
  readonly notifications: {
    readonly tokenizers: {
      readonly choices: readonly TokenizerChoice[];
      readonly selected: string | undefined;
    };
    /// `null`: there is none; a notice says why.
    readonly grammar: ExplorerGrammar | null;
    /// Something that is the matter whatever the text is; `null`: nothing (any more).
    readonly notice: ExplorerNotice | null;
  };
};
