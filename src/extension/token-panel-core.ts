import { basename } from "node:path";
import * as vscode from "vscode";
import type { CancelSignal } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { TokenizerRef } from "../service/api.ts";
import type { Session } from "./session.ts";
import { affectsSettings } from "./settings.ts";
import type { PanelServiceState, PanelTokenizer, TokenizedText, TokenPanelCore } from "./token-panel/core.ts";

const FILES_KEY = "tokensieve.tokenizerFiles";
const MAX_FILES = 8;

/// The id of a model's tokenizer is this and its file: another model is another tokenizer.
const MODEL_ID = "model:";

/// Before the name of a bundled model that is not the one in use: so a panel that shows the model's tokens
/// follows the choice of another model.
const BUNDLED_ID = "bundled:";

/// Names as the panel offers them; the ids are those of the service.
export const BUILT_IN_TOKENIZERS: readonly (readonly [id: string, detail: string])[] = [
  ["o200k_base", "GPT-4o, o-series"],
  ["cl100k_base", "GPT-4, GPT-3.5"],
  ["llama3", "Llama 3"],
];

/// What the token panel needs of the core: the model's tokenizer first, then those of the bundled models
/// that are not in use, the built-in ones, and the files the user opened.
export class SessionTokenPanelCore implements TokenPanelCore, vscode.Disposable {
  readonly #session: Session;
  readonly #tokenizersChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeTokenizers = this.#tokenizersChanged.event;
  readonly #stateChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeServiceState = this.#stateChanged.event;
  readonly #subscriptions: vscode.Disposable[];
  /// Ids of tokenizers that have answered: their vocabularies are in the service's memory.
  readonly #loaded = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
    let before = this.serviceState;
    this.#subscriptions = [
      session.activity.onDidChange(() => {
        const now = this.serviceState;
        if (now !== before) this.#stateChanged.fire();
        before = now;
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsSettings(event)) this.#tokenizersChanged.fire();
      }),
    ];
  }

  async listTokenizers(): Promise<readonly PanelTokenizer[]> {
    const builtIn = BUILT_IN_TOKENIZERS.map(([id, detail]) => ({
      id,
      name: id,
      detail,
      loaded: this.#loaded.has(id),
      cutsAtWords: true,
    }));
    return [
      await this.#modelTokenizer(),
      ...(await Promise.all(this.#otherBundled())),
      ...builtIn,
      ...(await Promise.all(this.#files.map((file) => this.#fileTokenizer(file)))),
    ];
  }

  async addTokenizerFile(file: string): Promise<PanelTokenizer> {
    // Reads it first: a file that cannot be read is not worth remembering.
    await this.#session.core.tokenizerFacts({ kind: "file", file });
    const files = [file, ...this.#files.filter((other) => other !== file)].slice(0, MAX_FILES);
    await this.#session.context.globalState.update(FILES_KEY, files);
    this.#tokenizersChanged.fire();
    return this.#fileTokenizer(file);
  }

  async tokenize(request: { tokenizer: string; text: string; signal: CancelSignal }): Promise<TokenizedText> {
    const { tokenizer, text, signal } = request;
    const result = await this.#session.core.tokenize({ tokenizer: this.ref(tokenizer), text }, signal);
    this.#loaded.add(tokenizer);
    return result;
  }

  get serviceState(): PanelServiceState {
    return this.#session.activity.model.kind === "stopped" ? "stopped" : "ready";
  }

  restartService(): void {
    void vscode.commands.executeCommand("tokensieve.restartEngine");
  }

  showLog(): void {
    this.#session.log.show();
  }

  log(message: string): void {
    this.#session.log.warn(message);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions, this.#tokenizersChanged, this.#stateChanged).dispose();
  }

  get #files(): readonly string[] {
    return this.#session.context.globalState.get<string[]>(FILES_KEY, []);
  }

  ref(id: string): TokenizerRef {
    if (id.startsWith(MODEL_ID)) return { kind: "gguf", file: id.slice(MODEL_ID.length) };
    const bundled = this.#session.models.bundled.find(({ name }) => id === BUNDLED_ID + name);
    if (bundled) return { kind: "gguf", file: bundled.file };
    if (BUILT_IN_TOKENIZERS.some(([name]) => name === id)) return { kind: "built-in", name: id };
    return { kind: "file", file: id };
  }

  async #modelTokenizer(): Promise<PanelTokenizer> {
    const { models } = this.#session;
    const { file } = models.current;
    const name = models.isBundled(file) ? vscode.l10n.t("Model (bundled)") : vscode.l10n.t("Model");
    return this.#described({ id: MODEL_ID + file, name, detail: basename(file) });
  }

  #otherBundled(): Promise<PanelTokenizer>[] {
    const { models } = this.#session;
    return models.bundled
      .filter(({ file }) => file !== models.current.file)
      .map(({ name }) =>
        this.#described({ id: BUNDLED_ID + name, name, detail: vscode.l10n.t("bundled model") }),
      );
  }

  #fileTokenizer(file: string): Promise<PanelTokenizer> {
    return this.#described({ id: file, name: basename(file), detail: vscode.workspace.asRelativePath(file) });
  }

  /// Completes a choice with what the service knows of it, or with the reason it cannot be used.
  async #described(choice: { id: string; name: string; detail: string }): Promise<PanelTokenizer> {
    const loaded = this.#loaded.has(choice.id);
    try {
      const { cutsAtWords } = await this.#session.core.tokenizerFacts(this.ref(choice.id));
      return { ...choice, loaded, cutsAtWords };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const [problem] = error.diagnostics;
      return { ...choice, loaded, cutsAtWords: false, ...(problem && { problem }) };
    }
  }
}
