import { basename } from "node:path";
import * as vscode from "vscode";
import type { Session } from "./session.ts";
import { affectsSettings, Settings } from "./settings.ts";

/// The status bar item: model, engine and state at a glance, details on hover, a menu on click.
export function registerStatusItem(session: Session): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("tokensieve.status", vscode.StatusBarAlignment.Right, 90);
  item.name = "Tokensieve";
  item.command = "tokensieve.showMenu";
  const update = () => render(item, session);
  update();
  item.show();
  return vscode.Disposable.from(
    item,
    session.activity.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (affectsSettings(event)) update();
    }),
  );
}

function render(item: vscode.StatusBarItem, { activity, editors }: Session): void {
  const { model } = activity;
  const document = editors.current?.document;
  const note = document && activity.noteFor(document);
  const off = document !== undefined && !new Settings(document).completionsEnabled(document.languageId);

  const tooltip = new vscode.MarkdownString(undefined, true);
  const line = (label: string, value: string) => {
    tooltip.appendMarkdown(`**${label}** `);
    tooltip.appendText(value);
    tooltip.appendMarkdown("  \n");
  };
  item.backgroundColor = undefined;
  switch (model.kind) {
    case "idle":
      item.text = "$(filter) Tokensieve";
      line(vscode.l10n.t("Model"), vscode.l10n.t("loads at the first completion"));
      break;
    case "loading":
      item.text = `$(loading~spin) Tokensieve ${Math.round(model.fraction * 100)}%`;
      line(vscode.l10n.t("Loading"), basename(model.file));
      break;
    case "ready":
      item.text = `$(${activity.generating ? "loading~spin" : "filter"}) ${model.info.name}`;
      line(vscode.l10n.t("Model"), `${model.info.name} · ${model.info.device}`);
      line(vscode.l10n.t("Context"), vscode.l10n.t("{0} tokens", model.info.contextLength));
      line(
        vscode.l10n.t("Fill in the middle"),
        model.info.prefersFim
          ? vscode.l10n.t("yes")
          : model.info.hasFim
            ? vscode.l10n.t(
                "not used: by its own account this model continues the text before the cursor better",
              )
            : vscode.l10n.t("none: this model only continues the text before the cursor"),
      );
      break;
    case "failed":
      item.text = "$(error) Tokensieve";
      item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
      line(vscode.l10n.t("Model failed"), model.message);
      break;
    case "stopped":
      item.text = "$(error) Tokensieve";
      item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
      line(vscode.l10n.t("Core stopped"), model.reason);
      break;
    default:
      model satisfies never;
  }
  line(vscode.l10n.t("Engine"), new Settings().engine);
  if (off) {
    if (model.kind === "ready" || model.kind === "idle")
      item.text = `$(circle-slash) ${item.text.replace(/^\$\([^)]*\) /, "")}`;
    line(vscode.l10n.t("Completions"), vscode.l10n.t("off for {0}", document.languageId));
  } else if (note) {
    if (note.level !== "info" && (model.kind === "ready" || model.kind === "idle")) {
      item.text = `$(warning) ${item.text.replace(/^\$\([^)]*\) /, "")}`;
      item.backgroundColor = new vscode.ThemeColor(
        note.level === "error" ? "statusBarItem.errorBackground" : "statusBarItem.warningBackground",
      );
    }
    if (note.grammar !== undefined) line(vscode.l10n.t("Grammar"), note.grammar);
    line(vscode.l10n.t("This file"), note.text);
  }
  item.tooltip = tooltip;
  item.accessibilityInformation = {
    label: `Tokensieve: ${item.text.replace(/\$\([^)]*\)/g, "").trim()}${note ? `, ${note.text}` : ""}`,
    role: "button",
  };
}
