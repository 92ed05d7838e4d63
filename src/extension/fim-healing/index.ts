import * as vscode from "vscode";
import type { Session } from "../session.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { fillWebview, portOf } from "../webview.ts";
import { HealingHost } from "./healing.ts";
import { SessionHealingCore } from "./session-core.ts";
import { VsCodeHealingEditor } from "./vscode-editor.ts";
import { HealingWords } from "./words.ts";

/// Type of the webview panel, in package.json's activation events.
const VIEW_TYPE = "tokensieve.fimHealing";

/// Provides the command Show FIM Healing and the panel it opens, one at a time.
export function registerFimHealing(session: Session, panelCore: SessionTokenPanelCore): vscode.Disposable {
  const words = new HealingWords((message, ...args) => vscode.l10n.t(message, ...args));
  const editor = new VsCodeHealingEditor(session);
  const host = new HealingHost(new SessionHealingCore(session, panelCore), editor, words);
  const { labels } = words;
  let panel: vscode.WebviewPanel | undefined;

  const show = (shown: vscode.WebviewPanel) => {
    panel?.dispose();
    panel = shown;
    shown.iconPath = vscode.Uri.joinPath(session.context.extensionUri, "media", "icon.png");
    host.attach(portOf(shown.webview));
    fillWebview(shown.webview, session.context.extensionUri, {
      name: "fim-healing",
      title: labels.title,
      labels,
    });
    shown.onDidDispose(() => {
      if (panel !== shown) return;
      panel = undefined;
      host.detach();
    });
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand("tokensieve.showFimHealing", () => {
      if (panel) {
        panel.reveal(undefined, true);
        host.refresh();
      } else {
        const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
        show(vscode.window.createWebviewPanel(VIEW_TYPE, labels.title, column));
      }
    }),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      async deserializeWebviewPanel(restored) {
        show(restored);
      },
    }),
    host,
    editor,
    { dispose: () => panel?.dispose() },
  );
}
