import * as vscode from "vscode";
import type { CompletionOutcome, InlineCompletionProvider } from "../completion/inline-provider.ts";
import { sayFailure } from "../messages.ts";
import type { Session } from "../session.ts";

/// VS Code asks for a completion at once, or not at all.
const ASKED_WITHIN_MS = 1500;

/// Complete Here: asks for a completion at the cursor, and says so where there is none.
export async function completeHere(session: Session, completions: InlineCompletionProvider): Promise<void> {
  const editor = session.editors.current;
  if (!editor) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Open a document first: completions appear at its cursor."),
    );
    return;
  }
  const { document, viewColumn, selection } = editor;
  if (!vscode.workspace.getConfiguration("editor", document).get("inlineSuggest.enabled", true)) {
    const open = vscode.l10n.t("Open Settings");
    const picked = await vscode.window.showWarningMessage(
      vscode.l10n.t("VS Code shows no inline completions: the setting editor.inlineSuggest.enabled is off."),
      open,
    );
    if (picked === open)
      await vscode.commands.executeCommand("workbench.action.openSettings", "editor.inlineSuggest.enabled");
    return;
  }
  if (editor !== vscode.window.activeTextEditor) {
    await vscode.window.showTextDocument(document, {
      ...(viewColumn !== undefined && { viewColumn }),
      selection,
    });
  }
  const asked = completions.onNextRequest(async (outcome) => {
    clearTimeout(timer);
    tell(session, await outcome);
  });
  const timer = setTimeout(() => {
    asked.dispose();
    void vscode.window.showInformationMessage(
      vscode.l10n.t("VS Code takes no inline completion here: the editor is read-only, or not for text."),
    );
  }, ASKED_WITHIN_MS);
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}

function tell({ log }: Session, outcome: CompletionOutcome): void {
  switch (outcome.kind) {
    case "offered":
    case "cancelled":
      return;
    case "nothing":
      vscode.window.setStatusBarMessage(vscode.l10n.t("$(info) The model adds nothing here"), 4000);
      return;
    case "problem":
      void vscode.window.showWarningMessage(outcome.text);
      return;
    case "failed":
      sayFailure(outcome.error, log);
      return;
    default:
      outcome satisfies never;
  }
}
