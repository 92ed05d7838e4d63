import * as vscode from "vscode";
import { InputError } from "../../base/diagnostic.ts";
import { type DocumentGrammar, grammarOf } from "../grammars/document-grammar.ts";
import { pickGrammar } from "../grammars/pick.ts";
import { abortSignal, diagnosticLine, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";

/// Validate Document Against Grammar: one diagnostic at the first byte that cannot continue.
/// It goes away with the next edit, which may have mended it.
export class DocumentValidator implements vscode.Disposable {
  readonly #session: Session;
  readonly #collection = vscode.languages.createDiagnosticCollection("tokensieve");
  readonly #subscription: vscode.Disposable;

  constructor(session: Session) {
    this.#session = session;
    this.#subscription = vscode.workspace.onDidChangeTextDocument(({ document }) =>
      this.#collection.delete(document.uri),
    );
  }

  dispose(): void {
    this.#collection.dispose();
    this.#subscription.dispose();
  }

  /// Validates the active document; returns whether it is a sentence of its grammar.
  async validateActive(): Promise<boolean | undefined> {
    const document = this.#session.editors.current?.document;
    if (!document) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Open the document to validate first."));
      return undefined;
    }
    try {
      const grammar = (await grammarOf(document, this.#session.grammars)) ?? (await this.#ask());
      if (!grammar) return undefined;
      return await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t("Tokensieve: validating"),
          cancellable: true,
        },
        (_, token) => this.#validate(document, grammar, token),
      );
    } catch (error) {
      showFailure(error, this.#session.log);
      return undefined;
    }
  }

  async #ask(): Promise<DocumentGrammar | undefined> {
    const picked = await pickGrammar(this.#session.grammars, vscode.l10n.t("Validate Against Grammar"), true);
    return picked && { source: await picked.read("read"), label: picked.label };
  }

  async #validate(
    document: vscode.TextDocument,
    { source, label }: DocumentGrammar,
    token: vscode.CancellationToken,
  ): Promise<boolean> {
    const { version } = document;
    const { core, log } = this.#session;
    const { engine } = new Settings(document);
    const result = await core.validate(
      { grammar: { source, engine }, text: document.getText() },
      abortSignal(token),
    );
    for (const diagnostic of result.diagnostics) log.warn(diagnosticLine(diagnostic));
    const caveat = result.diagnostics.find(({ severity }) => severity !== "error");
    if (document.version !== version)
      throw new InputError({
        code: "document-changed",
        severity: "error",
        message: vscode.l10n.t("The document changed while it was validated; validate again."),
      });
    if (result.ok || !result.violation) {
      this.#collection.delete(document.uri);
      void vscode.window.showInformationMessage(vscode.l10n.t("Valid under {0}.", label));
      return true;
    }
    const { offset, byteOffset, expected } = result.violation;
    const start = document.positionAt(offset);
    const end = result.incomplete ? start : document.positionAt(offset + characterLength(document, offset));
    const what = result.incomplete
      ? vscode.l10n.t(
          "The text ends too early for {0}; expected {1}.",
          label,
          expected.join(vscode.l10n.t(" or ")),
        )
      : vscode.l10n.t(
          "{0} cannot continue at line {1}, column {2} (byte {3}); expected {4}.",
          label,
          start.line + 1,
          start.character + 1,
          byteOffset,
          expected.join(vscode.l10n.t(" or ")),
        );
    const message = caveat ? `${what}\n${diagnosticLine(caveat)}` : what;
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(start, end),
      message,
      vscode.DiagnosticSeverity.Error,
    );
    diagnostic.source = "Tokensieve";
    diagnostic.code = result.incomplete ? "text-incomplete" : "text-violates-grammar";
    this.#collection.set(document.uri, [diagnostic]);
    const editor = vscode.window.visibleTextEditors.find((e) => e.document === document);
    editor?.revealRange(new vscode.Range(start, end), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    void vscode.window.showWarningMessage(what);
    return false;
  }
}

/// UTF-16 units of the character at an offset: a surrogate pair is underlined whole.
function characterLength(document: vscode.TextDocument, offset: number): number {
  const at = document.positionAt(offset);
  const text = document.getText(new vscode.Range(at, document.positionAt(offset + 2)));
  return (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}
