import * as vscode from "vscode";
import type { GrammarSource } from "../../grammar/index.ts";
import { isInUse, schemaMember } from "../grammars/document-grammar.ts";
import { schemaOptions, tagOptions } from "../grammars/json-options.ts";
import { grammarKindOf } from "../grammars/source-files.ts";
import { Settings } from "../settings.ts";

/// Languages whose grammars have named rules.
export const RULE_LANGUAGES = ["ebnf", "gbnf", "lark"] as const;
export type RuleLanguage = (typeof RULE_LANGUAGES)[number];

export function isRuleLanguage(id: string): id is RuleLanguage {
  return (RULE_LANGUAGES as readonly string[]).includes(id);
}

/// Longer texts are checked when they are used, not while they are typed.
export const MAX_CHECKED_CHARS = 2_000_000;

const SCHEMA_DRAFT = /^https?:\/\/json-schema\.org\/(draft-0[467]|draft\/20(19-09|20-12))\/schema#?$/;

/// A document that is checked as a grammar.
export interface GrammarDocument {
  readonly source: GrammarSource;
  /// Something is sieved with it. A schema that only validates documents may well say more than any
  /// grammar can: that is no error of its.
  readonly inUse: boolean;
}

/// Whether a document's name or language says that it may be a grammar: a check before any reading.
export function mayBeGrammar({ languageId, uri }: vscode.TextDocument): boolean {
  return isRuleLanguage(languageId) || grammarKindOf(uri.path) !== undefined;
}

/// What to check of a document, "too-long", or undefined if it is no grammar.
export function grammarDocument(document: vscode.TextDocument): GrammarDocument | "too-long" | undefined {
  if (!isEditable(document.uri)) return undefined;
  const { languageId } = document;
  if (isRuleLanguage(languageId)) return checked(document, (text) => ({ kind: languageId, text }), true);
  switch (grammarKindOf(document.uri.path)) {
    case "regex":
      return checked(document, (text) => ({ kind: "regex", text: text.replace(/\r?\n$/, "") }), true);
    case "structural-tag":
      return checked(
        document,
        (text) => ({ kind: "structural-tag", text, ...tagOptions(new Settings(document)) }),
        true,
      );
    case "json-schema": {
      const inUse = isInUse(document.uri);
      if (!inUse && !SCHEMA_DRAFT.test(schemaMember(document) ?? "")) return undefined;
      const options = schemaOptions(new Settings(document), "read");
      return checked(document, (text) => ({ kind: "json-schema", text, ...options }), inUse);
    }
    default:
      return undefined;
  }
}

function checked(
  document: vscode.TextDocument,
  source: (text: string) => GrammarSource,
  inUse: boolean,
): GrammarDocument | "too-long" {
  const text = document.getText();
  return text.length > MAX_CHECKED_CHARS ? "too-long" : { source: source(text), inUse };
}

/// Not the other side of a comparison, a log, or the like.
function isEditable(uri: vscode.Uri): boolean {
  return (
    uri.scheme === "file" ||
    uri.scheme === "untitled" ||
    vscode.workspace.getWorkspaceFolder(uri) !== undefined
  );
}

/// The range of a span, which is in UTF-16 units as the editor's offsets are.
export function rangeOf(
  document: vscode.TextDocument,
  { from, to }: { readonly from: number; readonly to: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(from), document.positionAt(to));
}
