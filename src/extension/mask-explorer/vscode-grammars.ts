import * as vscode from "vscode";
import type { Span } from "../../base/span.ts";
import type { GrammarSource } from "../../grammar/index.ts";
import { grammarOf } from "../grammars/document-grammar.ts";
import { pickGrammar } from "../grammars/pick.ts";
import { grammarKindOf, readGrammarSource } from "../grammars/source-files.ts";
import { showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { ExplorerGrammars, GrammarInUse } from "./ports.ts";

/// What was chosen. It stays chosen while one goes to other editors: the rules that the explorer leads to
/// are in one.
type Choice =
  /// A grammar file, or a document that has a grammar. `label`: what it was picked as.
  | { readonly kind: "document"; readonly uri: string; readonly label?: string }
  | { readonly kind: "regex"; readonly text: string };

const JSON_SCHEMA = /"\$schema"\s*:\s*"https?:\/\/json-schema\.org\//;
/// `$schema` stands near the top.
const SCHEMA_MEMBER_SEARCH_CHARS = 4096;

/// The Mask Explorer's grammar: of a document, or chosen in the picker of Select Grammar.
export class VsCodeExplorerGrammars implements ExplorerGrammars, vscode.Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #choice: Choice | undefined;
  /// Document that the grammar was read from, beside the one chosen.
  #sourceUri: string | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#touched(document);
      }),
      // A file that opens or closes may differ from its text on the disk.
      vscode.workspace.onDidOpenTextDocument((document) => this.#touched(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#touched(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#touched(document)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsSettings(event)) this.#changed.fire();
      }),
    ];
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.event(listener);
  }

  /// Chooses the document, if it is a grammar, has one, or nothing else was chosen.
  async use(document: vscode.TextDocument): Promise<void> {
    if (this.#choice && !isGrammar(document)) {
      const grammar = await grammarOf(document, this.#session.grammars).catch(() => true);
      if (!grammar) return;
    }
    this.#choose({ kind: "document", uri: document.uri.toString() });
  }

  async current(): Promise<GrammarInUse | undefined> {
    const choice = this.#choice;
    this.#sourceUri = undefined;
    switch (choice?.kind) {
      case undefined:
        return undefined;
      case "regex":
        return this.#inUse({ kind: "regex", text: choice.text }, `/${choice.text}/`, undefined);
      case "document":
        return this.#ofDocument(vscode.Uri.parse(choice.uri, true), choice.label);
      default:
        return choice satisfies never;
    }
  }

  get key(): string | undefined {
    return this.#choice && JSON.stringify(this.#choice);
  }

  restore(key: string): void {
    this.#choice = JSON.parse(key) as Choice;
  }

  async choose(): Promise<void> {
    try {
      const title = vscode.l10n.t("Grammar to Explore");
      const picked = await pickGrammar(this.#session.grammars, title, true);
      if (!picked) return;
      const source = await picked.read("read");
      const { file } = source;
      const { label } = picked;
      if (file !== undefined) this.#choose({ kind: "document", uri: fileUri(file).toString(), label });
      else this.#choose({ kind: "regex", text: source.text });
    } catch (error) {
      showFailure(error, this.#session.log);
    }
  }

  async reveal({ source }: GrammarInUse, span: Span): Promise<void> {
    if (source.file === undefined) return;
    const document = await vscode.workspace.openTextDocument(fileUri(source.file));
    const selection = new vscode.Range(document.positionAt(span.from), document.positionAt(span.to));
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    // Beside the explorer, which keeps the keyboard.
    const viewColumn = shown?.viewColumn ?? otherColumn();
    await vscode.window.showTextDocument(document, { viewColumn, selection, preserveFocus: true });
  }

  openEngineSetting(): void {
    void vscode.commands.executeCommand("workbench.action.openSettings", "tokensieve.engine");
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions, this.#changed).dispose();
  }

  #choose(choice: Choice): void {
    this.#choice = choice;
    this.#changed.fire();
  }

  #touched(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    if (uri === this.#sourceUri || (this.#choice?.kind === "document" && uri === this.#choice.uri))
      this.#changed.fire();
  }

  async #ofDocument(uri: vscode.Uri, label: string | undefined): Promise<GrammarInUse | undefined> {
    const name = label ?? vscode.workspace.asRelativePath(uri);
    const kind = grammarKindOf(uri.path);
    if (kind !== undefined && kind !== "json-schema")
      return this.#inUse(await readGrammarSource(uri, "read"), name, uri);
    const document = await vscode.workspace.openTextDocument(uri);
    if (!isGrammar(document)) {
      const grammar = await grammarOf(document, this.#session.grammars);
      return grammar && this.#inUse(grammar.source, grammar.label, uri);
    }
    return this.#inUse(await readGrammarSource(uri, "read"), name, uri);
  }

  #inUse(source: GrammarSource, label: string, uri: vscode.Uri | undefined): GrammarInUse {
    const file = source.file === undefined ? undefined : fileUri(source.file);
    this.#sourceUri = file?.toString();
    const owner =
      uri && file && uri.toString() !== file.toString() ? vscode.workspace.asRelativePath(uri) : "";
    return {
      source,
      engine: new Settings(uri).engine,
      label,
      detail: owner === "" ? "" : vscode.l10n.t("of {0}", owner),
      hasDocument: file !== undefined,
    };
  }
}

/// The document is a grammar itself.
function isGrammar(document: vscode.TextDocument): boolean {
  const kind = grammarKindOf(document.uri.path);
  if (kind !== "json-schema") return kind !== undefined;
  if (/\.schema\.jsonc?$/i.test(document.uri.path)) return true;
  const end = document.positionAt(SCHEMA_MEMBER_SEARCH_CHARS);
  return JSON_SCHEMA.test(document.getText(new vscode.Range(new vscode.Position(0, 0), end)));
}

/// A grammar's file is a path, or a URI where it is no file on this machine.
function fileUri(file: string): vscode.Uri {
  return /^[a-z][a-z\d+.-]+:/i.test(file) && !/^[a-z]:[\\/]/i.test(file)
    ? vscode.Uri.parse(file, true)
    : vscode.Uri.file(file);
}

function otherColumn(): vscode.ViewColumn {
  const active = vscode.window.tabGroups.activeTabGroup.viewColumn;
  return active === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
}
