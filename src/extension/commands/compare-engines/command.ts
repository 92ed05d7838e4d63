import { basename, isAbsolute } from "node:path";
import * as vscode from "vscode";
import type { GrammarSource } from "../../../grammar/index.ts";
import type { TokenizerRef } from "../../../service/api.ts";
import type { CompareResult, CompareSample } from "../../../service/compare-api.ts";
import { grammarDocument } from "../../grammar-languages/documents.ts";
import { grammarOf } from "../../grammars/document-grammar.ts";
import { pickGrammar } from "../../grammars/pick.ts";
import { readGrammarSource } from "../../grammars/source-files.ts";
import { abortSignal, showFailure } from "../../messages.ts";
import type { Session } from "../../session.ts";
import { BUILT_IN_TOKENIZERS } from "../../token-panel-core.ts";
import { ENGINE_TITLES, type LabelledSample } from "./comparison.ts";
import { showReport } from "./panel.ts";
import { pickSamples } from "./samples.ts";

/// What a caller (a keybinding, a test) may give instead of answering the questions.
export interface CompareArguments {
  readonly grammar?: GrammarSource;
  readonly samples?: readonly (CompareSample & { readonly label?: string })[];
  readonly tokenizer?: TokenizerRef;
}

interface ChosenGrammar {
  readonly source: GrammarSource;
  readonly title: string;
  /// The document that holds it, if there is one.
  readonly uri?: vscode.Uri;
}

/// Compare Engines…: asks for a grammar, texts and a tokenizer, and shows what both engines make of them.
/// Returns that, or undefined if the user backed out or it failed.
export async function compareEngines(
  session: Session,
  given: CompareArguments = {},
): Promise<CompareResult | undefined> {
  const name = vscode.l10n.t("Compare Engines");
  try {
    const grammar = given.grammar ? chosen(given.grammar) : await askGrammar(session, name);
    if (!grammar) return undefined;
    const samples = given.samples?.map(labelled) ?? (await pickSamples(session, name, grammar.uri));
    if (!samples) return undefined;
    const tokenizer = given.tokenizer ?? (await pickTokenizer(session, name));
    if (!tokenizer) return undefined;
    const result = await compare(session, grammar, samples, tokenizer);
    const { title, source, uri } = grammar;
    showReport(session.context, {
      title,
      kind: source.kind,
      text: source.text,
      ...(uri && { uri: uri.toString() }),
      samples,
      result,
    });
    return result;
  } catch (error) {
    showFailure(error, session.log);
    return undefined;
  }
}

function labelled(sample: CompareSample & { readonly label?: string }, i: number): LabelledSample {
  return { ...sample, label: sample.label ?? vscode.l10n.t("text {0}", i + 1) };
}

function chosen(source: GrammarSource, title?: string): ChosenGrammar {
  const { file } = source;
  const uri =
    file === undefined ? undefined : isAbsolute(file) ? vscode.Uri.file(file) : vscode.Uri.parse(file);
  const name = title ?? (uri ? vscode.workspace.asRelativePath(uri) : source.text.slice(0, 60));
  return { source, title: name, ...(uri && { uri }) };
}

/// The grammar in the active editor; else the one the active document is sieved with, or one that is picked.
async function askGrammar(session: Session, title: string): Promise<ChosenGrammar | undefined> {
  const document = session.editors.current?.document;
  const open = document && grammarDocument(document);
  if (open === "too-long") return chosen(await readGrammarSource(document!.uri, "read"));
  if (document && open) {
    const { uri } = document;
    return { source: open.source, title: vscode.workspace.asRelativePath(uri), uri };
  }
  // One that cannot be had is none to offer.
  const own = document && (await grammarOf(document, session.grammars).catch(() => undefined));
  if (own) {
    const ours = {
      label: own.label,
      description: vscode.l10n.t("the grammar of {0}", basename(document.uri.path)),
    };
    const other = { label: vscode.l10n.t("$(list-selection) Choose a Grammar…") };
    const picked = await vscode.window.showQuickPick([ours, other], { title });
    if (!picked) return undefined;
    if (picked === ours) return chosen(own.source, own.label);
  }
  const picked = await pickGrammar(session.grammars, title, true);
  return picked && chosen(await picked.read("read"), picked.label);
}

async function pickTokenizer({ models }: Session, title: string): Promise<TokenizerRef | undefined> {
  type Item = vscode.QuickPickItem & { readonly ref: TokenizerRef };
  const { file } = models.current;
  const items: Item[] = [
    {
      label: vscode.l10n.t("$(chip) The Model’s"),
      description: basename(file),
      ref: { kind: "gguf", file },
    },
    ...models.bundled
      .filter((model) => model.file !== file)
      .map(
        (model): Item => ({
          label: `$(chip) ${model.name}`,
          description: vscode.l10n.t("bundled model"),
          ref: { kind: "gguf", file: model.file },
        }),
      ),
    ...BUILT_IN_TOKENIZERS.map(
      ([name, detail]): Item => ({
        label: `$(symbol-string) ${name}`,
        description: detail,
        ref: { kind: "built-in", name },
      }),
    ),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t("Masks are over the tokens of which tokenizer?"),
    matchOnDescription: true,
  });
  return picked?.ref;
}

function compare(
  { core }: Session,
  { source, title }: ChosenGrammar,
  samples: readonly LabelledSample[],
  tokenizer: TokenizerRef,
): Thenable<CompareResult> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Tokensieve: comparing engines on {0}", title),
      cancellable: true,
    },
    (progress, token) =>
      core.compareEngines(
        {
          source,
          tokenizer,
          samples: samples.map(({ text, expected }) => ({ text, ...(expected && { expected }) })),
        },
        (step) =>
          progress.report({
            message:
              step.kind === "compiling"
                ? vscode.l10n.t("{0} compiles", ENGINE_TITLES[step.engine])
                : vscode.l10n.t("text {0} of {1}", step.index + 1, samples.length),
          }),
        abortSignal(token),
      ),
  );
}
