import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import type { BundledModel } from "../../service/bundled-models.ts";
import { pickGrammar } from "../grammars/pick.ts";
import { abortSignal, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { Settings } from "../settings.ts";

/// Select Model…: a bundled one, a recent one, or a GGUF file; then loads it, with progress.
export async function selectModel(session: Session): Promise<void> {
  const { models } = session;
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "In an untrusted workspace Tokensieve uses the bundled model or the one of your user settings only.",
      ),
    );
  }
  const current = models.current.file;
  type Item = vscode.QuickPickItem & { readonly file?: string };
  const item = (file: string, label: string, detail: string): Item => ({
    label: `$(${file === current ? "check" : "blank"}) ${label}`,
    detail,
    file,
  });
  const items: Item[] = [
    ...models.bundled.map(({ name, file }) =>
      item(file, vscode.l10n.t("Bundled Model: {0}", name), bundledDetail(name)),
    ),
    ...models.recent.map((file) => item(file, basename(file), dirname(file))),
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t("$(folder-opened) Open a GGUF File…") },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Select Model") });
  if (!picked) return;
  const file = picked.file ?? (await openModelFile());
  if (file === undefined) return;
  await models.choose(file);
  await loadModel(session);
}

export function bundledDetail(name: BundledModel): string {
  switch (name) {
    case "tokensieve-mini":
      return vscode.l10n.t("Small, quick, works offline: good for trying things out");
    case "tokensieve-mini-spm":
      return vscode.l10n.t("As small, with a SentencePiece tokenizer: to compare or combine with the other");
    default:
      return name satisfies never;
  }
}

/// Loads the current model, showing progress that can be cancelled.
async function loadModel(session: Session): Promise<void> {
  const { models, core, activity, log } = session;
  const { file } = models.current;
  try {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Loading {0}", basename(file)),
        cancellable: true,
      },
      async (progress, token) => {
        let shown = 0;
        const subscription = activity.onDidChange(() => {
          if (activity.model.kind !== "loading") return;
          const percent = Math.round(activity.model.fraction * 100);
          progress.report({ increment: percent - shown, message: `${percent}%` });
          shown = percent;
        });
        try {
          const info = await core.loadModel(models.current, abortSignal(token));
          log.info(`model ready: ${info.name} on ${info.device}, ${info.contextLength} tokens of context`);
        } finally {
          subscription.dispose();
        }
      },
    );
  } catch (error) {
    showFailure(error, log);
  }
}

export async function openModelFile(): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Model"), filters: { GGUF: ["gguf"] } })) ??
    [];
  return uri?.fsPath;
}

/// Select Grammar…: what sieves the completions of the active document's language.
export async function selectGrammar(session: Session): Promise<void> {
  const document = session.editors.current?.document;
  if (!document) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Open a document first: the grammar is chosen for its language."),
    );
    return;
  }
  try {
    const settings = new Settings(document);
    const current = settings.grammarsByLanguage[document.languageId];
    const choose = vscode.l10n.t("$(list-selection) Choose a Grammar…");
    const none = vscode.l10n.t("$(circle-slash) No Grammar for {0}", document.languageId);
    if (current !== undefined) {
      const title = vscode.l10n.t("Grammar for {0}: {1}", document.languageId, current);
      const picked = await vscode.window.showQuickPick([choose, none], { title });
      if (picked === undefined) return;
      if (picked === none) return await settings.setGrammar(document.languageId, undefined);
    }
    const grammar = await pickGrammar(
      session.grammars,
      vscode.l10n.t("Grammar for {0}", document.languageId),
      false,
    );
    if (grammar) await settings.setGrammar(document.languageId, grammar.name);
  } catch (error) {
    showFailure(error, session.log);
  }
}

/// The status item's menu.
export async function showMenu({ editors }: Session): Promise<void> {
  const document = editors.current?.document;
  const enabled = document && new Settings(document).completionsEnabled(document.languageId);
  type Item = vscode.QuickPickItem & { readonly command: string };
  const items: Item[] = [];
  if (document) {
    items.push({
      label: enabled
        ? vscode.l10n.t("$(circle-slash) Turn Off Completions for {0}", document.languageId)
        : vscode.l10n.t("$(check) Turn On Completions for {0}", document.languageId),
      command: "tokensieve.toggleCompletions",
    });
  }
  items.push(
    { label: vscode.l10n.t("$(edit) Complete Here"), command: "tokensieve.completeHere" },
    {
      label: vscode.l10n.t("$(sparkle) Generate Under Grammar…"),
      command: "tokensieve.generateUnderGrammar",
    },
    {
      label: vscode.l10n.t("$(combine) Continue With Model Ensemble…"),
      command: "tokensieve.continueWithEnsemble",
    },
    { label: vscode.l10n.t("$(chip) Select Model…"), command: "tokensieve.selectModel" },
    { label: vscode.l10n.t("$(symbol-ruler) Select Grammar…"), command: "tokensieve.selectGrammar" },
    {
      label: vscode.l10n.t("$(pass) Validate Document Against Grammar"),
      command: "tokensieve.validateDocument",
    },
    { label: vscode.l10n.t("$(git-compare) Compare Engines…"), command: "tokensieve.compareEngines" },
    { label: vscode.l10n.t("$(symbol-string) Show Tokens"), command: "tokensieve.showTokens" },
    { label: vscode.l10n.t("$(flame) Toggle Surprise Heat Map"), command: "tokensieve.toggleHeatMap" },
    { label: vscode.l10n.t("$(filter) Open Mask Explorer"), command: "tokensieve.openMaskExplorer" },
    {
      label: vscode.l10n.t("$(graph) Show Byte Probabilities"),
      command: "tokensieve.showByteProbabilities",
    },
    { label: vscode.l10n.t("$(heart) Show FIM Healing"), command: "tokensieve.showFimHealing" },
    { label: vscode.l10n.t("$(debug-restart) Restart Engine"), command: "tokensieve.restartEngine" },
    { label: vscode.l10n.t("$(output) Show Log"), command: "tokensieve.showLog" },
  );
  const picked = await vscode.window.showQuickPick(items, { title: "Tokensieve" });
  if (picked) await vscode.commands.executeCommand(picked.command);
}

/// Turns completions on or off for the active document's language.
export async function toggleCompletions({ editors, log }: Session): Promise<void> {
  const document = editors.current?.document;
  if (!document) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Open a document first: completions are turned on and off by language."),
    );
    return;
  }
  const { languageId } = document;
  const enabled = !new Settings(document).completionsEnabled(languageId);
  try {
    await new Settings(document).setCompletionsEnabled(languageId, enabled);
  } catch (error) {
    showFailure(error, log);
    return;
  }
  // A setting of the workspace may overrule the user's.
  const now = new Settings(document).completionsEnabled(languageId);
  if (now !== enabled) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "Completions for {0} are still {1}: a setting of this workspace, tokensieve.completion.languages, overrules yours.",
        languageId,
        now ? vscode.l10n.t("on") : vscode.l10n.t("off"),
      ),
    );
    return;
  }
  vscode.window.setStatusBarMessage(
    enabled
      ? vscode.l10n.t("$(check) Completions for {0} are on", languageId)
      : vscode.l10n.t("$(circle-slash) Completions for {0} are off", languageId),
    5000,
  );
}
