import * as vscode from "vscode";
import type { CopyFormat } from "../../protocol/byte-probabilities.ts";
import type { Session } from "../session.ts";
import { VsCodePanelEditor } from "../token-panel/vscode-editor.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewPanel } from "../view-panel.ts";
import { bytesLabels } from "./labels.ts";
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
  const editor = new VsCodePanelEditor(session.editors);
  const view = new ByteProbabilities(
    new SessionBytesCore(session, panelCore),
    editor,
    new VsCodeBytesGrammars(session),
    new BytesWords(translate),
    { write: async (text) => vscode.env.clipboard.writeText(text) },
  );
  const content = { name: "byte-probabilities", title: labels.title, labels };
  const panel = new ViewPanel(VIEW_TYPE, session.context.extensionUri, content, view);

  const copy = async (format: CopyFormat) => {
    const isCopied = await view.copy("place", format);
    const message = isCopied
      ? vscode.l10n.t("Byte probabilities copied as {0}", format.toUpperCase())
      : vscode.l10n.t("Nothing to copy: run Show Byte Probabilities, and choose a byte.");
    if (isCopied) vscode.window.setStatusBarMessage(`$(check) ${message}`, 3000);
    else void vscode.window.showInformationMessage(message);
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand("tokensieve.showByteProbabilities", () => {
      // The editor keeps the keyboard: its cursor is what the view follows.
      panel.show(true);
    }),
    vscode.commands.registerCommand("tokensieve.copyByteProbabilitiesAsCsv", () => copy("csv")),
    vscode.commands.registerCommand("tokensieve.copyByteProbabilitiesAsJson", () => copy("json")),
    view,
    editor,
    panel,
  );
}
