import * as vscode from "vscode";
import type { LiveDiagnostics } from "./diagnostics.ts";
import { RULE_LANGUAGES } from "./documents.ts";

/// Puts right what a diagnostic knows the right text of: a misspelt rule.
export function registerQuickFixes(diagnostics: LiveDiagnostics): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    RULE_LANGUAGES.map((language) => ({ language })),
    {
      provideCodeActions: (document, range, context) =>
        diagnostics
          .fixesOf(document)
          .filter((fix) => fix.range.intersection(range) !== undefined)
          .map((fix) => {
            const title = vscode.l10n.t("Change to “{0}”", fix.replacement);
            const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
            action.edit = new vscode.WorkspaceEdit();
            action.edit.replace(document.uri, fix.range, fix.replacement);
            action.diagnostics = context.diagnostics.filter(
              ({ code, range: at }) => code === fix.code && at.isEqual(fix.range),
            );
            action.isPreferred = true;
            return action;
          }),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}
