import * as vscode from "vscode";
import type { TextEditors } from "../text-editors.ts";
import { fillWebview, portOf } from "../webview.ts";
import type { TokenPanelCore } from "./core.ts";
import { PanelWords } from "./notices.ts";
import { TokenPanel } from "./panel.ts";
import { VsCodePanelEditor } from "./vscode-editor.ts";

/// Id of the view in package.json.
export const TOKEN_VIEW_ID = "tokensieve.tokens";

/// Provides the token panel. `core` is not called before the panel is shown.
export function registerTokenPanel(
  context: vscode.ExtensionContext,
  core: TokenPanelCore,
  editors: TextEditors,
): vscode.Disposable {
  const words = new PanelWords((message, ...args) => vscode.l10n.t(message, ...args));
  const editor = new VsCodePanelEditor(editors);
  const panel = new TokenPanel(core, editor, words);
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      const { labels } = words;
      fillWebview(view.webview, context.extensionUri, {
        name: "token-panel",
        title: labels.tokenList,
        labels,
      });
      panel.attach(portOf(view.webview));
      // A hidden view loses its page; when it is shown again, the script says hello anew.
      view.onDidChangeVisibility(() => {
        if (!view.visible) panel.rest();
      });
      view.onDidDispose(() => panel.rest());
    },
  };
  return vscode.Disposable.from(
    vscode.window.registerWebviewViewProvider(TOKEN_VIEW_ID, provider),
    panel,
    editor,
  );
}
