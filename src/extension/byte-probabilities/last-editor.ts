import * as vscode from "vscode";
import type { Disposable } from "../token-panel/core.ts";
import type { ActiveText } from "../token-panel/editor.ts";
import { activeTextOf, VsCodePanelEditor } from "../token-panel/vscode-editor.ts";
import type { BytesEditor } from "./ports.ts";

/// The text editor that was active last. The view stands among the editors: no text editor is active while one
/// is in it.
export class LastTextEditor extends VsCodePanelEditor implements BytesEditor {
  #last: vscode.TextEditor | undefined;
  readonly #subscription: vscode.Disposable;

  constructor() {
    super();
    this.#remember(vscode.window.activeTextEditor);
    this.#subscription = vscode.window.onDidChangeActiveTextEditor((editor) => this.#remember(editor));
  }

  override get active(): ActiveText | undefined {
    const editor = this.#editor;
    return editor && activeTextOf(editor);
  }

  override onDidChangeActive(listener: () => void): Disposable {
    return vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // To the view and back is no change.
        if (editor !== undefined && isText(editor)) listener();
      }),
      vscode.window.onDidChangeVisibleTextEditors(listener),
    );
  }

  override onDidChangeSelection(listener: () => void): Disposable {
    return vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === this.#editor) listener();
    });
  }

  override async focus(): Promise<void> {
    const { active } = this;
    if (active) await this.select(active.document, active.selection, true);
  }

  override dispose(): void {
    this.#subscription.dispose();
    super.dispose();
  }

  #remember(editor: vscode.TextEditor | undefined): void {
    if (editor && isText(editor)) this.#last = editor;
  }

  /// Editors come and go as one looks at other tabs: the document counts.
  get #editor(): vscode.TextEditor | undefined {
    const last = this.#last;
    if (!last) return undefined;
    const { visibleTextEditors } = vscode.window;
    return (
      visibleTextEditors.find((editor) => editor === last) ??
      visibleTextEditors.find(({ document }) => document === last.document) ??
      visibleTextEditors.find(isText)
    );
  }
}

/// Output and logs are editors, too.
function isText({ document }: vscode.TextEditor): boolean {
  return document.uri.scheme !== "output";
}
