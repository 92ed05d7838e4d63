import * as vscode from "vscode";
import type { MessagePortLike } from "../protocol/port.ts";
import { fillWebview, portOf, type WebviewContent } from "./webview.ts";

/// The editor's side of a view, as far as its panel has to do with it.
export interface PanelHost {
  /// Connects a page, in place of the one before.
  attach(port: MessagePortLike): void;
  /// The page is gone.
  detach(): void;
  /// The panel is hidden and its page gone; when it is shown again, the page says hello anew.
  rest?(): void;
}

/// The webview panel of a view beside the editor, one at a time; restored with the window.
export class ViewPanel implements vscode.Disposable {
  readonly #viewType: string;
  readonly #extensionUri: vscode.Uri;
  readonly #content: WebviewContent;
  readonly #host: PanelHost;
  readonly #serializer: vscode.Disposable;
  #panel: vscode.WebviewPanel | undefined;

  /// `viewType`: the panel's type in package.json's activation events.
  constructor(viewType: string, extensionUri: vscode.Uri, content: WebviewContent, host: PanelHost) {
    this.#viewType = viewType;
    this.#extensionUri = extensionUri;
    this.#content = content;
    this.#host = host;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (restored) => this.#adopt(restored),
    });
  }

  /// Shows the panel; false if it had to be opened for that. `preserveFocus`: the editor keeps the keyboard.
  show(preserveFocus: boolean): boolean {
    if (this.#panel) {
      this.#panel.reveal(undefined, preserveFocus);
      return true;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
    this.#adopt(vscode.window.createWebviewPanel(this.#viewType, this.#content.title, place));
    return false;
  }

  dispose(): void {
    this.#serializer.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, "media", "icon.png");
    this.#host.attach(portOf(panel.webview));
    fillWebview(panel.webview, this.#extensionUri, this.#content);
    panel.onDidChangeViewState(() => {
      if (this.#panel === panel && !panel.visible) this.#host.rest?.();
    });
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#host.detach();
    });
  }
}
