// The conversation of the token panel: the extension ("host") holds the text and its tokens, the
// webview ("view") draws the rows it can see.
//
// The text is cut into chunks of a few thousand tokens. A chunk never changes: an edit, an arriving
// tokenization or a new layout makes a new chunk with a new key. So whatever the view fetched by key
// stays true, and an update only has to name the chunks, in order.
import type { Diagnostic } from "../base/diagnostic.ts";

export interface TokenizerChoice {
  readonly id: string;
  readonly name: string;
  readonly detail?: string;
  /// Its vocabulary is in memory already.
  readonly loaded: boolean;
  /// Set if it cannot be used (the model has no tokenizer, the file is gone).
  readonly problem?: Diagnostic;
}

/// Measures of the view, in CSS pixels.
export interface PanelLayout {
  /// Width of one character of the token font.
  readonly cellWidth: number;
  /// Width a row may take.
  readonly rowWidth: number;
  /// What a token adds to the width of its characters: padding, border, gap.
  readonly pieceExtra: number;
  /// What a special token adds besides.
  readonly specialExtra: number;
}

/// `ChunkTable` columns. One row of `CHUNK_STRIDE` numbers a chunk, in text order.
export const CHUNK_KEY = 0;
/// Rows it takes in the layout last asked for.
export const CHUNK_ROWS = 1;
/// Tokens; 1 (a stand-in for all of its text) while it is not tokenized.
export const CHUNK_PIECES = 2;
export const CHUNK_BYTES = 3;
/// UTF-16 code units.
export const CHUNK_UNITS = 4;
/// 1 if it is tokenized.
export const CHUNK_TOKENIZED = 5;
export const CHUNK_STRIDE = 6;
export type ChunkTable = Uint32Array;

/// Bits of a piece's mark.
/// How many bytes of its first character belong to tokens before it (0–3).
export const MARK_LEAD = 0b11;
/// A special token.
export const MARK_SPECIAL = 0b100;
/// Text whose tokens are not known yet.
export const MARK_PENDING = 0b1000;
/// It contains a line break.
export const MARK_NEWLINE = 0b10000;
/// Its colour, 0 … HUES - 1, shifted by `MARK_HUE_SHIFT`. Neighbours differ.
export const MARK_HUE_SHIFT = 5;
export const HUES = 6;

/// `RowPage.starts` columns: where a row starts, one row of `ROW_STRIDE` numbers a row. A row that
/// starts inside a piece continues it.
export const ROW_PIECE = 0;
/// UTF-16 offset in the chunk (inside a character's bytes: the character's start).
export const ROW_UNIT = 1;
/// Byte offset in the chunk.
export const ROW_BYTE = 2;
export const ROW_STRIDE = 3;

/// Rows `from` (inclusive) to `to` of a chunk, with all that drawing and describing them needs.
/// Offsets count from the chunk's start; piece `i` of the arrays is piece `firstPiece + i` of the chunk.
export interface RowPage {
  readonly key: number;
  readonly from: number;
  readonly to: number;
  /// `to - from + 1` starts: the last one is where row `to` starts, or the chunk's end.
  readonly starts: Uint32Array;
  readonly firstPiece: number;
  readonly ids: Uint32Array;
  readonly marks: Uint8Array;
  /// One more entry than pieces: the last is the last piece's end.
  readonly byteStarts: Uint32Array;
  readonly unitStarts: Uint32Array;
  /// Text of the pieces (of a stand-in: only what the rows show), from `textFrom`.
  readonly text: string;
  readonly textFrom: number;
}

export interface RowAddress {
  readonly key: number;
  readonly row: number;
}

/// A new state of the text.
export interface TextUpdate {
  /// Names the text (document and selection): another name, another text.
  readonly subject: string;
  /// UTF-16 offset in the document where the text starts.
  readonly base: number;
  readonly chunks: ChunkTable;
  /// The rows around `top`, so that the view never has to draw a gap.
  readonly pages: readonly RowPage[];
  /// The row to show first: where the reader was, wherever edits moved it.
  readonly top: RowAddress | undefined;
}

