import * as vscode from "vscode";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import type { GrammarKind, GrammarSource } from "../../grammar/index.ts";
import { Settings } from "../settings.ts";
import { type JsonUse, schemaOptions, tagOptions } from "./json-options.ts";

const KIND_BY_EXTENSION: readonly (readonly [string, GrammarKind])[] = [
  [".ebnf", "ebnf"],
  [".gbnf", "gbnf"],
  [".lark", "lark"],
  [".regex", "regex"],
  [".structural-tag.json", "structural-tag"],
  [".json", "json-schema"],
  [".jsonc", "json-schema"],
];

/// Globs of the files a grammar can be picked from.
export const GRAMMAR_FILE_GLOB = "**/*.{ebnf,gbnf,lark,regex,schema.json,structural-tag.json}";

/// The kind of grammar a file holds, by its name.
export function grammarKindOf(path: string): GrammarKind | undefined {
  return KIND_BY_EXTENSION.find(([extension]) => path.toLowerCase().endsWith(extension))?.[1];
}

/// Reads a grammar with the settings that hold for its file; an open, unsaved document counts rather than
/// the file on disk. `use` says what becomes of JSON under it.
export async function readGrammarSource(uri: vscode.Uri, use: JsonUse): Promise<GrammarSource> {
  const kind = grammarKindOf(uri.path);
  const file = uri.scheme === "file" ? uri.fsPath : uri.toString();
  if (!kind) {
    throw problem(
      "grammar-unknown-kind",
      file,
      `${file} is no grammar file Tokensieve knows.`,
      `Name it with one of ${KIND_BY_EXTENSION.map(([e]) => e).join(" ")}`,
    );
  }
  const text = await readText(uri, file);
  switch (kind) {
    case "regex":
      return { kind, text: text.replace(/\r?\n$/, ""), file };
    case "json-schema":
      return { kind, text, file, ...schemaOptions(new Settings(uri), use) };
    case "structural-tag":
      return { kind, text, file, ...tagOptions(new Settings(uri)) };
    default:
      return { kind, text, file };
  }
}

/// Text of a file as the editor has it.
export async function readText(uri: vscode.Uri, name: string): Promise<string> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") {
      const place = uri.scheme === "file" ? uri.fsPath : uri.toString();
      const looked = place === name ? "" : `: there is no file ${place}`;
      throw problem("grammar-missing", name, `${name} does not exist${looked}`, "Check the path.");
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw problem("grammar-unreadable", name, `Cannot read ${name}: ${reason}`, "Check the path.");
  }
}

function problem(code: string, file: string, message: string, hint: string): InputError {
  const diagnostic: Diagnostic = { code, severity: "error", message, location: { kind: "file", file }, hint };
  return new InputError(diagnostic);
}
