import * as vscode from "vscode";
import type { Comparison } from "./comparison.ts";
import { reportHtml } from "./report.ts";

const SHOW_SPAN = "tokensieve.showSpan";

/// Shows a comparison beside the editor. The page has no script: its links are commands.
export function showReport({ extensionUri }: vscode.ExtensionContext, comparison: Comparison): void {
  const media = vscode.Uri.joinPath(extensionUri, "media");
  const panel = vscode.window.createWebviewPanel(
    "tokensieve.comparison",
    vscode.l10n.t("Engines on {0}", comparison.title),
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    {
      enableScripts: false,
      enableCommandUris: [SHOW_SPAN],
      localResourceRoots: [media],
      enableFindWidget: true,
    },
  );
  panel.iconPath = vscode.Uri.joinPath(media, "tokensieve.svg");
  const { webview } = panel;
  webview.html = reportHtml(comparison, {
    t: (message, ...values) => vscode.l10n.t(message, ...values),
    language: vscode.env.language,
    placeLink: (...span) => `command:${SHOW_SPAN}?${encodeURIComponent(JSON.stringify(span))}`,
    styleUri: webview.asWebviewUri(vscode.Uri.joinPath(media, "compare-engines.css")).toString(),
    cspSource: webview.cspSource,
  });
}

/// The command behind the links: selects a span of a document, in UTF-16 offsets.
export function registerShowSpan(): vscode.Disposable {
  return vscode.commands.registerCommand(SHOW_SPAN, async (uri: string, from: number, to: number) => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    await vscode.window.showTextDocument(document, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      selection: new vscode.Range(document.positionAt(from), document.positionAt(to)),
    });
  });
}
