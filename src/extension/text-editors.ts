import * as vscode from "vscode";

/// Which text editor commands and views are about: the active one or, while the focus is in something else, the one
/// that was active last.
export class TextEditors implements vscode.Disposable {
  #last: vscode.TextEditor | undefined;
  readonly #subscription: vscode.Disposable;

  constructor() {
    this.#remember(vscode.window.activeTextEditor);
    this.#subscription = vscode.window.onDidChangeActiveTextEditor((editor) => this.#remember(editor));
  }

  /// One that is in sight; `undefined` if there is none.
  get current(): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    if (activeTextEditor && isText(activeTextEditor)) return activeTextEditor;
    const last = this.#last;
    // Editors come and go as one looks at other tabs: the document counts.
    return (
      visibleTextEditors.find((editor) => editor === last) ??
      visibleTextEditors.find(({ document }) => document === last?.document) ??
      visibleTextEditors.find(isText)
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #remember(editor: vscode.TextEditor | undefined): void {
    if (editor && isText(editor)) this.#last = editor;
  }
}

/// Output and logs are editors, too.
export function isText({ document }: vscode.TextEditor): boolean {
  return document.uri.scheme !== "output";
}
