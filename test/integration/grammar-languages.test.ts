import assert from "node:assert/strict";
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

const problems = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Tokensieve");

describe("grammar files", () => {
  const files = workspaceFiles();
  before(() => tokensieveApi());

  /// Opens a file as a person does: the API's own way would keep it open for a while after its editor.
  async function open(name: string, text: string): Promise<vscode.TextEditor> {
    const uri = await files.write(name, text);
    await vscode.commands.executeCommand("vscode.open", uri);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), uri.toString());
    return editor;
  }

  /// Opens a file and waits until so many problems are shown.
  async function openWith(name: string, text: string, count: number): Promise<vscode.TextEditor> {
    const editor = await open(name, text);
    await waitFor(`${count} problems in ${name}`, () => problems(editor.document.uri).length === count);
    return editor;
  }

  for (const [name, language] of [
    ["one.ebnf", "ebnf"],
    ["one.gbnf", "gbnf"],
    ["one.lark", "lark"],
  ] as const)
    it(`${name} is in the language ${language}`, async () => {
      const uri = await files.write(name, language === "lark" ? 'start: "a"' : 'root ::= "a"');
      const document = await vscode.workspace.openTextDocument(uri);
      assert.equal(document.languageId, language);
    });

  it("show all errors at once, in the right places, with codes, hints and what goes with them", async () => {
    const { document } = await openWith(
      "errors.ebnf",
      'root  ::= "😀" vlaue | [a9-0]\r\nvalue ::= "\\q"\r\nvalue ::= "b"\r\n',
      4,
    );
    assert.deepEqual(
      problems(document.uri).map(({ code, range, severity }) => [code, document.getText(range), severity]),
      [
        ["ebnf-undefined-rule", "vlaue", vscode.DiagnosticSeverity.Error],
        ["ebnf-bad-range", "9-0", vscode.DiagnosticSeverity.Error],
        ["ebnf-bad-escape", "\\q", vscode.DiagnosticSeverity.Error],
        ["ebnf-duplicate-rule", "value", vscode.DiagnosticSeverity.Error],
      ],
    );
    const [undefinedRule, , , duplicate] = problems(document.uri);
    assert.match(undefinedRule!.message, /Did you mean "value"\?/);
    for (const problem of [undefinedRule!, duplicate!])
      assert.equal(problem.relatedInformation![0]!.location.range.start.line, 1);
  });

  it("are checked again as they are typed, and forgotten when they are closed", async () => {
    const editor = await openWith("typed.gbnf", "root ::= word", 1);
    const { document } = editor;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 13), '\nword ::= "a"'));
    await waitFor("the problem to go", () => problems(document.uri).length === 0);
    await editor.edit((edit) => edit.insert(document.lineAt(1).range.end, " ("));
    await waitFor("a new problem", () => problems(document.uri).length === 1);
    assert.equal(problems(document.uri)[0]!.code, "gbnf-syntax");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await waitFor("a closed file's problems to go", () => problems(document.uri).length === 0);
  });

  it("show what only a look at the whole grammar finds", async () => {
    const { document } = await openWith("whole.lark", "start: A\nA: /x/\nunused: A\n", 1);
    const [problem] = problems(document.uri);
    assert.equal(problem!.code, "grammar-unreachable-rule");
    assert.deepEqual(problem!.tags, [vscode.DiagnosticTag.Unnecessary]);
  });

  it("offer to put a misspelt name right", async () => {
    const { document } = await openWith("fix.ebnf", "root ::= vlaue\nvalue ::= [0-9]", 1);
    const { range } = problems(document.uri).find(({ code }) => code === "ebnf-undefined-rule")!;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ title }) => title.includes("value"));
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.lineAt(0).text, "root ::= value");
    await waitFor("no problems", () => problems(document.uri).length === 0);
  });

  it("are left alone when the setting says so", async () => {
    const configuration = vscode.workspace.getConfiguration("tokensieve");
    const { document } = await openWith("off.ebnf", "root ::= x", 1);
    await configuration.update("grammar.diagnostics", "off", vscode.ConfigurationTarget.Workspace);
    try {
      await waitFor("problems to go", () => problems(document.uri).length === 0);
    } finally {
      await configuration.update("grammar.diagnostics", undefined, vscode.ConfigurationTarget.Workspace);
    }
    await waitFor("problems to come back", () => problems(document.uri).length === 1);
  });

  it("checks regular expressions, too", async () => {
    const { document } = await openWith("wrong.regex", "[a-z]+(\n", 1);
    assert.equal(document.getText(problems(document.uri)[0]!.range), "(");
  });

  it("checks structural tags, too", async () => {
    const { document } = await openWith(
      "wrong.structural-tag.json",
      '{ "type": "structural_tag", "format": 1 }',
      1,
    );
    assert.equal(document.getText(problems(document.uri)[0]!.range), "1");
  });

  describe("JSON Schemas", () => {
    const schema = (more: object) =>
      JSON.stringify({ type: "object", properties: { a: { uniqueItems: true } }, ...more }, undefined, 2);

    it("of a draft get warnings for what no grammar enforces", async () => {
      const draft = { $schema: "https://json-schema.org/draft/2020-12/schema" };
      const { document } = await openWith("draft.json", schema(draft), 1);
      const [problem] = problems(document.uri);
      assert.equal(problem!.severity, vscode.DiagnosticSeverity.Warning);
      assert.equal(problem!.code, "schema-unsupported-keyword");
      assert.equal(document.getText(problem!.range), "true");
    });

    it("that an open document takes get errors, as its completions do", async () => {
      const { document } = await openWith("plain.schema.json", schema({}), 0);
      await open("takes-it.json", '{ "$schema": "./plain.schema.json" }');
      await waitFor("an error", () => problems(document.uri).length === 1);
      assert.equal(problems(document.uri)[0]!.severity, vscode.DiagnosticSeverity.Error);
    });

    it("are not taken for one when they are other JSON", async () => {
      const other = await open("other.json", '{ "uniqueItems": true, "$ref": "#/x" }');
      await openWith("sentinel.ebnf", "root ::= x", 1);
      assert.deepEqual(problems(other.document.uri), []);
    });
  });

  describe("rules", () => {
    const text = '# all of it\nroot ::= item ("," item)*\n\n# one\nitem ::= "a"\n  | root\n\n# end\n';
    let document: vscode.TextDocument;
    before(async () => {
      document = (await open("rules.ebnf", text)).document;
    });
    const at = (piece: string, from = 0) => document.positionAt(text.indexOf(piece, from));
    const run = <T>(command: string, ...more: unknown[]) =>
      vscode.commands.executeCommand<T>(command, document.uri, ...more);

    it("have an outline", async () => {
      const symbols = await run<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider");
      assert.deepEqual(
        symbols.map(({ name, detail, range, selectionRange }) => [
          name,
          detail,
          document.getText(range),
          document.getText(selectionRange),
        ]),
        [
          ["root", 'item ("," item)*', 'root ::= item ("," item)*', "root"],
          ["item", '"a" | root', 'item ::= "a"\n  | root', "item"],
        ],
      );
    });

    it("are found from their uses, and their uses from them", async () => {
      const links = await run<vscode.LocationLink[]>("vscode.executeDefinitionProvider", at("item"));
      assert.equal(links.length, 1);
      assert.equal(links[0]!.targetSelectionRange!.start.line, 4);
      const places = await run<vscode.Location[]>("vscode.executeReferenceProvider", at("item ::="));
      assert.equal(places.length, 3);
      for (const { range } of places) assert.equal(document.getText(range), "item");
    });

    it("show their definition and comment on a use", async () => {
      const hovers = await run<vscode.Hover[]>("vscode.executeHoverProvider", at("item"));
      const shown = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
      assert.match(shown.map(({ value }) => value).join(), /item ::= "a"\n {2}\| root[\s\S]*one/);
    });

    it("complete by name, but not inside of literals", async () => {
      const complete = async (position: vscode.Position) =>
        (await run<vscode.CompletionList>("vscode.executeCompletionItemProvider", position)).items
          .filter(({ kind }) => kind === vscode.CompletionItemKind.Function)
          .map(({ label }) => label);
      assert.deepEqual(await complete(document.lineAt(5).range.end), ["item", "root"]);
      assert.deepEqual(await complete(at('a"')), []);
    });
  });
});
