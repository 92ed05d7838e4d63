import { readFile } from "node:fs/promises";
import * as vscode from "vscode";

/// One entry of grammars/manifest.json.
export interface ShippedGrammar {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /// Path below grammars/.
  readonly file: string;
  /// VS Code language ids the grammar is meant for.
  readonly languages: readonly string[];
  readonly extensions: readonly string[];
}

/// The grammars that come with the extension; read once.
export class ShippedGrammars {
  readonly #folder: vscode.Uri;
  #list: Promise<readonly ShippedGrammar[]> | undefined;

  constructor(extensionUri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(extensionUri, "grammars");
  }

  list(): Promise<readonly ShippedGrammar[]> {
    this.#list ??= readFile(vscode.Uri.joinPath(this.#folder, "manifest.json").fsPath, "utf8").then((text) =>
      JSON.parse(text),
    );
    return this.#list;
  }

  uri(grammar: ShippedGrammar): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, grammar.file);
  }
}
