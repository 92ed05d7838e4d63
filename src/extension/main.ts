import * as vscode from "vscode";
import { CoreClient } from "../service/client.ts";
import { Activity } from "./activity.ts";
import { registerByteProbabilities } from "./byte-probabilities/index.ts";
import { type CompareArguments, compareEngines } from "./commands/compare-engines/command.ts";
import { registerShowSpan } from "./commands/compare-engines/panel.ts";
import { completeHere } from "./commands/complete-here.ts";
import { type ContinueArguments, continueWithEnsemble } from "./commands/ensemble.ts";
import { type GenerateArguments, generateUnderGrammar } from "./commands/generate.ts";
import { selectGrammar, selectModel, showMenu, toggleCompletions } from "./commands/select.ts";
import { DocumentValidator } from "./commands/validate.ts";
import { InlineCompletionProvider } from "./completion/inline-provider.ts";
import { registerFimHealing } from "./fim-healing/index.ts";
import { registerGrammarLanguages } from "./grammar-languages/index.ts";
import { ShippedGrammars } from "./grammars/shipped.ts";
import { type HeatMapState, HeatMapSwitch } from "./heat-map/index.ts";
import { registerMaskExplorer } from "./mask-explorer/index.ts";
import { ModelChoice } from "./model-choice.ts";
import type { Session } from "./session.ts";
import { affectsSettings } from "./settings.ts";
import { registerStatusItem } from "./status-item.ts";
import { TextEditors } from "./text-editors.ts";
import { registerTokenPanel } from "./token-panel/index.ts";
import { SessionTokenPanelCore } from "./token-panel-core.ts";

/// What `activate` returns, for tests and other extensions.
export interface TokensieveApi {
  /// Id of the core's process, if it runs.
  readonly coreProcessId: () => number | undefined;
  /// What the surprise heat map shows; `undefined` while it is off.
  readonly heatMap: () => HeatMapState | undefined;
}

export function activate(context: vscode.ExtensionContext): TokensieveApi {
  const log = vscode.window.createOutputChannel("Tokensieve", { log: true });
  const activity = new Activity();
  const models = new ModelChoice(context);
  const core = new CoreClient(vscode.Uri.joinPath(context.extensionUri, "dist", "service.mjs").fsPath, {
    // The status item is about the model of completions; others are told of by who asks for them.
    onStatus: (status) => {
      if (status.file === models.current.file) activity.setStatus(status);
    },
    onLog: ({ level, message }) => log[level](message),
    onDied: (reason, willRestart) => {
      log.error(`the core stopped: ${reason}`);
      activity.setModel({ kind: "stopped", reason });
      const restart = vscode.l10n.t("Restart Engine");
      const text = willRestart
        ? vscode.l10n.t(
            "Tokensieve's core stopped ({0}). Your text is untouched; the next request starts it again.",
            reason,
          )
        : vscode.l10n.t(
            "Tokensieve's core stopped repeatedly ({0}) and stays off until you restart it.",
            reason,
          );
      void vscode.window.showWarningMessage(text, restart, vscode.l10n.t("Show Log")).then((picked) => {
        if (picked !== undefined)
          void vscode.commands.executeCommand(
            picked === restart ? "tokensieve.restartEngine" : "tokensieve.showLog",
          );
      });
    },
  });
  core.cacheFolder = vscode.Uri.joinPath(context.globalStorageUri, "prechecks").fsPath;
  const session: Session = {
    context,
    core,
    activity,
    models,
    grammars: new ShippedGrammars(context.extensionUri),
    editors: new TextEditors(),
    log,
  };
  const heatMap = new HeatMapSwitch(session);
  const validator = new DocumentValidator(session);
  const completions = new InlineCompletionProvider(session);
  const panelCore = new SessionTokenPanelCore(session);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`tokensieve.${name}`, run);

  context.subscriptions.push(
    log,
    activity,
    core,
    session.editors,
    validator,
    heatMap,
    panelCore,
    registerTokenPanel(context, panelCore, session.editors),
    registerMaskExplorer(session, panelCore),
    registerByteProbabilities(session, panelCore),
    registerFimHealing(session, panelCore),
    registerStatusItem(session),
    registerGrammarLanguages(session),
    registerShowSpan(),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: "**" }, completions),
    vscode.workspace.onDidCloseTextDocument((document) => activity.forget(document)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      // The failure of another model says nothing about the one chosen now.
      if (affectsSettings(event) && activity.model.kind === "failed") activity.setModel({ kind: "idle" });
    }),
    command("generateUnderGrammar", (given?: GenerateArguments) => generateUnderGrammar(session, given)),
    command("continueWithEnsemble", (given?: ContinueArguments) => continueWithEnsemble(session, given)),
    command("completeHere", () => completeHere(session, completions)),
    command("selectModel", () => selectModel(session)),
    command("selectGrammar", () => selectGrammar(session)),
    command("compareEngines", (given?: CompareArguments) => compareEngines(session, given)),
    command("validateDocument", () => validator.validateActive()),
    command("showTokens", () => vscode.commands.executeCommand("tokensieve.tokens.focus")),
    command("showLog", () => log.show()),
    command("showMenu", () => showMenu(session)),
    command("toggleCompletions", () => toggleCompletions(session)),
    command("restartEngine", () => {
      core.restart();
      activity.setModel({ kind: "idle" });
      log.info("restarted: the next request starts a new core");
      void vscode.window.setStatusBarMessage(vscode.l10n.t("Tokensieve: engine restarted"), 3000);
    }),
  );
  return { coreProcessId: () => core.processId, heatMap: () => heatMap.state };
}
