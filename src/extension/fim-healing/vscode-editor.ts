import * as vscode from "vscode";
import { grammarOf } from "../grammars/document-grammar.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";
import { isText } from "../text-editors.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { HealingEditor, TextPlace } from "./ports.ts";

/// Text around the cursor that is looked at, in UTF-16 units; a grammar reads the document from its beginning.
const PREFIX_CHARS = 16_384;
const SUFFIX_CHARS = 4_096;
/// Documents larger than this are looked at without their grammar.
const MAX_CONSTRAINED_CHARS = 1_000_000;

/// The last text editor that had the focus. A view that takes it does not change which one that is.
export class VsCodeHealingEditor implements HealingEditor, Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;
  #editor: vscode.TextEditor | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#editor = session.editors.current;
    const tell = () => this.#changed.fire();
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (!editor || editor === this.#editor || !isText(editor)) return;
        this.#editor = editor;
        tell();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === this.#editor) tell();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === this.#editor?.document && contentChanges.length > 0) tell();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document !== this.#editor?.document) return;
        this.#editor = undefined;
        tell();
      }),
    );
  }

  async current(): Promise<TextPlace | undefined> {
    const editor = this.#here;
    if (!editor) return undefined;
    const { document, selection } = editor;
    const position = selection.active;
    const offset = document.offsetAt(position);
    const length = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
    const found =
      length <= MAX_CONSTRAINED_CHARS ? await grammarOf(document, this.#session.grammars) : undefined;
    const from = found ? 0 : Math.max(0, offset - PREFIX_CHARS);
    const to = found ? length : Math.min(length, offset + SUFFIX_CHARS);
    const text = (start: number, end: number) =>
      document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));
    return {
      key: keyOf(editor),
      document: document.uri.toString(),
      name: vscode.workspace.asRelativePath(document.uri, false),
      line: position.line + 1,
      column: position.character + 1,
      prefix: text(from, offset),
      suffix: text(offset, to),
      leftOut: from + (length - to),
      hasSelection: !selection.isEmpty,
      ...(found && {
        grammar: { label: found.label, ref: { source: found.source, engine: new Settings(document).engine } },
      }),
    };
  }

  async insert(place: TextPlace, text: string): Promise<"inserted" | "changed" | "read-only"> {
    const editor = this.#here;
    if (!editor || keyOf(editor) !== place.key) return "changed";
    const { document } = editor;
    const at = editor.selection.active;
    const isDone = await editor.edit((builder) => builder.insert(at, text), {
      undoStopBefore: true,
      undoStopAfter: true,
    });
    if (!isDone) return "read-only";
    const behind = document.positionAt(document.offsetAt(at) + text.length);
    editor.selection = new vscode.Selection(behind, behind);
    return "inserted";
  }

  focus(): void {
    const editor = this.#here;
    if (editor) void vscode.window.showTextDocument(editor.document, editor.viewColumn);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /// An editor that was closed may have one for the same document beside it.
  get #here(): vscode.TextEditor | undefined {
    const editor = this.#editor;
    if (!editor) return undefined;
    const { visibleTextEditors } = vscode.window;
    return (
      visibleTextEditors.find((one) => one === editor) ??
      visibleTextEditors.find(({ document }) => document === editor.document)
    );
  }
}

function keyOf({ document, selection }: vscode.TextEditor): string {
  return JSON.stringify([document.uri.toString(), document.version, selection.active, selection.isEmpty]);
}
