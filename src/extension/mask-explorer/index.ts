import * as vscode from "vscode";
import type { Session } from "../session.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewPanel } from "../view-panel.ts";
import { MaskExplorer } from "./explorer.ts";
import { SessionExplorerCore } from "./session-core.ts";
import { VsCodeExplorerGrammars } from "./vscode-grammars.ts";
import { ExplorerWords } from "./words.ts";

/// Type of the webview panel, in package.json's activation events.
const VIEW_TYPE = "tokensieve.maskExplorer";

/// Provides the command Open Mask Explorer and the panel it opens, one at a time.
export function registerMaskExplorer(session: Session, panelCore: SessionTokenPanelCore): vscode.Disposable {
  const words = new ExplorerWords((message, ...args) => vscode.l10n.t(message, ...args));
  const grammars = new VsCodeExplorerGrammars(session);
  const explorer = new MaskExplorer(new SessionExplorerCore(session, panelCore), grammars, words);
  const { labels } = words;
  const content = { name: "mask-explorer", title: labels.title, labels };
  const panel = new ViewPanel(VIEW_TYPE, session.context.extensionUri, content, explorer);

  const open = async (uri?: vscode.Uri) => {
    const document = uri ? await vscode.workspace.openTextDocument(uri) : session.editors.current?.document;
    if (document) await grammars.use(document);
    panel.show(false);
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand("tokensieve.openMaskExplorer", (uri?: unknown) =>
      open(uri instanceof vscode.Uri ? uri : undefined),
    ),
    explorer,
    grammars,
    panel,
  );
}
