import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { MessagePortLike } from "../../protocol/port.ts";
import type { TokenPanelCore } from "./core.ts";
import { panelHtml } from "./html.ts";
import { PanelWords } from "./notices.ts";
import { TokenPanel } from "./panel.ts";
import { VsCodePanelEditor } from "./vscode-editor.ts";

/// Id of the view in package.json.
export const TOKEN_VIEW_ID = "tokensieve.tokens";

/// Provides the token panel. `core` is not called before the panel is shown.
export function registerTokenPanel(
  context: vscode.ExtensionContext,
  core: TokenPanelCore,
): vscode.Disposable {
  const words = new PanelWords((message, ...args) => vscode.l10n.t(message, ...args));
  const editor = new VsCodePanelEditor();
  const panel = new TokenPanel(core, editor, words);
  const folder = vscode.Uri.joinPath(context.extensionUri, "dist", "webview");
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      view.webview.options = { enableScripts: true, localResourceRoots: [folder] };
      view.webview.html = panelHtml({
        scriptUri: view.webview.asWebviewUri(vscode.Uri.joinPath(folder, "token-panel.js")).toString(),
        styleUri: view.webview.asWebviewUri(vscode.Uri.joinPath(folder, "token-panel.css")).toString(),
        cspSource: view.webview.cspSource,
        nonce: randomBytes(16).toString("base64"),
        language: vscode.env.language,
        labels: words.labels,
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

function portOf(webview: vscode.Webview): MessagePortLike {
  return {
    post: (message) => void webview.postMessage(message),
    listen(listener) {
      const subscription = webview.onDidReceiveMessage(listener);
      return () => subscription.dispose();
    },
  };
}
