import { isAbsolute } from "node:path";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import * as vscode from "vscode";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/index.ts";
import { Settings } from "../settings.ts";
import { schemaOptions } from "./json-options.ts";
import type { ShippedGrammars } from "./shipped.ts";
import { readGrammarSource, readText } from "./source-files.ts";

/// The grammar that sieves a document's completions, and why this one.
export interface DocumentGrammar {
  readonly source: GrammarSource;
  /// For people: "schemas/service.schema.json", "CSV".
  readonly label: string;
}

const JSON_LANGUAGES = new Set(["json", "jsonc"]);

/// `$schema` stands near the top of a document; a search of more would cost every keystroke.
const SCHEMA_MEMBER_SEARCH_CHARS = 4096;

/// Finds the grammar of a document: `$schema` of a JSON file, then the setting that maps files to
/// schemas, then the one that maps languages to grammars. Undefined where none applies.
/// Throws `InputError` where one applies but cannot be had.
export async function grammarOf(
  document: vscode.TextDocument,
  shipped: ShippedGrammars,
): Promise<DocumentGrammar | undefined> {
  const settings = new Settings(document);
  const schema = schemaOf(document, settings);
  if (schema !== undefined) return schemaGrammar(schema, document, settings);
  const name = settings.grammarsByLanguage[document.languageId];
  if (name === undefined || name === "") return undefined;
  return namedGrammar(name, document, shipped);
}

/// The schema of a JSON document as it or the settings name it.
function schemaOf(document: vscode.TextDocument, settings: Settings): string | undefined {
  if (!JSON_LANGUAGES.has(document.languageId)) return undefined;
  return (
    schemaMember(document) ?? settings.schemas.find(({ fileMatch }) => matches(document, fileMatch))?.schema
  );
}

/// Whether an open document or a setting names this file as the grammar or schema it takes.
export function isInUse(file: vscode.Uri): boolean {
  const isFile = (uri: vscode.Uri) => uri.toString() === file.toString();
  const isNamed = vscode.workspace.textDocuments.some((document) => {
    const reference = schemaOf(document, new Settings(document));
    if (reference === undefined || isRemote(reference)) return false;
    const uri = schemaUri(reference, document);
    return uri !== undefined && isFile(uri);
  });
  if (isNamed) return true;
  const folders = vscode.workspace.workspaceFolders ?? [];
  return Object.values(new Settings(file).grammarsByLanguage).some((name) =>
    isAbsolute(name)
      ? isFile(vscode.Uri.file(name))
      : folders.some((folder) => isFile(vscode.Uri.joinPath(folder.uri, name))),
  );
}

/// A grammar by the name settings use: the id of a shipped one, or a path.
async function namedGrammar(
  name: string,
  document: vscode.TextDocument,
  shipped: ShippedGrammars,
): Promise<DocumentGrammar> {
  const known = await shipped.list();
  const grammar = known.find(({ id }) => id === name);
  if (grammar) return { source: await readGrammarSource(shipped.uri(grammar), "read"), label: grammar.title };
  if (!/[./\\]/.test(name)) {
    throw fail(
      "grammar-unknown",
      `No grammar is called "${name}".`,
      `Use one of ${known.map(({ id }) => id).join(", ")}, or a path, in tokensieve.completion.grammars.`,
    );
  }
  return { source: await readGrammarSource(fromWorkspace(name, document), "read"), label: name };
}

async function schemaGrammar(
  reference: string,
  document: vscode.TextDocument,
  settings: Settings,
): Promise<DocumentGrammar> {
  if (isRemote(reference)) {
    // Editors answer some of these from their own store; nothing is fetched from the network.
    throw fail(
      "schema-remote",
      `The schema ${reference} is on the network, and Tokensieve fetches nothing by itself.`,
      'Save it in the workspace and map it in the setting "tokensieve.json.schemas", or point "$schema" at the file.',
    );
  }
  const uri = schemaUri(reference, document) ?? fromWorkspace(reference, document);
  const text = await readText(uri, reference);
  return {
    source: {
      kind: "json-schema",
      text,
      file: uri.scheme === "file" ? uri.fsPath : reference,
      ...schemaOptions(settings, "read"),
    },
    label: reference,
  };
}

function isRemote(reference: string): boolean {
  return /^https?:/i.test(reference);
}

/// The `$schema` of a JSON document.
export function schemaMember(document: vscode.TextDocument): string | undefined {
  const end = document.positionAt(SCHEMA_MEMBER_SEARCH_CHARS);
  const text = document.getText(new vscode.Range(new vscode.Position(0, 0), end));
  if (!text.includes('"$schema"')) return undefined;
  const tree = parseTree(text);
  const value = tree && findNodeAtLocation(tree, ["$schema"])?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function matches(document: vscode.TextDocument, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    // As in json.schemas: a pattern without a slash matches the file's name wherever it is.
    const glob = pattern.includes("/") ? pattern.replace(/^\//, "") : `**/${pattern}`;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    return (
      vscode.languages.match(
        { pattern: folder ? new vscode.RelativePattern(folder, glob) : glob },
        document,
      ) > 0
    );
  });
}

/// Where a schema lies: a URI, an absolute path, or a path beside the document. Undefined for a path beside
/// a document that lies nowhere yet.
function schemaUri(reference: string, document: vscode.TextDocument): vscode.Uri | undefined {
  if (/^[a-z][a-z+.-]+:/i.test(reference) && !/^[a-z]:[\\/]/i.test(reference))
    return vscode.Uri.parse(reference, true);
  if (isAbsolute(reference)) return vscode.Uri.file(reference);
  return document.isUntitled ? undefined : vscode.Uri.joinPath(document.uri, "..", reference);
}

function fromWorkspace(path: string, document: vscode.TextDocument): vscode.Uri {
  if (isAbsolute(path)) return vscode.Uri.file(path);
  const folder = vscode.workspace.getWorkspaceFolder(document.uri) ?? vscode.workspace.workspaceFolders?.[0];
  if (!folder) {
    throw fail(
      "grammar-no-folder",
      `"${path}" is relative, but no folder is open.`,
      "Use an absolute path, or open a folder.",
    );
  }
  return vscode.Uri.joinPath(folder.uri, path);
}

function fail(code: string, message: string, hint: string): InputError {
  const diagnostic: Diagnostic = { code, severity: "error", message, hint };
  return new InputError(diagnostic);
}
