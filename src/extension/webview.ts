import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { MessagePortLike } from "../protocol/port.ts";
import { panelHtml } from "./token-panel/html.ts";

export interface WebviewContent {
  /// Its script and style sheet are dist/webview/NAME.js and NAME.css.
  readonly name: string;
  readonly title: string;
  readonly labels: object;
}

/// Gives a webview its document, which may run our script and nothing else.
export function fillWebview(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  content: WebviewContent,
): void {
  const folder = vscode.Uri.joinPath(extensionUri, "dist", "webview");
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = panelHtml({
    scriptUri: uri(`${content.name}.js`),
    styleUri: uri(`${content.name}.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString("base64"),
    language: vscode.env.language,
    title: content.title,
    labels: content.labels,
  });
}

export function portOf(webview: vscode.Webview): MessagePortLike {
  return {
    post: (message) => void webview.postMessage(message),
    listen(listener) {
      const subscription = webview.onDidReceiveMessage(listener);
      return () => subscription.dispose();
    },
  };
}
