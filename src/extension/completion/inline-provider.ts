import * as vscode from "vscode";
import { CancelledError } from "../../base/cancellation.ts";
import type { CompleteResult, Violation } from "../../service/api.ts";
import { type DocumentGrammar, grammarOf } from "../grammars/document-grammar.ts";
import { abortSignal, failureLine, logFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";
import { edgeCosts } from "./edge-costs.ts";

/// Text around the cursor that an unconstrained completion looks at, in UTF-16 units. A grammar reads
/// the document from its beginning instead.
const PREFIX_CHARS = 16_384;
const SUFFIX_CHARS = 4_096;
/// Reading a larger document whole at every keystroke would cost the editor more than 5 ms.
export const MAX_CONSTRAINED_CHARS = 1_000_000;

/// How long the choice among middles may take: who types does not wait longer.
const RANKING_MILLIS = 300;

/// What became of a request for a completion.
export type CompletionOutcome =
  | { readonly kind: "offered" }
  | { readonly kind: "cancelled" }
  /// The model, or the grammar, has nothing to add.
  | { readonly kind: "nothing" }
  | { readonly kind: "problem"; readonly text: string }
  | { readonly kind: "failed"; readonly error: unknown };

interface Answer {
  readonly items: vscode.InlineCompletionItem[];
  readonly outcome: CompletionOutcome;
}

/// The completion last shown, so that typing along it needs no new request.
interface Shown {
  readonly uri: string;
  /// The text of the cursor's line before the completion, and where that line is.
  readonly line: number;
  readonly lineBefore: string;
  readonly text: string;
}

const NOTHING: Answer = { items: [], outcome: { kind: "nothing" } };
const CANCELLED: Answer = { items: [], outcome: { kind: "cancelled" } };

/// Inline completions (ghost text) around the cursor, sieved by the document's grammar if it has one.
export class InlineCompletionProvider implements vscode.InlineCompletionItemProvider {
  readonly #session: Session;
  #shown: Shown | undefined;
  /// Who waits for the next explicit request.
  readonly #waiting = new Set<(outcome: Promise<CompletionOutcome>) => void>();

  constructor(session: Session) {
    this.#session = session;
  }

  /// Told of the next completion that is asked for by a command or key, and what will become of it; until disposed.
  onNextRequest(listener: (outcome: Promise<CompletionOutcome>) => void): vscode.Disposable {
    this.#waiting.add(listener);
    return new vscode.Disposable(() => this.#waiting.delete(listener));
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const explicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const answer = this.#answer(document, position, context, token, explicit);
    if (explicit) {
      for (const listener of this.#waiting) listener(answer.then(({ outcome }) => outcome));
      this.#waiting.clear();
    }
    return (await answer).items;
  }

  async #answer(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
    explicit: boolean,
  ): Promise<Answer> {
    const settings = new Settings(document);
    if (!explicit && !settings.completionsEnabled(document.languageId)) return NOTHING;
    const again = this.#continueShown(document, position, context);
    if (again) return { items: again, outcome: { kind: "offered" } };
    if (!explicit && !(await pause(settings.debounceMs, token))) return CANCELLED;
    try {
      return await this.#session.activity.whileGenerating(() =>
        this.#complete(document, position, context, token, settings),
      );
    } catch (error) {
      if (error instanceof CancelledError) return CANCELLED;
      // Failures of automatic completions must not pop up at every keystroke: the status item tells.
      const text = failureLine(error);
      if (!document.isClosed) this.#session.activity.setNote(document, { level: "error", text });
      logFailure(error, this.#session.log);
      return { items: [], outcome: { kind: "failed", error } };
    }
  }

  async #complete(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
    settings: Settings,
  ): Promise<Answer> {
    const { core, models, grammars, activity } = this.#session;
    const grammar = await grammarOf(document, grammars);
    if (token.isCancellationRequested) return CANCELLED;
    const around = textAround(document, position, context, grammar !== undefined);
    if (!around) {
      const text = vscode.l10n.t(
        "Larger than {0} characters: no completions under a grammar.",
        MAX_CONSTRAINED_CHARS,
      );
      activity.setNote(document, { level: "warning", text, ...(grammar && { grammar: grammar.label }) });
      return { items: [], outcome: { kind: "problem", text } };
    }
    const result = await core.complete(
      {
        model: models.current,
        ...around,
        ...(grammar && { grammar: { source: grammar.source, engine: settings.engine } }),
        onViolation: settings.onViolation,
        singleLine: restOfLine(document, position) !== "",
        maxTokens: settings.completionMaxTokens,
        healing: settings.healing,
        suffixRanking: settings.suffixRanking,
        rankingMillis: RANKING_MILLIS,
      },
      abortSignal(token),
    );
    const note = noteOf(result, grammar, document);
    if (!document.isClosed) activity.setNote(document, note);
    if (result.kind === "completion") this.#session.log.debug(`completion at ${document.uri}: ${note.text}`);
    if (token.isCancellationRequested) return CANCELLED;
    if (result.kind === "violation") return { items: [], outcome: { kind: "problem", text: note.text } };

    const selected = context.selectedCompletionInfo;
    // A suggestion of VS Code's list that needs nothing more is a completion that the grammar passed.
    if (result.text === "" && !selected) return NOTHING;
    const insertText = (selected?.text ?? "") + result.text;
    const range = selected?.range ?? new vscode.Range(position, position);
    if (!selected) this.#remember(document, position, result.text);
    const items = [new vscode.InlineCompletionItem(insertText, range)];
    return { items, outcome: { kind: "offered" } };
  }

  #remember(document: vscode.TextDocument, position: vscode.Position, text: string): void {
    const lineBefore = document.lineAt(position.line).text.slice(0, position.character);
    this.#shown = { uri: document.uri.toString(), line: position.line, lineBefore, text };
  }

  /// The rest of the completion last shown, if the user has typed along it.
  #continueShown(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
  ): vscode.InlineCompletionItem[] | undefined {
    const shown = this.#shown;
    if (!shown || context.selectedCompletionInfo || shown.uri !== document.uri.toString()) return undefined;
    if (shown.line !== position.line) return undefined;
    const before = document.lineAt(position.line).text.slice(0, position.character);
    const typed = before.slice(shown.lineBefore.length);
    if (typed === "" || !before.startsWith(shown.lineBefore) || !shown.text.startsWith(typed))
      return undefined;
    const rest = shown.text.slice(typed.length);
    return rest === ""
      ? undefined
      : [new vscode.InlineCompletionItem(rest, new vscode.Range(position, position))];
  }
}

