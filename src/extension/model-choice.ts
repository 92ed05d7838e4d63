import * as vscode from "vscode";
import type { ModelRef } from "../service/api.ts";
import { Settings } from "./settings.ts";

const BUNDLED_MODEL = ["models", "tokensieve-mini.gguf"] as const;
const RECENT_KEY = "tokensieve.recentModels";
const MAX_RECENT = 8;

/// The model the settings name, the bundled one by default.
export class ModelChoice {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  get bundledFile(): string {
    return vscode.Uri.joinPath(this.#context.extensionUri, ...BUNDLED_MODEL).fsPath;
  }

  /// What to load now. In an untrusted workspace only user settings count: VS Code drops the
  /// workspace's value of the restricted settings (see package.json).
  get current(): ModelRef {
    const { modelPath, gpu, contextLength } = new Settings();
    return {
      file: modelPath === "" ? this.bundledFile : modelPath,
      gpu,
      ...(contextLength > 0 && { contextLength }),
    };
  }

  get recent(): readonly string[] {
    return this.#context.globalState.get<string[]>(RECENT_KEY, []);
  }

  /// Makes a file the model from now on; the bundled one is stored as "".
  async choose(file: string): Promise<void> {
    const bundled = file === this.bundledFile;
    await new Settings().setModelPath(bundled ? "" : file);
    if (bundled) return;
    const recent = [file, ...this.recent.filter((other) => other !== file)].slice(0, MAX_RECENT);
    await this.#context.globalState.update(RECENT_KEY, recent);
  }
}
