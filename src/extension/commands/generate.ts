import * as vscode from "vscode";
import type { GrammarSource } from "../../grammar/index.ts";
import { pickGrammar } from "../grammars/pick.ts";
import { diagnosticLine, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";
import { StreamingInsertion } from "../streaming-insertion.ts";

/// What a caller (a keybinding, a test) may give instead of answering the questions.
export interface GenerateArguments {
  readonly grammar?: GrammarSource;
  readonly prompt?: string;
  readonly target?: "new-document" | "cursor";
  readonly languageId?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/// Generate Under Grammar…: asks for a grammar, a prompt and a place, then streams text there.
/// Returns the generated text, or undefined if the user backed out or it failed.
export async function generateUnderGrammar(
  session: Session,
  given: GenerateArguments = {},
): Promise<string | undefined> {
  try {
    const title = vscode.l10n.t("Generate Under Grammar");
    let { grammar, languageId } = given;
    if (!grammar) {
      const picked = await pickGrammar(session.grammars, title, true);
      if (!picked) return undefined;
      grammar = await picked.read("write");
      languageId ??= picked.languageId;
    }
    const prompt =
      given.prompt ??
      (await vscode.window.showInputBox({
        title,
        prompt: vscode.l10n.t("Text the model continues; it is not inserted. May be empty."),
      }));
    if (prompt === undefined) return undefined;
    const target = given.target ?? (await pickTarget(session, title));
    if (!target) return undefined;
    const editor = await openTarget(session, target, languageId ?? "plaintext");
    return await stream(session, grammar, prompt, editor, given);
  } catch (error) {
    showFailure(error, session.log);
    return undefined;
  }
}

async function pickTarget(
  { editors }: Session,
  title: string,
): Promise<"new-document" | "cursor" | undefined> {
  if (!editors.current) return "new-document";
  const picked = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t("$(new-file) Into a New Document"), target: "new-document" as const },
      { label: vscode.l10n.t("$(edit) At the Cursor"), target: "cursor" as const },
    ],
    { title },
  );
  return picked?.target;
}

async function openTarget(
  { editors }: Session,
  target: "new-document" | "cursor",
  language: string,
): Promise<vscode.TextEditor> {
  const active = editors.current;
  if (target === "cursor" && active) return active;
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language, content: "" }));
}

async function stream(
  session: Session,
  source: GrammarSource,
  prompt: string,
  editor: vscode.TextEditor,
  given: GenerateArguments,
): Promise<string> {
  const settings = new Settings(editor.document);
  const insertion = new StreamingInsertion(editor, editor.selection.active);
  const abort = new AbortController();
  try {
    return await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Tokensieve: generating"),
        cancellable: true,
      },
      async (progress, token) => {
        token.onCancellationRequested(() => abort.abort());
        let tokens = 0;
        // Edits are queued: each waits for the one before it.
        let edits: Promise<boolean> = Promise.resolve(true);
        const result = await session.activity.whileGenerating(() =>
          session.core.generate(
            {
              model: session.models.current,
              prompt: { kind: "text", text: prompt },
              grammar: { source, engine: settings.engine },
              sampling: {
                temperature: given.temperature ?? settings.temperature,
                topP: settings.topP,
                minP: settings.minP,
                ...(given.seed !== undefined && { seed: given.seed }),
              },
              maxTokens: given.maxTokens ?? settings.generateMaxTokens,
            },
            (steps) => {
              tokens += steps.length;
              progress.report({ message: vscode.l10n.t("{0} tokens", tokens) });
              const text = steps.map((step) => step.text).join("");
              edits = edits.then(async (alive) => {
                const done = alive && (await insertion.append(text));
                if (!done) abort.abort();
                return done;
              });
            },
            abort.signal,
          ),
        );
        await edits;
        if (insertion.refusal) throw insertion.refusal;
        for (const diagnostic of result.diagnostics) session.log.warn(diagnosticLine(diagnostic));
        if (result.finish === "length") {
          void vscode.window.showWarningMessage(
            vscode.l10n.t(
              "The text is incomplete: it reached the limit of {0} tokens before the grammar was done.",
              result.tokens.length,
            ),
          );
        }
        return result.text;
      },
    );
  } catch (error) {
    throw insertion.refusal ?? error;
  } finally {
    insertion.dispose();
  }
}
