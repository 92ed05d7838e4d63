import type { PanelEditor, TextEdit } from "./editor.ts";
import type { TextModel } from "./text-model.ts";

/// What the panel shows: a document, or a selected part of one.
export interface Subject {
  readonly document: string;
  readonly name: string;
  readonly model: TextModel;
  /// Absent for a whole document.
  readonly selection?: { readonly serial: number; readonly firstLine: number; readonly lastLine: number };
  /// The document's version that the text is of.
  version: number;
  /// Offset in the document where the text starts.
  base: number;
  /// Offset in the text of the first row shown; absent until something is shown.
  top: number | undefined;
}

/// Names a subject for as long as its document has this URI.
export function subjectName(subject: Pick<Subject, "document" | "selection">): string {
  return subject.selection ? `${subject.document}#${subject.selection.serial}` : subject.document;
}

/// The offset to show on top: where the reader was, or else some rows above the cursor.
export function topOf(subject: Subject, editor: PanelEditor, visibleRows: number): number {
  const { text } = subject.model;
  if (subject.top !== undefined) return Math.min(subject.top, text.length);
  if (subject.selection) return 0;
  const { active } = editor;
  const cursor = active?.document === subject.document ? active.selection.from : 0;
  return text.unitRowsAbove(Math.min(cursor, text.length), Math.floor(visibleRows / 3));
}

/// Where an offset is after an edit; inside the replaced range: its start.
export function mapOffset(offset: number, edit: TextEdit): number {
  if (offset <= edit.from) return offset;
  if (offset >= edit.to) return offset + edit.text.length - (edit.to - edit.from);
  return edit.from;
}
