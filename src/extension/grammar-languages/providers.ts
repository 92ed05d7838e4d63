import * as vscode from "vscode";
import type { DocumentRules } from "./document-rules.ts";
import { RULE_LANGUAGES, rangeOf } from "./documents.ts";
import type { Definition, Rules } from "./rules.ts";

/// Longest excerpt of a rule's body in the outline and the list of completions.
const MAX_EXCERPT = 80;
const MAX_HOVER_LINES = 30;

/// Outline, Go to Definition, Find All References, highlights, hovers and completion of rules.
export function registerRuleProviders(rules: DocumentRules): vscode.Disposable {
  const selector = RULE_LANGUAGES.map((language) => ({ language }));
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: async (document, token) => {
        const known = await rules.of(document, token);
        return known?.definitions.map((definition) => symbolOf(document, known, definition));
      },
    }),
    languages.registerDefinitionProvider(selector, {
      provideDefinition: async (document, position, token) => {
        const known = await rules.of(document, token);
        const named = known?.at(document.offsetAt(position));
        if (!known || !named) return undefined;
        return known.definitionsOf(named.name).map(
          (definition): vscode.DefinitionLink => ({
            originSelectionRange: rangeOf(document, named.span),
            targetUri: document.uri,
            targetRange: wholeRange(document, known, definition),
            targetSelectionRange: rangeOf(document, definition.span),
          }),
        );
      },
    }),
    languages.registerReferenceProvider(selector, {
      provideReferences: async (document, position, { includeDeclaration }, token) => {
        const known = await rules.of(document, token);
        const name = known?.at(document.offsetAt(position))?.name;
        if (!known || name === undefined) return undefined;
        const places = [
          ...(includeDeclaration ? known.definitionsOf(name) : []),
          ...known.referencesOf(name),
        ];
        return places.map(({ span }) => new vscode.Location(document.uri, rangeOf(document, span)));
      },
    }),
    languages.registerDocumentHighlightProvider(selector, {
      provideDocumentHighlights: async (document, position, token) => {
        const known = await rules.of(document, token);
        const name = known?.at(document.offsetAt(position))?.name;
        if (!known || name === undefined) return undefined;
        const { Read, Write } = vscode.DocumentHighlightKind;
        const highlight = (kind: vscode.DocumentHighlightKind) => (place: Pick<Definition, "span">) =>
          new vscode.DocumentHighlight(rangeOf(document, place.span), kind);
        return [
          ...known.definitionsOf(name).map(highlight(Write)),
          ...known.referencesOf(name).map(highlight(Read)),
        ];
      },
    }),
    languages.registerHoverProvider(selector, {
      provideHover: async (document, position, token) => {
        const known = await rules.of(document, token);
        const named = known?.at(document.offsetAt(position));
        const definition = named && known?.definitionsOf(named.name)[0];
        if (!known || !definition) return undefined;
        return new vscode.Hover(
          hoverText(document.languageId, known, definition),
          rangeOf(document, named.span),
        );
      },
    }),
    languages.registerCompletionItemProvider(selector, {
      provideCompletionItems: async (document, position, token) => {
        if (!isInCode(document.lineAt(position).text.slice(0, position.character))) return undefined;
        const known = await rules.of(document, token);
        const seen = new Set<string>();
        return known?.definitions
          .filter(({ name }) => !seen.has(name) && seen.add(name))
          .map((definition) => {
            const item = new vscode.CompletionItem(definition.name, completionKind(definition.name));
            item.detail = excerpt(known, definition);
            item.documentation = known.commentOf(definition);
            return item;
          });
      },
    }),
  );
}

function symbolOf(
  document: vscode.TextDocument,
  rules: Rules,
  definition: Definition,
): vscode.DocumentSymbol {
  return new vscode.DocumentSymbol(
    definition.name,
    excerpt(rules, definition),
    isTerminal(document.languageId, definition.name)
      ? vscode.SymbolKind.Constant
      : vscode.SymbolKind.Function,
    wholeRange(document, rules, definition),
    rangeOf(document, definition.span),
  );
}

function wholeRange(document: vscode.TextDocument, rules: Rules, definition: Definition): vscode.Range {
  return rangeOf(document, { from: definition.span.from, to: rules.end(definition) });
}

/// A rule's body on one line; empty for names that are imported.
function excerpt(rules: Rules, definition: Definition): string {
  const body = rules
    .textOf(definition)
    .slice(definition.name.length)
    .replace(/^[^:]*:(:=)?/, "")
    .replace(/\s+/g, " ")
    .trim();
  return body.length <= MAX_EXCERPT ? body : `${body.slice(0, MAX_EXCERPT - 1)}…`;
}

function hoverText(language: string, rules: Rules, definition: Definition): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const lines = rules.textOf(definition).split("\n");
  const shown = lines.length > MAX_HOVER_LINES ? [...lines.slice(0, MAX_HOVER_LINES), "…"] : lines;
  text.appendCodeblock(shown.join("\n"), language);
  const comment = rules.commentOf(definition);
  if (comment !== "") text.appendText(comment);
  return text;
}

function isTerminal(language: string, name: string): boolean {
  return language === "lark" && /^_*[A-Z]/.test(name);
}

function completionKind(name: string): vscode.CompletionItemKind {
  return isTerminal("lark", name) ? vscode.CompletionItemKind.Constant : vscode.CompletionItemKind.Function;
}

/// Whether a line goes on outside of quotes, classes and comments after `before`.
function isInCode(before: string): boolean {
  let open: string | undefined;
  for (let i = 0; i < before.length; i++) {
    const c = before[i]!;
    if (open !== undefined) {
      if (c === "\\") i++;
      else if (c === open) open = undefined;
    } else if (c === '"' || c === "'") open = c;
    else if (c === "#" || before.startsWith("//", i)) return false;
    else if (c === "[") open = "]";
    else if (c === "/") open = "/";
  }
  return open === undefined;
}
