import * as vscode from "vscode";
import type { Session } from "../session.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewPanel } from "../view-panel.ts";
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
  const content = { name: "fim-healing", title: labels.title, labels };
  const panel = new ViewPanel(VIEW_TYPE, session.context.extensionUri, content, host);

  return vscode.Disposable.from(
    vscode.commands.registerCommand("tokensieve.showFimHealing", () => {
      if (panel.show(true)) host.refresh();
    }),
    host,
    editor,
    panel,
  );
}
