import * as vscode from "vscode";
import { CancelledError } from "../base/cancellation.ts";
import { type Diagnostic, InputError, renderDiagnostic, sentence } from "../base/diagnostic.ts";
import { isAboutModel } from "./model-problem.ts";

/// One line for a notification: what, where, and what to do.
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { location } = diagnostic;
  const where =
    location?.kind === "json-pointer"
      ? ` (${[location.file, `#${location.pointer}`].filter(Boolean).join(" ")})`
      : location?.kind === "text" && location.file !== undefined
        ? ` (${location.file})`
        : "";
  const what = sentence(
    where === "" ? diagnostic.message : `${diagnostic.message.replace(/[.]$/, "")}${where}`,
  );
  return diagnostic.hint ? `${what} ${sentence(diagnostic.hint)}` : what;
}

/// Tells the user of a failure once, in words, and logs the whole of it. Cancelling is no failure.
export function showFailure(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof CancelledError || error instanceof vscode.CancellationError) return;
  logFailure(error, log);
  sayFailure(error, log);
}

/// Tells the user of a failure that is in the log already, and offers what helps.
export function sayFailure(error: unknown, log: vscode.LogOutputChannel): void {
  const showLog = vscode.l10n.t("Show Log");
  const selectModel = vscode.l10n.t("Select Model…");
  const isModel = error instanceof InputError && error.diagnostics.some(isAboutModel);
  const actions = isModel ? [selectModel, showLog] : [showLog];
  void vscode.window.showErrorMessage(failureLine(error), ...actions).then((picked) => {
    if (picked === showLog) log.show();
    else if (picked === selectModel) void vscode.commands.executeCommand("tokensieve.selectModel");
  });
}

export function logFailure(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof InputError) for (const d of error.diagnostics) log.error(renderDiagnostic(d));
  else log.error(error instanceof Error ? error : String(error));
}

export function failureLine(error: unknown): string {
  if (!(error instanceof InputError)) return error instanceof Error ? error.message : String(error);
  const errors = error.diagnostics.filter(({ severity }) => severity === "error");
  const first = errors[0] ?? error.diagnostics[0];
  if (!first) return error.message;
  const more = errors.length > 1 ? vscode.l10n.t(" ({0} more problems in the log.)", errors.length - 1) : "";
  return diagnosticLine(first) + more;
}

/// An abort signal that follows a VS Code cancellation token.
export function abortSignal(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
