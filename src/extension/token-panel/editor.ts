import type { CancelSignal } from "../../base/cancellation.ts";
import type { Disposable } from "./core.ts";

/// UTF-16 offsets in a document.
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/// Replaces a range by a text.
export interface TextEdit extends TextRange {
  readonly text: string;
}

/// The active text editor's document. `document` is its URI.
export interface ActiveText {
  readonly document: string;
  readonly name: string;
  readonly version: number;
  readonly length: number;
  readonly selection: TextRange;
  /// Lines of the selection, from 1.
  readonly firstLine: number;
  readonly lastLine: number;
}

/// Edits of one document that happened together, to be applied in this order.
export interface TextChange {
  readonly document: string;
  readonly version: number;
  readonly edits: readonly TextEdit[];
}

/// The document changed while it was read.
export class StaleReadError extends Error {
  override readonly name = "StaleReadError";
}

/// What the token panel needs from the editor.
export interface PanelEditor {
  readonly active: ActiveText | undefined;
  onDidChangeActive(listener: () => void): Disposable;
  onDidChangeSelection(listener: () => void): Disposable;
  /// A document is gone: what opens under its URI later may be another text.
  onDidClose(listener: (document: string) => void): Disposable;
  onDidChangeText(listener: (change: TextChange) => void): Disposable;
  /// A range of a document, bit by bit, so that no step takes long. Throws `StaleReadError` if the
  /// document is not at `version` (any more).
  read(document: string, version: number, range: TextRange, signal: CancelSignal): AsyncIterable<string>;
  /// Selects a range and shows it. False if the document is in no visible editor.
  select(document: string, range: TextRange, focus: boolean): Promise<boolean>;
  /// Marks a range that the pointer is over in the panel; `undefined` ends that.
  mark(document: string, range: TextRange | undefined): void;
  /// Gives the keyboard back to the editor.
  focus(): Promise<void>;
  /// Asks for a tokenizer.json; the path, or `undefined` if the user changed their mind.
  pickTokenizerFile(): Promise<string | undefined>;
}
