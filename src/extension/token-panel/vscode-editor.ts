import * as vscode from "vscode";
import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import { isText, type TextEditors } from "../text-editors.ts";
import type { Disposable } from "./core.ts";
import {
  type ActiveText,
  type PanelEditor,
  StaleReadError,
  type TextChange,
  type TextRange,
} from "./editor.ts";

/// Lines read at once: well under a millisecond.
const LINES_AT_ONCE = 2000;

/// A view's view of VS Code's text editors. Active is the one that was last: the view may take that place itself.
export class VsCodePanelEditor implements PanelEditor, Disposable {
  readonly #mark = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.hoverHighlightBackground"),
    border: "1px solid",
    borderColor: new vscode.ThemeColor("editor.findMatchHighlightBorder"),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #editors: TextEditors;
  #marked: vscode.TextEditor | undefined;

  constructor(editors: TextEditors) {
    this.#editors = editors;
  }

  get active(): ActiveText | undefined {
    const editor = this.#editors.current;
    return editor && activeTextOf(editor);
  }

  onDidChangeActive(listener: () => void): Disposable {
    return vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // To a view and back is no change.
        if (editor !== undefined && isText(editor)) listener();
      }),
      vscode.window.onDidChangeVisibleTextEditors(listener),
    );
  }

  onDidChangeSelection(listener: () => void): Disposable {
    return vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === this.#editors.current) listener();
    });
  }

  onDidClose(listener: (document: string) => void): Disposable {
    return vscode.workspace.onDidCloseTextDocument((document) => listener(document.uri.toString()));
  }

  onDidChangeText(listener: (change: TextChange) => void): Disposable {
    return vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      listener({
        document: document.uri.toString(),
        version: document.version,
        edits: contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
          from: rangeOffset,
          to: rangeOffset + rangeLength,
          text,
        })),
      });
    });
  }

  async *read(uri: string, version: number, range: TextRange, signal: CancelSignal): AsyncIterable<string> {
    const document = findDocument(uri);
    if (!document || document.version !== version) throw new StaleReadError();
    const end = document.positionAt(range.to);
    let from = document.positionAt(range.from);
    while (from.isBefore(end)) {
      throwIfCancelled(signal);
      if (document.version !== version || document.isClosed) throw new StaleReadError();
      const next = new vscode.Position(from.line + LINES_AT_ONCE, 0);
      const to = next.isBefore(end) ? next : end;
      yield document.getText(new vscode.Range(from, to));
      from = to;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async select(uri: string, { from, to }: TextRange, focus: boolean): Promise<boolean> {
    const editor = findEditor(uri);
    if (!editor) return false;
    const { document } = editor;
    const range = new vscode.Range(document.positionAt(from), document.positionAt(to));
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    if (focus) await this.#focus(editor);
    return true;
  }

  mark(uri: string, range: TextRange | undefined): void {
    const editor = range && findEditor(uri);
    if (this.#marked && this.#marked !== editor) this.#marked.setDecorations(this.#mark, []);
    this.#marked = editor;
    if (!editor || !range) return;
    const { document } = editor;
    editor.setDecorations(this.#mark, [
      new vscode.Range(document.positionAt(range.from), document.positionAt(range.to)),
    ]);
  }

  async focus(): Promise<void> {
    const editor = this.#editors.current;
    if (editor) await this.#focus(editor);
  }

  async pickTokenizerFile(): Promise<string | undefined> {
    const files = await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Open tokenizer.json"),
      openLabel: vscode.l10n.t("Use Tokenizer"),
      canSelectMany: false,
      filters: { [vscode.l10n.t("Tokenizers")]: ["json"] },
    });
    return files?.[0]?.fsPath;
  }

  dispose(): void {
    this.#mark.dispose();
  }

  async #focus(editor: vscode.TextEditor): Promise<void> {
    await vscode.window.showTextDocument(editor.document, {
      ...(editor.viewColumn !== undefined && { viewColumn: editor.viewColumn }),
      selection: editor.selection,
      preserveFocus: false,
    });
  }
}

function activeTextOf({ document, selection }: vscode.TextEditor): ActiveText {
  const lastLine = document.lineAt(document.lineCount - 1);
  return {
    document: document.uri.toString(),
    name: document.isUntitled
      ? document.uri.path
      : document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1),
    version: document.version,
    length: document.offsetAt(lastLine.range.end),
    selection: { from: document.offsetAt(selection.start), to: document.offsetAt(selection.end) },
    firstLine: selection.start.line + 1,
    lastLine: selection.end.line + 1,
  };
}

function findDocument(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}

/// The active editor first: a document may be open in several.
function findEditor(uri: string): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  return [...(activeTextEditor ? [activeTextEditor] : []), ...visibleTextEditors].find(
    (editor) => editor.document.uri.toString() === uri,
  );
}
