import * as vscode from "vscode";
import type { CancelSignal } from "../../base/cancellation.ts";
import type { HealingStep } from "../../service/inspect-healing-api.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewService } from "../view-service.ts";
import type { HealingCore, TextPlace } from "./ports.ts";

/// Covers told to the view.
const MOST_COVERS = 12;

/// The FIM Healing view's questions, put to the core's process.
export class SessionHealingCore extends ViewService implements HealingCore {
  readonly #session: Session;

  constructor(session: Session, panel: SessionTokenPanelCore) {
    super(panel);
    this.#session = session;
  }

  async inspect(
    { document, prefix, suffix, grammar }: TextPlace,
    signal: CancelSignal,
    onStep: (step: HealingStep) => void,
  ): Promise<void> {
    const settings = new Settings(vscode.Uri.parse(document));
    await this.#session.core.inspectHealing(
      {
        model: this.#session.models.current,
        prefix,
        suffix,
        ...(grammar && { grammar: grammar.ref }),
        onViolation: settings.onViolation,
        singleLine: /^[^\r\n]*\S/.test(suffix),
        maxTokens: settings.completionMaxTokens,
        mostCovers: MOST_COVERS,
      },
      onStep,
      signal,
    );
  }

  onDidChangeSettings(listener: () => void): Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (affectsSettings(event)) listener();
    });
  }

  selectModel(): void {
    void vscode.commands.executeCommand("tokensieve.selectModel");
  }

  selectGrammar(): void {
    void vscode.commands.executeCommand("tokensieve.selectGrammar");
  }
}
