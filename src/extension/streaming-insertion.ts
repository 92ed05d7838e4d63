import * as vscode from "vscode";
import { InputError } from "../base/diagnostic.ts";

/// Inserts text piece by piece at one place of a document, as one undo step. Edits the user makes
/// meanwhile move the place along; text of theirs is never overwritten.
export class StreamingInsertion {
  readonly #document: vscode.TextDocument;
  readonly #editor: vscode.TextEditor;
  #offset: number;
  #inserted = 0;
  #applying = false;
  #started = false;
  #refusal: InputError | undefined;
  readonly #subscription: vscode.Disposable;

  constructor(editor: vscode.TextEditor, position: vscode.Position) {
    this.#editor = editor;
    this.#document = editor.document;
    this.#offset = this.#document.offsetAt(position);
    this.#subscription = vscode.workspace.onDidChangeTextDocument((event) => this.#follow(event));
  }

  /// Why the last piece was not inserted, if that is for the user to know.
  get refusal(): InputError | undefined {
    return this.#refusal;
  }

  /// Inserts `text` where the last piece ended. False if the document no longer takes edits.
  async append(text: string): Promise<boolean> {
    if (text === "") return true;
    if (this.#document.isClosed) return false;
    this.#applying = true;
    try {
      const at = this.#document.positionAt(this.#offset);
      // Only the first edit opens an undo step and none closes it, so that one undo takes all back.
      const options = { undoStopBefore: !this.#started, undoStopAfter: false };
      const { version } = this.#document;
      const done = await this.#editor.edit((edit) => edit.insert(at, text), options);
      // A read-only editor says that it is done, and does nothing.
      if (!done || this.#document.version === version) {
        if (!this.#document.isClosed) this.#refusal = readOnly(this.#document);
        return false;
      }
      this.#started = true;
      // The document may have turned line ends into its own.
      const eol =
        this.#document.eol === vscode.EndOfLine.CRLF
          ? text.replace(/\r?\n/g, "\r\n")
          : text.replace(/\r\n/g, "\n");
      this.#offset += eol.length;
      this.#inserted += eol.length;
      return true;
    } finally {
      this.#applying = false;
    }
  }

  /// The inserted text's range.
  get range(): vscode.Range {
    return new vscode.Range(
      this.#document.positionAt(this.#offset - this.#inserted),
      this.#document.positionAt(this.#offset),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #follow(event: vscode.TextDocumentChangeEvent): void {
    if (this.#applying || event.document !== this.#document) return;
    for (const change of event.contentChanges) {
      if (change.rangeOffset + change.rangeLength <= this.#offset)
        this.#offset += change.text.length - change.rangeLength;
      else if (change.rangeOffset < this.#offset) this.#offset = change.rangeOffset;
    }
  }
}

function readOnly(document: vscode.TextDocument): InputError {
  return new InputError({
    code: "document-takes-no-text",
    severity: "error",
    message: vscode.l10n.t(
      "The editor of {0} is read-only, or gone: nothing more is inserted.",
      vscode.workspace.asRelativePath(document.uri),
    ),
    hint: vscode.l10n.t("Use a document that can be edited."),
  });
}
