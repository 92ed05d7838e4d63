import * as vscode from "vscode";
import { CancelledError } from "../../base/cancellation.ts";
import { type Diagnostic, sentence } from "../../base/diagnostic.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import { grammarDocument, MAX_CHECKED_CHARS, mayBeGrammar, rangeOf } from "./documents.ts";

/// Without typing for this long, a check begins.
const TYPING_PAUSE_MS = 200;

/// What puts a thing right, at a place of a document.
export interface Fix {
  readonly range: vscode.Range;
  readonly code: string;
  readonly replacement: string;
}

interface Check {
  readonly timer: NodeJS.Timeout;
  readonly abort: AbortController;
}

/// Checks open grammars as they are typed. The core does the work; a check that typing overtakes is
/// cancelled, and its answer never shown.
export class LiveDiagnostics implements vscode.Disposable {
  readonly #session: Session;
  readonly #collection = vscode.languages.createDiagnosticCollection("tokensieve-grammars");
  readonly #subscriptions: vscode.Disposable[];
  readonly #checks = new Map<string, Check>();
  readonly #fixes = new Map<string, readonly Fix[]>();

  constructor(session: Session) {
    this.#session = session;
    const { workspace } = vscode;
    this.#subscriptions = [
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#schedule(document, TYPING_PAUSE_MS);
      }),
      workspace.onDidOpenTextDocument((document) => {
        this.#schedule(document, 0);
        this.#schemasMayBeInUse(document);
      }),
      workspace.onDidCloseTextDocument((document) => {
        this.#forget(document);
        this.#schemasMayBeInUse(document);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (affectsSettings(event)) this.#scheduleAll();
      }),
    ];
    this.#scheduleAll();
  }

  fixesOf(document: vscode.TextDocument): readonly Fix[] {
    return this.#fixes.get(document.uri.toString()) ?? [];
  }

  dispose(): void {
    for (const { timer, abort } of this.#checks.values()) {
      clearTimeout(timer);
      abort.abort();
    }
    this.#checks.clear();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #scheduleAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#schedule(document, 0);
  }

  /// A JSON document that comes or goes may be what has an open schema as its `$schema`.
  #schemasMayBeInUse(opened: vscode.TextDocument): void {
    if (!isJson(opened)) return;
    for (const document of vscode.workspace.textDocuments)
      if (document !== opened && isJson(document)) this.#schedule(document, TYPING_PAUSE_MS);
  }

  #schedule(document: vscode.TextDocument, delay: number): void {
    if (!mayBeGrammar(document)) return;
    const key = document.uri.toString();
    this.#stop(key);
    const abort = new AbortController();
    const timer = setTimeout(() => void this.#check(document, abort.signal), delay);
    this.#checks.set(key, { timer, abort });
  }

  #stop(key: string): void {
    const check = this.#checks.get(key);
    if (!check) return;
    clearTimeout(check.timer);
    check.abort.abort();
    this.#checks.delete(key);
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.#stop(key);
    this.#fixes.delete(key);
    this.#collection.delete(document.uri);
  }

  async #check(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    if (document.isClosed) return;
    const { version } = document;
    try {
      const grammar = new Settings(document).grammarDiagnostics ? grammarDocument(document) : undefined;
      if (!grammar) {
        this.#show(document, []);
        return;
      }
      if (grammar === "too-long") {
        this.#show(document, [tooLong()]);
        return;
      }
      const told = await this.#session.core.diagnoseGrammar(grammar.source, signal);
      // A mark on each schema for what the settings say of all would only hide what is its own.
      const found = told.filter(({ ofSettings }) => ofSettings !== true);
      if (signal.aborted || document.isClosed || document.version !== version) return;
      this.#show(document, grammar.inUse ? found : found.map(atMostWarning));
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.#session.log.warn(`${document.uri.toString()} was not checked: ${String(error)}`);
      }
    }
  }

  #show(document: vscode.TextDocument, found: readonly Diagnostic[]): void {
    const fixes: Fix[] = [];
    const shown = found.map((diagnostic) => {
      const converted = convert(document, diagnostic);
      const { code, replacement } = diagnostic;
      if (replacement !== undefined) fixes.push({ range: converted.range, code, replacement });
      return converted;
    });
    this.#fixes.set(document.uri.toString(), fixes);
    this.#collection.set(document.uri, shown);
  }
}

function tooLong(): Diagnostic {
  return {
    code: "grammar-not-checked",
    severity: "info",
    message: vscode.l10n.t("Not checked while you type: it has more than {0} characters.", MAX_CHECKED_CHARS),
    hint: vscode.l10n.t("It is read in full where it is used. Split it to have it checked here."),
  };
}

function isJson({ languageId }: vscode.TextDocument): boolean {
  return languageId === "json" || languageId === "jsonc";
}

function atMostWarning(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === "error" ? { ...diagnostic, severity: "warning" } : diagnostic;
}

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

function convert(document: vscode.TextDocument, diagnostic: Diagnostic): vscode.Diagnostic {
  const { code, severity, message, hint, related } = diagnostic;
  const text = hint === undefined ? sentence(message) : `${sentence(message)}\n${sentence(hint)}`;
  const converted = new vscode.Diagnostic(rangeFor(document, diagnostic), text, SEVERITIES[severity]);
  converted.source = "Tokensieve";
  converted.code = code;
  if (code === "grammar-unreachable-rule") converted.tags = [vscode.DiagnosticTag.Unnecessary];
  if (related)
    converted.relatedInformation = related.map(
      (place) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(document.uri, rangeOf(document, place.span)),
          place.message,
        ),
    );
  return converted;
}

/// Where to underline. What has no place is the first line's matter, and what is missing at the end of
/// something is shown at the last character before.
function rangeFor(document: vscode.TextDocument, { location }: Diagnostic): vscode.Range {
  const span = location?.kind === "text" || location?.kind === "json-pointer" ? location.span : undefined;
  if (span === undefined) return document.lineAt(0).range;
  if (span.to > span.from) return rangeOf(document, span);
  const before = document.getText(rangeOf(document, { from: 0, to: span.from })).trimEnd().length;
  return rangeOf(document, { from: Math.max(0, before - 1), to: before });
}