/// The part of the text that the editor's cursor or selection touches.
export interface Highlight {
  /// UTF-16 offsets in the text.
  readonly from: number;
  readonly to: number;
  /// Where it starts.
  readonly row: RowAddress;
  /// The view should bring it into sight.
  readonly reveal: boolean;
}

export type NoticeAction = "retry" | "open-tokenizer" | "show-log" | "restart";

/// Something to tell instead of (`covers`) or above the tokens.
export interface Notice<Action extends string = NoticeAction> {
  readonly severity: "info" | "warning" | "error";
  readonly covers: boolean;
  readonly title: string;
  readonly message?: string;
  readonly actions: readonly { readonly id: Action; readonly label: string }[];
}

export interface PanelStatus {
  readonly scope?: {
    readonly kind: "document" | "selection";
    /// `main.ts`, or `main.ts:3–7` for a selection.
    readonly label: string;
  };
  /// Of what is tokenized so far, unless `complete`.
  readonly counts?: {
    readonly tokens: number;
    readonly bytes: number;
    /// Code points.
    readonly characters: number;
    readonly complete: boolean;
  };
  /// 0–1 while tokenizing; -1 if nobody can say how far it is.
  readonly progress?: number;
  readonly notice?: Notice;
  /// The tokenizer normalises: pieces show the text, which the tokens do not spell exactly.
  readonly lossy?: boolean;
}

/// Words of the view, in the user's language. They come with its HTML (`LABELS_ATTRIBUTE` of the body).
export const LABELS_ATTRIBUTE = "data-labels";
export interface PanelLabels {
  readonly tokenizer: string;
  readonly openTokenizer: string;
  readonly tokens: string;
  readonly bytes: string;
  readonly characters: string;
  readonly bytesPerToken: string;
  readonly document: string;
  readonly selection: string;
  readonly tokenizing: string;
  readonly tokenList: string;
  readonly details: string;
  readonly hint: string;
  readonly lossy: string;
  readonly id: string;
  readonly index: string;
  readonly text: string;
  readonly byteOffset: string;
  readonly utf16Offset: string;
  readonly special: string;
  /// With {0} bytes from, {1} to, {2} of, {3} the character and its code point.
  readonly partOf: string;
  /// With {0} the byte, {1} of so many, {2} the character and its code point.
  readonly partOfOne: string;
  readonly pending: string;
}

/// What the view remembers between its lives.
export interface SavedView {
  readonly tokenizer?: string;
  readonly subject?: string;
  /// UTF-16 offset in the text of the first row shown.
  readonly top?: number;
}

export interface Hello {
  readonly layout: PanelLayout;
  /// Rows that fit.
  readonly visibleRows: number;
  readonly saved: SavedView;
}

export type ToHost = {
  readonly requests: {
    /// The view is ready; updates follow.
    readonly hello: { readonly params: Hello; readonly result: null };
    /// `undefined` if the chunk is gone: an update is under way.
    readonly rows: {
      readonly params: { readonly key: number; readonly from: number; readonly to: number };
      readonly result: RowPage | undefined;
    };
    /// Selects a token's text in the editor. False if the text has changed since.
    readonly select: {
      readonly params: { readonly key: number; readonly piece: number; readonly focusEditor: boolean };
      readonly result: boolean;
    };
    readonly chooseTokenizer: { readonly params: string; readonly result: null };
    /// Asks the user for a file. The id it got, or `undefined` if the user changed their mind.
    readonly openTokenizer: { readonly params: null; readonly result: string | undefined };
  };
  readonly notifications: {
    readonly layout: PanelLayout;
    readonly viewport: { readonly top: RowAddress; readonly visibleRows: number };
    /// The token under the pointer, to be shown in the editor; `null` when there is none.
    readonly hover: { readonly key: number; readonly piece: number } | null;
    readonly focusEditor: null;
    readonly act: NoticeAction;
  };
};

export type ToView = {
  readonly requests: Record<never, never>;
  readonly notifications: {
    readonly tokenizers: {
      readonly choices: readonly TokenizerChoice[];
      readonly selected: string | undefined;
    };
    readonly status: PanelStatus;
    readonly text: TextUpdate;
    readonly highlight: Highlight | null;
  };
};
