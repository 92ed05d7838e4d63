import { basename } from "node:path";
import * as vscode from "vscode";
import type { CancelSignal } from "../../base/cancellation.ts";
import type { ModelState } from "../../protocol/byte-probabilities.ts";
import type { TokenizeResult } from "../../service/api.ts";
import type { ScoreResult } from "../../service/bytes-api.ts";
import type { InspectedBytes } from "../../service/inspect-bytes-api.ts";
import type { Session } from "../session.ts";
import { affectsSettings } from "../settings.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewService } from "../view-service.ts";
import type { BytesCore } from "./ports.ts";

/// The view's questions, put to the core's process about the model in use.
export class SessionBytesCore extends ViewService implements BytesCore {
  readonly #session: Session;

  constructor(session: Session, panel: SessionTokenPanelCore) {
    super(panel);
    this.#session = session;
  }

  get model(): ModelState {
    const { models, activity } = this.#session;
    const { file } = models.current;
    const isBundled = models.isBundled(file);
    const name = isBundled ? vscode.l10n.t("{0} (bundled)", basename(file)) : basename(file);
    const state = activity.model;
    return { name, ...(state.kind === "loading" && state.file === file && { loading: state.fraction }) };
  }

  get modelKey(): string {
    return JSON.stringify(this.#session.models.current);
  }

  onDidChangeModel(listener: () => void): Disposable {
    return vscode.Disposable.from(
      this.#session.activity.onDidChange(listener),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsSettings(event)) listener();
      }),
    );
  }

  selectModel(): void {
    void vscode.commands.executeCommand("tokensieve.selectModel");
  }

  inspect(params: Parameters<BytesCore["inspect"]>[0], signal: CancelSignal): Promise<InspectedBytes> {
    const { core, models } = this.#session;
    return core.inspectBytes({ ...params, model: models.current }, signal);
  }

  score(
    params: Parameters<BytesCore["score"]>[0],
    onStep: Parameters<BytesCore["score"]>[1],
    signal: CancelSignal,
  ): Promise<ScoreResult> {
    const { core, models } = this.#session;
    return core.score({ ...params, model: models.current }, onStep, signal);
  }

  tokenize(text: string, signal: CancelSignal): Promise<TokenizeResult> {
    const { core, models } = this.#session;
    return core.tokenize({ tokenizer: { kind: "gguf", file: models.current.file }, text }, signal);
  }
}
