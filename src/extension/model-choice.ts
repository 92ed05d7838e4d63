import * as vscode from "vscode";
import type { ModelRef } from "../service/api.ts";
import { BUNDLED_MODELS, type BundledModel, isBundledModel } from "../service/bundled-models.ts";
import { Settings } from "./settings.ts";

const RECENT_KEY = "tokensieve.recentModels";
const MAX_RECENT = 8;

/// The model the settings name, the bundled one by default.
export class ModelChoice {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /// The bundled models' files, the default model's first.
  get bundled(): readonly { readonly name: BundledModel; readonly file: string }[] {
    return BUNDLED_MODELS.map((name) => ({ name, file: this.#bundledFile(name) }));
  }

  isBundled(file: string): boolean {
    return this.bundled.some((model) => model.file === file);
  }

  /// What to load now. In an untrusted workspace only user settings count: VS Code drops the
  /// workspace's value of the restricted settings (see package.json).
  get current(): ModelRef {
    const { modelPath } = new Settings();
    return this.#ref(modelPath === "" ? BUNDLED_MODELS[0] : modelPath);
  }

  /// The models that write together, as `current`.
  get ensemble(): readonly ModelRef[] {
    return new Settings().ensembleModels.map((name) => this.#ref(name));
  }

  /// Makes these the models that write together.
  async chooseEnsemble(files: readonly string[]): Promise<void> {
    const names = files.map((file) => this.bundled.find((model) => model.file === file)?.name ?? file);
    await new Settings().setEnsembleModels(names);
    for (const file of files) await this.#remember(file);
  }

  get recent(): readonly string[] {
    return this.#context.globalState.get<string[]>(RECENT_KEY, []);
  }

  /// Makes a file the model from now on. Of a bundled one the name is stored, and of the default one
  /// nothing: the extension's folder is another one after an update.
  async choose(file: string): Promise<void> {
    const bundled = this.bundled.find((model) => model.file === file)?.name;
    await new Settings().setModelPath(bundled === BUNDLED_MODELS[0] ? "" : (bundled ?? file));
    await this.#remember(file);
  }

  async #remember(file: string): Promise<void> {
    if (this.isBundled(file)) return;
    const recent = [file, ...this.recent.filter((other) => other !== file)].slice(0, MAX_RECENT);
    await this.#context.globalState.update(RECENT_KEY, recent);
  }

  #ref(name: string): ModelRef {
    const { gpu, contextLength } = new Settings();
    return {
      file: isBundledModel(name) ? this.#bundledFile(name) : name,
      gpu,
      ...(contextLength > 0 && { contextLength }),
    };
  }

  #bundledFile(name: BundledModel): string {
    return vscode.Uri.joinPath(this.#context.extensionUri, "models", `${name}.gguf`).fsPath;
  }
}
