import * as vscode from "vscode";
import type { CompleteResult } from "../../service/api.ts";

type Completion = Extract<CompleteResult, { kind: "completion" }>;

/// What healing the edges of a completion took, in words, and what the model did not see; nothing where
/// nothing was done.
export function edgeCosts({ healing, ranking, diagnostics }: Completion): string[] {
  const costs: string[] = [];
  for (const { code, message } of diagnostics) if (code.startsWith("prompt-")) costs.push(message);
  if (healing.bytes > 0) {
    costs.push(
      vscode.l10n.t(
        "healed {0} bytes ({1}), {2} evaluations",
        healing.bytes,
        healing.mode,
        healing.evaluations,
      ),
    );
  }
  if (healing.dropped > 0) {
    costs.push(vscode.l10n.t("up to {0}% of the ways were not looked at", percent(healing.dropped)));
  }
  if (ranking) {
    const { candidates, evaluations, millis } = ranking;
    costs.push(
      vscode.l10n.t(
        "chose among {0} endings, {1} evaluations, {2} ms",
        candidates,
        evaluations,
        millis.toFixed(1),
      ),
    );
    if (ranking.skipped > 0) {
      costs.push(vscode.l10n.t("{0} more were not compared: time was up", ranking.skipped));
    }
  }
  return costs;
}

function percent(share: number): string {
  return (share * 100).toPrecision(2);
}
