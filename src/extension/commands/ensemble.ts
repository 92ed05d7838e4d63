import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { utf8Encode } from "../../base/bytes.ts";
import { InputError } from "../../base/diagnostic.ts";
import type { ModelRef } from "../../service/api.ts";
import type { EnsembleMethod, EnsembleStep, EnsembleWriteResult } from "../../service/ensemble-api.ts";
import { MAX_CONSTRAINED_CHARS } from "../completion/inline-provider.ts";
import { grammarOf } from "../grammars/document-grammar.ts";
import { diagnosticLine, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";
import { StreamingInsertion } from "../streaming-insertion.ts";
import { bundledDetail, openModelFile } from "./select.ts";

/// What a caller (a keybinding, a test) may give instead of answering the question and of settings.
export interface ContinueArguments {
  /// Files of models.
  readonly models?: readonly string[];
  readonly method?: EnsembleMethod;
  readonly weights?: readonly number[];
  readonly maxBytes?: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/// UTF-16 units of text before the cursor that are sent.
const MOST_PROMPT = 1 << 17;

/// Tokens that the first model proposes under `fusion`.
const CANDIDATES = 8;

/// Likely tokens are told apart exactly, the rest is bounded: see the service's bytes.
const TARGET = { kind: "canonical", maxUnchecked: 1e-3, maxChecks: 512 } as const;

/// Continue With Model Ensemble…: asks for two models or more, then streams at the cursor what they say
/// together. Returns the text, or undefined if the user backed out or it failed.
export async function continueWithEnsemble(
  session: Session,
  given: ContinueArguments = {},
): Promise<string | undefined> {
  try {
    const editor = session.editors.current;
    if (!editor) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("Open a document first: the models continue the text before the cursor."),
      );
      return undefined;
    }
    if (!given.models && !(await pickModels(session))) return undefined;
    return await stream(session, editor, given);
  } catch (error) {
    showFailure(error, session.log);
    return undefined;
  }
}

interface ModelItem extends vscode.QuickPickItem {
  readonly file: string;
}

/// Asks for the models, those of the last time chosen beforehand, and keeps them. False if the user backed
/// out.
async function pickModels({ models }: Session): Promise<boolean> {
  const pick = vscode.window.createQuickPick<ModelItem>();
  pick.title = vscode.l10n.t("Continue With Model Ensemble");
  pick.placeholder = vscode.l10n.t("Two models or more, with whatever tokenizers");
  pick.canSelectMany = true;
  const open: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: vscode.l10n.t("Open a GGUF File…"),
  };
  pick.buttons = [open];
  const chosen = models.ensemble.map(({ file }) => file);
  const bundled = models.bundled.map(
    ({ name, file }): ModelItem => ({ label: name, detail: bundledDetail(name), file }),
  );
  const others = [...new Set([...models.recent, ...chosen])].filter((file) => !models.isBundled(file));
  const itemOf = (file: string): ModelItem => ({ label: basename(file), detail: dirname(file), file });
  pick.items = [...bundled, ...others.map(itemOf)];
  pick.selectedItems = pick.items.filter(({ file }) => chosen.includes(file));
  // A file dialog hides the list, which is not the end of it.
  let asking = false;
  try {
    const files = await new Promise<readonly string[] | undefined>((resolve) => {
      pick.onDidTriggerButton(async () => {
        asking = true;
        const file = await openModelFile();
        asking = false;
        if (file !== undefined && !pick.items.some((item) => item.file === file)) {
          const selected = pick.selectedItems;
          pick.items = [...pick.items, itemOf(file)];
          pick.selectedItems = [...selected, pick.items.at(-1)!];
        }
        pick.show();
      });
      pick.onDidAccept(() => {
        const selected = pick.selectedItems.map(({ file }) => file);
        if (selected.length >= 2) resolve(selected);
        else pick.title = vscode.l10n.t("Continue With Model Ensemble: choose two models or more");
      });
      pick.onDidHide(() => {
        if (!asking) resolve(undefined);
      });
      pick.show();
    });
    if (files === undefined) return false;
    await models.chooseEnsemble(files);
    return true;
  } finally {
    pick.dispose();
  }
}

