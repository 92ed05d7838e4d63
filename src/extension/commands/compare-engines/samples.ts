import * as vscode from "vscode";
import type { Session } from "../../session.ts";
import type { LabelledSample } from "./comparison.ts";

/// A text longer than this takes minutes on a slow engine.
const MAX_SAMPLE_CHARS = 200_000;

type SampleItem = vscode.QuickPickItem & { readonly samples: () => Promise<readonly LabelledSample[]> };

/// Lets the user choose the texts that engines are compared on. Undefined if they back out; none is a
/// choice, too.
export async function pickSamples(
  session: Session,
  title: string,
  grammarUri: vscode.Uri | undefined,
): Promise<readonly LabelledSample[] | undefined> {
  const items = [...(await exampleItems(grammarUri)), ...editorItems(session, grammarUri), typedItem(title)];
  const picked = await vscode.window.showQuickPick(items, {
    title,
    canPickMany: true,
    placeHolder: vscode.l10n.t("Texts to compare the engines on; none compares only how they compile"),
  });
  if (!picked) return undefined;
  const samples: LabelledSample[] = [];
  for (const item of picked) samples.push(...(await item.samples()));
  return samples;
}

/// The lists of texts beside a grammar that say what it accepts and rejects, as shipped grammars have them.
async function exampleItems(grammar: vscode.Uri | undefined): Promise<SampleItem[]> {
  if (!grammar || grammar.scheme === "untitled") return [];
  const lists = await readExamples(vscode.Uri.joinPath(grammar, "..", "examples.json"));
  if (!lists) return [];
  const labelled = (list: readonly string[], expected: "accept" | "reject") =>
    list.map((text) => ({ text, expected }));
  const samples = [...labelled(lists.accept, "accept"), ...labelled(lists.reject, "reject")].map(
    (sample, i): LabelledSample => ({ ...sample, label: vscode.l10n.t("example {0}", i + 1) }),
  );
  return [
    {
      label: vscode.l10n.t("$(checklist) Its Examples"),
      description: vscode.l10n.t("{0} to accept, {1} to reject", lists.accept.length, lists.reject.length),
      picked: true,
      samples: async () => samples,
    },
  ];
}

async function readExamples(
  uri: vscode.Uri,
): Promise<{ readonly accept: readonly string[]; readonly reject: readonly string[] } | undefined> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    const { accept = [], reject = [] } = value as Record<string, unknown>;
    const isList = (list: unknown): list is readonly string[] =>
      Array.isArray(list) && list.every((one) => typeof one === "string");
    return isList(accept) && isList(reject) ? { accept, reject } : undefined;
  } catch {
    // There need not be any, and a file of that name may be something else.
    return undefined;
  }
}

/// The selection, and the documents that can be seen.
function editorItems({ editors }: Session, grammarUri: vscode.Uri | undefined): SampleItem[] {
  const items: SampleItem[] = [];
  const active = editors.current;
  if (active && !active.selection.isEmpty) {
    const { document, selection } = active;
    const text = document.getText(selection);
    const label = vscode.l10n.t("Selection");
    const origin = { uri: document.uri.toString(), offset: document.offsetAt(selection.start) };
    items.push({
      label: `$(selection) ${label}`,
      description: vscode.l10n.t("{0} characters", text.length),
      picked: true,
      samples: async () => [{ label, text: text.slice(0, MAX_SAMPLE_CHARS), origin }],
    });
  }
  const seen = new Set([grammarUri?.toString()]);
  for (const { document } of vscode.window.visibleTextEditors) {
    const uri = document.uri.toString();
    const text = document.getText();
    if (seen.has(uri) || text.length > MAX_SAMPLE_CHARS || document.uri.scheme === "output") continue;
    seen.add(uri);
    const label = vscode.workspace.asRelativePath(document.uri);
    items.push({
      label: `$(file) ${label}`,
      description: vscode.l10n.t("the whole document"),
      picked: document === active?.document && active.selection.isEmpty,
      samples: async () => [{ label, text, origin: { uri, offset: 0 } }],
    });
  }
  return items;
}

function typedItem(title: string): SampleItem {
  return {
    label: vscode.l10n.t("$(keyboard) Type a Text…"),
    samples: async () => {
      const text = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t("A text to compare") });
      return text === undefined ? [] : [{ label: vscode.l10n.t("typed"), text }];
    },
  };
}
