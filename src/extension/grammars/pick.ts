import * as vscode from "vscode";
import type { GrammarSource } from "../../grammar/index.ts";
import type { JsonUse } from "./json-options.ts";
import type { ShippedGrammars } from "./shipped.ts";
import { GRAMMAR_FILE_GLOB, grammarKindOf, readGrammarSource } from "./source-files.ts";

/// A grammar the user picked. `name` is what settings call it: a shipped id or a path.
export interface PickedGrammar {
  readonly name: string;
  readonly label: string;
  readonly languageId: string;
  readonly read: (use: JsonUse) => Promise<GrammarSource>;
}

const MAX_WORKSPACE_FILES = 200;

/// Lets the user pick among the shipped grammars, the workspace's grammar files, any file, or (if
/// `withRegex`) a regular expression typed in.
export async function pickGrammar(
  shipped: ShippedGrammars,
  title: string,
  withRegex: boolean,
): Promise<PickedGrammar | undefined> {
  type Item = vscode.QuickPickItem & { readonly pick?: () => Promise<PickedGrammar | undefined> };
  const items: Item[] = [];
  const separator = (label: string) => items.push({ label, kind: vscode.QuickPickItemKind.Separator });

  separator(vscode.l10n.t("Shipped grammars"));
  for (const grammar of await shipped.list()) {
    items.push({
      label: grammar.title,
      description: grammar.id,
      detail: grammar.description,
      pick: async () => ({
        name: grammar.id,
        label: grammar.title,
        languageId: grammar.languages[0] ?? "plaintext",
        read: (use) => readGrammarSource(shipped.uri(grammar), use),
      }),
    });
  }
  const files = await vscode.workspace.findFiles(
    GRAMMAR_FILE_GLOB,
    "**/node_modules/**",
    MAX_WORKSPACE_FILES,
  );
  if (files.length > 0) separator(vscode.l10n.t("In this workspace"));
  for (const uri of files) {
    const path = vscode.workspace.asRelativePath(uri);
    items.push({ label: path, pick: async () => fromFile(uri) });
  }
  separator(vscode.l10n.t("Elsewhere"));
  items.push({ label: vscode.l10n.t("$(folder-opened) Open a Grammar or Schema File…"), pick: openFile });
  if (withRegex) items.push({ label: vscode.l10n.t("$(regex) Type a Regular Expression…"), pick: typeRegex });

  const picked = await vscode.window.showQuickPick(items, {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.pick?.();
}

function fromFile(uri: vscode.Uri): PickedGrammar {
  const path = vscode.workspace.asRelativePath(uri);
  return {
    name: vscode.workspace.getWorkspaceFolder(uri) ? path : uri.fsPath,
    label: path,
    languageId: grammarKindOf(uri.path) === "json-schema" ? "json" : "plaintext",
    read: (use) => readGrammarSource(uri, use),
  };
}

async function openFile(): Promise<PickedGrammar | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Grammar or JSON Schema"),
      filters: {
        [vscode.l10n.t("Grammars and schemas")]: ["ebnf", "gbnf", "lark", "regex", "json", "jsonc"],
      },
    })) ?? [];
  return uri && fromFile(uri);
}

async function typeRegex(): Promise<PickedGrammar | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Regular Expression"),
    prompt: vscode.l10n.t("The whole generated text matches it"),
    placeHolder: "[A-Z]{3}-\\d{4}",
    validateInput: (value) => {
      try {
        new RegExp(value, "u");
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  if (text === undefined || text === "") return undefined;
  return {
    name: text,
    label: `/${text}/`,
    languageId: "plaintext",
    read: async () => ({ kind: "regex", text }),
  };
}