async function stream(
  session: Session,
  editor: vscode.TextEditor,
  given: ContinueArguments,
): Promise<string> {
  const settings = new Settings(editor.document);
  const position = editor.selection.active;
  const { document } = editor;
  const prompt = before(document, position);
  const grammar = await grammarOf(document, session.grammars);
  const grammarRead = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  if (grammar && grammarRead.length > MAX_CONSTRAINED_CHARS) {
    throw new InputError({
      code: "document-too-long",
      severity: "error",
      message: `this document has ${grammar.label} as its grammar, which reads no more than ${MAX_CONSTRAINED_CHARS} characters before the cursor`,
      hint: "Continue a shorter document.",
    });
  }
  const title = grammar
    ? vscode.l10n.t("Tokensieve: models write together under {0}", grammar.label)
    : vscode.l10n.t("Tokensieve: models write together");
  const rest = document.getText(
    new vscode.Range(position, document.lineAt(document.lineCount - 1).range.end),
  );
  const weights = given.weights ?? settings.ensembleWeights;
  const method = given.method ?? settings.ensembleMethod;
  const insertion = new StreamingInsertion(editor, position);
  const abort = new AbortController();
  try {
    return await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        // They continue text, and fill no gap.
        title:
          rest.trim() === "" ? title : vscode.l10n.t("{0}. They do not see the text after the cursor", title),
        cancellable: true,
      },
      async (progress, token) => {
        token.onCancellationRequested(() => abort.abort());
        progress.report({ message: vscode.l10n.t("loading models") });
        let bytes = 0;
        // Edits are queued: each waits for the one before it.
        let edits: Promise<boolean> = Promise.resolve(true);
        const onSteps = (steps: readonly EnsembleStep[]) => {
          for (const step of steps) bytes += step.bytes.length;
          progress.report({ message: vscode.l10n.t("{0} bytes", bytes) });
          const text = steps.map((step) => step.text).join("");
          edits = edits.then(async (alive) => {
            const done = alive && (await insertion.append(text));
            if (!done) abort.abort();
            return done;
          });
        };
        const result = await session.activity.whileGenerating(() =>
          session.core.ensembleWrite(
            {
              ensemble: {
                models: given.models ? refsOf(session, given.models) : session.models.ensemble,
                method,
                ...(weights.length > 0 && { weights }),
                target: TARGET,
              },
              prompt: utf8Encode(prompt),
              ...(grammar && {
                grammar: { source: grammar.source, engine: settings.engine },
                grammarRead: utf8Encode(grammarRead),
              }),
              maxBytes: given.maxBytes ?? settings.ensembleMaxBytes,
              temperature: given.temperature ?? (method === "fusion" ? 0 : settings.ensembleTemperature),
              ...(given.seed !== undefined && { seed: given.seed }),
              beam: 1,
              candidates: CANDIDATES,
            },
            onSteps,
            abort.signal,
          ),
        );
        await edits;
        if (insertion.refusal) throw insertion.refusal;
        tell(session, result);
        if (result.text === "") {
          void vscode.window.showInformationMessage(vscode.l10n.t("The models end the text here."));
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

/// The text before a place: no more than any context holds, from the start of a line.
function before(document: vscode.TextDocument, position: vscode.Position): string {
  const from = document.positionAt(Math.max(0, document.offsetAt(position) - MOST_PROMPT));
  const start = from.line === 0 && from.character === 0 ? from : new vscode.Position(from.line + 1, 0);
  return document.getText(new vscode.Range(start.isAfter(position) ? from : start, position));
}

function refsOf({ models }: Session, files: readonly string[]): readonly ModelRef[] {
  return files.map((file) => ({ ...models.current, file }));
}

/// Warnings are shown, as text is there that was written without a model's say; the rest is logged.
function tell({ log }: Session, { models, bytes, bytesPerSecond, diagnostics }: EnsembleWriteResult): void {
  const parts = models.map(
    ({ name, weight, evaluations }) => `${name} (weight ${weight.toFixed(2)}, ${evaluations} evaluations)`,
  );
  log.info(`ensemble of ${parts.join(", ")}: ${bytes.length} bytes, ${bytesPerSecond.toFixed(0)} a second`);
  for (const diagnostic of diagnostics) {
    log.warn(diagnosticLine(diagnostic));
    if (diagnostic.code === "text-windowed") continue;
    void vscode.window.showWarningMessage(diagnosticLine(diagnostic));
  }
}
