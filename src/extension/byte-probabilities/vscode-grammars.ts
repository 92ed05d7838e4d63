import * as vscode from "vscode";
import { grammarOf } from "../grammars/document-grammar.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { BytesGrammar, BytesGrammars } from "./ports.ts";

/// The grammars that sieve completions: what a document's `$schema` or the settings name.
export class VsCodeBytesGrammars implements BytesGrammars {
  readonly #session: Session;
  /// Files that grammars were read from.
  readonly #files = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  async of(document: string): Promise<BytesGrammar | undefined> {
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === document);
    const grammar = open && (await grammarOf(open, this.#session.grammars));
    if (!grammar) return undefined;
    const { source, label } = grammar;
    if (source.file !== undefined) this.#files.add(source.file);
    return { ref: { source, engine: new Settings(open).engine }, label };
  }

  onDidChange(listener: () => void): Disposable {
    const touched = ({ uri }: vscode.TextDocument) => {
      if (this.#files.has(uri.fsPath) || this.#files.has(uri.toString())) listener();
    };
    return vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsSettings(event)) listener();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) touched(document);
      }),
      vscode.workspace.onDidSaveTextDocument(touched),
    );
  }

  select(): void {
    void vscode.commands.executeCommand("tokensieve.selectGrammar");
  }
}
