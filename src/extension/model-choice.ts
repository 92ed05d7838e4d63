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
    const { modelPath, gpu, contextLength } = new Settings();
    const name = modelPath === "" ? BUNDLED_MODELS[0] : modelPath;
    return {
      file: isBundledModel(name) ? this.#bundledFile(name) : name,
      gpu,
      ...(contextLength > 0 && { contextLength }),
    };
  }

  get recent(): readonly string[] {
    return this.#context.globalState.get<string[]>(RECENT_KEY, []);
  }

  /// Makes a file the model from now on. Of a bundled one the name is stored, and of the default one
  /// nothing: the extension's folder is another one after an update.
  async choose(file: string): Promise<void> {
    const bundled = this.bundled.find((model) => model.file === file)?.name;
    await new Settings().setModelPath(bundled === BUNDLED_MODELS[0] ? "" : (bundled ?? file));
    if (bundled !== undefined) return;
    const recent = [file, ...this.recent.filter((other) => other !== file)].slice(0, MAX_RECENT);
    await this.#context.globalState.update(RECENT_KEY, recent);
  }

  #bundledFile(name: BundledModel): string {
    return vscode.Uri.joinPath(this.#context.extensionUri, "models", `${name}.gguf`).fsPath;
  }
}