function textAround(
  document: vscode.TextDocument,
  position: vscode.Position,
  context: vscode.InlineCompletionContext,
  whole: boolean,
): { prefix: string; suffix: string } | undefined {
  const selected = context.selectedCompletionInfo;
  const offset = document.offsetAt(selected?.range.start ?? position);
  const end = document.offsetAt(selected?.range.end ?? position);
  const last = document.lineAt(document.lineCount - 1).range.end;
  if (whole && document.offsetAt(last) > MAX_CONSTRAINED_CHARS) return undefined;
  const from = whole ? new vscode.Position(0, 0) : document.positionAt(Math.max(0, offset - PREFIX_CHARS));
  const to = whole ? last : document.positionAt(end + SUFFIX_CHARS);
  return {
    prefix: document.getText(new vscode.Range(from, document.positionAt(offset))) + (selected?.text ?? ""),
    suffix: document.getText(new vscode.Range(document.positionAt(end), to)),
  };
}

function restOfLine(document: vscode.TextDocument, position: vscode.Position): string {
  return document.lineAt(position.line).text.slice(position.character).trim();
}

function noteOf(result: CompleteResult, grammar: DocumentGrammar | undefined, document: vscode.TextDocument) {
  const label = grammar && { grammar: grammar.label };
  if (result.kind === "violation") {
    return { level: "warning" as const, text: violationText(result.violation, document), ...label };
  }
  if (result.violation) {
    const text = vscode.l10n.t("Unconstrained: {0}", violationText(result.violation, document));
    return { level: "warning" as const, text, ...label };
  }
  const speed = vscode.l10n.t(
    "{0} tokens, {1} forced, {2}/s",
    result.tokens,
    result.forcedTokens,
    Math.round(result.tokensPerSecond),
  );
  const text = result.constrained
    ? vscode.l10n.t("Constrained: {0}", speed)
    : vscode.l10n.t("No grammar: {0}", speed);
  return { level: "info" as const, text: [text, ...edgeCosts(result)].join("; "), ...label };
}

function violationText({ offset, expected }: Violation, document: vscode.TextDocument): string {
  const { line, character } = document.positionAt(offset);
  return vscode.l10n.t(
    "The text before the cursor leaves the grammar at line {0}, column {1}; expected {2}.",
    line + 1,
    character + 1,
    expected.join(vscode.l10n.t(" or ")),
  );
}

/// Waits; false if cancelled meanwhile.
function pause(ms: number, token: vscode.CancellationToken): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      resolve(!token.isCancellationRequested);
    }, ms);
    const subscription = token.onCancellationRequested(() => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(false);
    });
  });
}
