import { basename } from "node:path";
import * as vscode from "vscode";
import type { ScoredDocument } from "./scored-document.ts";

/// What the heat map is doing.
export type HeatMapPhase =
  | { readonly kind: "no-text" }
  | { readonly kind: "scoring" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

/// The status bar item of the heat map: bits per byte of the text so far.
export class HeatMapStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(
    "tokensieve.heatMap",
    vscode.StatusBarAlignment.Right,
    89,
  );

  constructor() {
    this.#item.name = vscode.l10n.t("Tokensieve: Surprise Heat Map");
    this.#item.command = "tokensieve.toggleHeatMap";
    this.#item.show();
  }

  /// `length`: units of the document; `limit`: how many of them are scored unless they come in sight.
  show(
    phase: HeatMapPhase,
    scored: ScoredDocument | undefined,
    model: string,
    length: number,
    limit: number,
  ): void {
    const mean = scored === undefined ? undefined : bitsPerByte(scored);
    const label =
      mean === undefined ? vscode.l10n.t("Heat Map") : vscode.l10n.t("{0} bits/byte", mean.toFixed(2));
    const wanted = Math.min(length, limit);
    const share = wanted === 0 ? 1 : Math.min(1, (scored?.surprises.units ?? 0) / wanted);
    const tooltip = new vscode.MarkdownString();
    const line = (name: string, value: string) => {
      tooltip.appendMarkdown(`**${name}** `);
      tooltip.appendText(value);
      tooltip.appendMarkdown("  \n");
    };
    this.#item.backgroundColor = undefined;
    let state: string;
    switch (phase.kind) {
      case "no-text":
        this.#item.text = `$(flame) ${vscode.l10n.t("Heat Map")}`;
        state = vscode.l10n.t("on: it shows in text editors");
        break;
      case "scoring":
        this.#item.text = `$(loading~spin) ${label} · ${Math.floor(share * 100)} %`;
        state = vscode.l10n.t("at work: {0} % of the text", Math.floor(share * 100));
        break;
      case "done":
        this.#item.text = `$(flame) ${label}`;
        state =
          length === 0
            ? vscode.l10n.t("there is no text")
            : length > limit
              ? vscode.l10n.t(
                  "the first {0} of {1} characters, and what was in sight (tokensieve.heatMap.maxCharacters)",
                  limit,
                  length,
                )
              : vscode.l10n.t("the whole text");
        break;
      case "failed":
        this.#item.text = `$(error) ${label}`;
        this.#item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
        state = phase.message;
        break;
      default:
        phase satisfies never;
        return;
    }
    line(vscode.l10n.t("Surprise heat map"), state);
    if (scored !== undefined && mean !== undefined) {
      const { bits, bytes, impossible } = scored.surprises;
      line(vscode.l10n.t("Bits"), vscode.l10n.t("{0} for {1} bytes", bits.toFixed(1), bytes));
      if (impossible > 0) {
        line(
          vscode.l10n.t("Left out"),
          vscode.l10n.t("{0} characters that the model's tokenizer cannot spell", impossible),
        );
      }
      line(
        vscode.l10n.t("Work"),
        vscode.l10n.t("{0} model evaluations, {1} ms", scored.evaluations, Math.round(scored.millis)),
      );
      for (const { message } of scored.notes.values()) line(vscode.l10n.t("Note"), message);
    }
    line(
      vscode.l10n.t("Model"),
      vscode.l10n.t("{0} · over the token sequences that its tokenizer makes (canonical)", basename(model)),
    );
    tooltip.appendMarkdown(`\n${vscode.l10n.t("Click to turn the heat map off.")}`);
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = {
      label: `${vscode.l10n.t("Tokensieve: Surprise Heat Map")}: ${label}, ${state}`,
      role: "button",
    };
  }

  dispose(): void {
    this.#item.dispose();
  }
}

export function bitsPerByte({ surprises: { bits, bytes } }: ScoredDocument): number | undefined {
  return bytes === 0 ? undefined : bits / bytes;
}
