import * as vscode from "vscode";
import type { CopyFormat } from "../../protocol/byte-probabilities.ts";
import type { Session } from "../session.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { fillWebview, portOf } from "../webview.ts";
import { bytesLabels } from "./labels.ts";
import { LastTextEditor } from "./last-editor.ts";
import { ByteProbabilities } from "./probabilities.ts";
import { SessionBytesCore } from "./session-core.ts";
import { VsCodeBytesGrammars } from "./vscode-grammars.ts";
import { BytesWords } from "./words.ts";

/// Type of the webview panel, in package.json's activation events.
const VIEW_TYPE = "tokensieve.byteProbabilities";

/// Provides the commands of Byte Probabilities and the panel they open, one at a time.
export function registerByteProbabilities(
  session: Session,
  panelCore: SessionTokenPanelCore,
): vscode.Disposable {
  const translate = (message: string, ...args: (string | number)[]) => vscode.l10n.t(message, ...args);
  const labels = bytesLabels(translate);
  const editor = new LastTextEditor();
  const view = new ByteProbabilities(
    new SessionBytesCore(session, panelCore),
    editor,
    new VsCodeBytesGrammars(session),
    new BytesWords(translate),
    { write: async (text) => vscode.env.clipboard.writeText(text) },
  );
  let panel: vscode.WebviewPanel | undefined;

  const show = (shown: vscode.WebviewPanel) => {
    panel?.dispose();
    panel = shown;
    shown.iconPath = vscode.Uri.joinPath(session.context.extensionUri, "media", "icon.png");
    view.attach(portOf(shown.webview));
    fillWebview(shown.webview, session.context.extensionUri, {
      name: "byte-probabilities",
      title: labels.title,
      labels,
    });
    // A hidden panel loses its page; when it is shown again, the script says hello anew.
    shown.onDidChangeViewState(() => {
      if (panel === shown && !shown.visible) view.rest();
    });
    shown.onDidDispose(() => {
      if (panel !== shown) return;
      panel = undefined;
      view.detach();
    });
  };

  const open = () => {
    if (panel) panel.reveal(undefined, true);
    else {
      // The editor keeps the keyboard: its cursor is what the view follows.
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      show(vscode.window.createWebviewPanel(VIEW_TYPE, labels.title, place));
    }
  };

  const copy = async (format: CopyFormat) => {
    const isCopied = await view.copy("place", format);
    const message = isCopied
      ? vscode.l10n.t("Byte probabilities copied as {0}", format.toUpperCase())
      : vscode.l10n.t("Nothing to copy: run Show Byte Probabilities, and choose a byte.");
    if (isCopied) vscode.window.setStatusBarMessage(`$(check) ${message}`, 3000);
    else void vscode.window.showInformationMessage(message);
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand("tokensieve.showByteProbabilities", open),
    vscode.commands.registerCommand("tokensieve.copyByteProbabilitiesAsCsv", () => copy("csv")),
    vscode.commands.registerCommand("tokensieve.copyByteProbabilitiesAsJson", () => copy("json")),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      async deserializeWebviewPanel(restored) {
        show(restored);
      },
    }),
    view,
    editor,
    { dispose: () => panel?.dispose() },
  );
}
