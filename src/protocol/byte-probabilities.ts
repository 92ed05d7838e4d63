// The conversation of the Byte Probabilities view: the extension ("host") knows the document, the model and the
// grammar; the webview ("view") shows a part of the document's text, and asks about places in it.
//
// A text has a number. What is told of it, and asked about it, names that: what comes late is of another text.
// Places are bytes of the text shown. Probabilities cross as they are, 256 and that of the end.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { Notice } from "./token-panel.ts";

export type BytesAction = "select-model" | "select-grammar" | "retry" | "show-log" | "restart";
export type BytesNotice = Notice<BytesAction>;

/// Which token sequences count: those that the tokenizer makes, or all.
export const BYTE_TARGETS = ["canonical", "all"] as const;
export type ByteTarget = (typeof BYTE_TARGETS)[number];

export interface ShownText {
  readonly serial: number;
  /// `main.ts:3–40`.
  readonly label: string;
  readonly scope: "document" | "selection" | "window";
  /// Which part of the document it is, if not all: a sentence.
  readonly part?: string;
  /// Something to know about the text: characters that stand for bytes which are no text.
  readonly warning?: string;
  readonly bytes: Uint8Array;
  /// The text ends where the document does.
  readonly isEnd: boolean;
  /// log2 1/p of its first bytes, as far as they are known.
  readonly surprises: Float64Array;
  readonly position: number;
}

/// The text's tokens. The first may begin before the text, and the last end behind it.
export interface ShownTokens {
  readonly serial: number;
  readonly ids: Uint32Array;
  /// Where each starts; one entry more. Negative before the text.
  readonly starts: Int32Array;
}

/// All surprises are known.
export interface ScoredText {
  readonly serial: number;
  readonly evaluations: number;
  readonly milliseconds: number;
  /// See `ScoreResult.leastRawSum`.
  readonly leastRawSum?: number;
  /// That it was read in windows.
  readonly note?: string;
}

export interface Distribution {
  readonly bytes: Float64Array;
  readonly stop: number;
}

export interface PlaceToken {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export interface PlaceCover {
  readonly tokens: readonly PlaceToken[];
  readonly weight: number;
  readonly beyond: number;
}

/// What there is to say about the naive distribution, or why there is none.
export type PlaceNaive =
  | (Distribution & {
      readonly kind: "naive";
      readonly variation: number;
      readonly tokens: readonly PlaceToken[];
      readonly tokenCount: number;
      readonly next: readonly (PlaceToken & { readonly p: number })[];
    })
  | { readonly kind: "none"; readonly reason: "half-character" | "not-utf8" };

export type PlaceGrammar =
  | (Distribution & {
      readonly kind: "restricted";
      readonly label: string;
      readonly allowedMass: number;
      /// A 256-bit set.
      readonly allowed: Uint32Array;
      readonly mayStop: boolean;
      readonly expected: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    })
  | {
      readonly kind: "violated";
      readonly label: string;
      /// Byte of the document, and of the text if it is in that.
      readonly byteOffset: number;
      readonly position?: number;
      readonly expected: readonly string[];
    }
  | { readonly kind: "broken"; readonly label?: string; readonly diagnostics: readonly Diagnostic[] }
  /// The document is longer than a grammar is read for.
  | { readonly kind: "too-long"; readonly label: string };

export interface InspectedPlace extends Distribution {
  readonly serial: number;
  readonly position: number;
  readonly target: ByteTarget;
  readonly rawSum: number;
  readonly unchecked: number;
  readonly droppedShare: number;
  readonly droppedBound: number;
  /// Bytes before the position that the covers are of, and that the model has read.
  readonly covered: number;
  readonly context: number;
  readonly covers: readonly PlaceCover[];
  readonly naive: PlaceNaive;
  /// Absent: the document has none.
  readonly grammar?: PlaceGrammar;
  readonly evaluations: number;
  readonly milliseconds: number;
  /// What was left out.
  readonly note?: string;
}

export type InspectAnswer =
  | { readonly kind: "inspected"; readonly place: InspectedPlace }
  | { readonly kind: "problem"; readonly notice: BytesNotice };

export interface InspectRequest {
  readonly serial: number;
  readonly position: number;
  readonly target: ByteTarget;
}

export interface ModelState {
  readonly name: string;
  /// Set while it loads: 0–1.
  readonly loading?: number;
}

export type CopyFormat = "csv" | "json";

/// What the view remembers between its lives.
export interface SavedBytes {
  readonly target?: ByteTarget;
  readonly scale?: "linear" | "log";
  readonly showsTokens?: boolean;
  readonly showsNaive?: boolean;
  readonly rows?: number;
}

/// Words of the view, in the user's language; they come with its HTML (`LABELS_ATTRIBUTE` of the body).
/// The view fills in `{0}`, `{1}`….
export type BytesLabels = Readonly<
  Record<
    | "title"
    | "model"
    | "selectModel"
    | "loading"
    | "target"
    | "canonical"
    | "canonicalHelp"
    | "all"
    | "allHelp"
    | "text"
    | "surprise"
    | "surpriseHelp"
    | "bits"
    | "bitsPerByte"
    | "ofBytes"
    | "tokens"
    | "tokensHelp"
    | "table"
    | "tableHelp"
    | "keys"
    | "help"
    | "scored"
    | "atByte"
    | "atEnd"
    | "byte"
    | "hex"
    | "character"
    | "token"
    | "tokenId"
    | "follows"
    | "followsOfAll"
    | "partOf"
    | "unknownYet"
    | "rank"
    | "distribution"
    | "exact"
    | "naive"
    | "naiveHelp"
    | "underGrammar"
    | "probability"
    | "stop"
    | "stopHelp"
    | "scale"
    | "linear"
    | "log"
    | "rows"
    | "showAll"
    | "showFewer"
    | "others"
    | "copy"
    | "copyCsv"
    | "copyJson"
    | "copyTextCsv"
    | "copied"
    | "variation"
    | "variationHelp"
    | "same"
    | "apart"
    | "naiveAfter"
    | "naiveNext"
    | "noNaiveHalf"
    | "noNaiveNotUtf8"
    | "moreTokens"
    | "covers"
    | "coversHelp"
    | "beyond"
    | "weight"
    | "shared"
    | "mass"
    | "rawSum"
    | "rawSumHelp"
    | "unchecked"
    | "uncheckedHelp"
    | "dropped"
    | "droppedHelp"
    | "droppedBound"
    | "droppedBoundHelp"
    | "noBound"
    | "coveredBytes"
    | "contextBytes"
    | "evaluations"
    | "time"
    | "grammar"
    | "noGrammar"
    | "selectGrammar"
    | "allowedMass"
    | "allowedMassHelp"
    | "expected"
    | "refused"
    | "violated"
    | "goToViolation"
    | "grammarBroken"
    | "grammarTooLong"
    | "nothingAllowed"
    | "announce"
    | "asking",
    string
  >
>;

export type ToHost = {
  readonly requests: {
    /// The view is ready; model, text and notices follow.
    readonly hello: { readonly params: null; readonly result: null };
    readonly inspect: { readonly params: InspectRequest; readonly result: InspectAnswer };
    /// Puts the distribution at the place asked about last, or the text's surprises, on the clipboard. False
    /// if there is none.
    readonly copy: {
      readonly params: { readonly what: "place" | "text"; readonly format: CopyFormat };
      readonly result: boolean;
    };
  };
  readonly notifications: {
    readonly act: BytesAction;
    /// Selects a byte's character in the editor, and gives that the keyboard.
    readonly reveal: { readonly serial: number; readonly position: number };
    readonly focusEditor: null;
  };
};

export type ToView = {
  readonly requests: Record<never, never>;
  readonly notifications: {
    readonly model: ModelState;
    readonly text: ShownText | null;
    readonly tokens: ShownTokens;
    /// The next surprises: from byte `from` on.
    readonly surprises: { readonly serial: number; readonly from: number; readonly bits: Float64Array };
    readonly scored: ScoredText;
    /// The editor's cursor is there.
    readonly position: { readonly serial: number; readonly position: number };
    /// Ask about the place again: the grammar or the model changed.
    readonly ask: null;
    /// Something that is the matter; `null`: nothing (any more).
    readonly notice: BytesNotice | null;
  };
};
