import assert from "node:assert/strict";
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

const problems = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Tokensieve");

/// Runs `run` while the workspace has other settings.
async function withSettings(
  settings: Readonly<Record<string, unknown>>,
  run: () => Promise<void>,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const set = async (value: (name: string) => unknown) => {
    for (const name of Object.keys(settings))
      await configuration.update(name, value(name), vscode.ConfigurationTarget.Workspace);
  };
  await set((name) => settings[name]);
  try {
    await run();
  } finally {
    await set(() => undefined);
  }
}

describe("settings of JSON under a schema", () => {
  const files = workspaceFiles();
  before(async () => {
    await tokensieveApi();
    const schema = {
      properties: { a: { type: "array", items: { type: "array" } }, b: { type: "string" } },
      additionalProperties: false,
    };
    await files.write("styled.schema.json", JSON.stringify(schema));
    await files.write(
      "unique.schema.json",
      JSON.stringify({ type: "object", properties: { a: { type: "array", uniqueItems: true } } }),
    );
  });

  let written = 0;

  /// Whether Validate Document takes a document; undefined: its schema is refused.
  async function isValid(text: string, schema = "styled"): Promise<boolean | undefined> {
    const named = text.replace("$", `"$schema": "./${schema}.schema.json"`);
    // An open file that changes is read again only after a while.
    const uri = await files.write(`styled-${++written}.json`, named);
    await vscode.window.showTextDocument(uri);
    const valid = await vscode.commands.executeCommand<boolean | undefined>("tokensieve.validateDocument");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    return valid;
  }

  /// Each text, and whether it is valid under the settings.
  const check = (settings: Readonly<Record<string, unknown>>, ...texts: [text: string, valid: boolean][]) =>
    it(JSON.stringify(settings), async () => {
      await withSettings(settings, async () => {
        for (const [text, valid] of texts) assert.equal(await isValid(text), valid, text);
      });
    });

  check(
    { "tokensieve.json.whitespace": "indent", "editor.tabSize": 3, "editor.detectIndentation": false },
    ['{\n   $,\n   "b": "x"\n}\n', true],
    ['{\n  $,\n  "b": "x"\n}\n', false],
  );
  check(
    {
      "tokensieve.json.whitespace": "indent",
      "tokensieve.json.indentDepth": 1,
      "editor.insertSpaces": false,
    },
    ['{\n\t$,\n\t"a": [[], []]\n}', true],
    ['{\n\t$,\n\t"a": [\n\t\t[]\n\t]\n}', false],
  );
  check({ "tokensieve.json.escapes": "ascii" }, ['{$,"b":"\\u00e9"}', true], ['{$,"b":"é"}', false]);
  check({ "tokensieve.json.escapes": "needed" }, ['{$,"b":"é"}', true], ['{$,"b":"\\u00e9"}', false]);
  check({ "tokensieve.json.propertyOrder": "any" }, ['{$,"b":"x","a":[]}', true]);
  check(
    { "tokensieve.json.propertyOrder": "schema" },
    ['{$,"a":[],"b":"x"}', true],
    ['{$,"b":"x","a":[]}', false],
  );

  it("lenient keywords let a schema through, with a warning", async () => {
    const text = '{$,"a":["x","x"]}';
    assert.equal(await isValid(text, "unique"), undefined);
    await withSettings({ "tokensieve.json.lenientKeywords": ["uniqueItems"] }, async () => {
      assert.equal(await isValid(text, "unique"), true);
      const uri = await files.write("takes-unique.json", '{ "$schema": "./unique.schema.json" }');
      await vscode.window.showTextDocument(uri, { preview: false });
      const schema = vscode.Uri.joinPath(uri, "../unique.schema.json");
      await vscode.window.showTextDocument(schema, { preview: false });
      await waitFor("a warning", () => problems(schema).length === 1);
      assert.equal(problems(schema)[0]!.severity, vscode.DiagnosticSeverity.Warning);
      assert.match(problems(schema)[0]!.message, /not enforced/);
    });
  });

  it("texts that are too long to be checked while one types say so", async () => {
    const uri = await files.write("long.gbnf", `root ::= x # ${"a long comment ".repeat(140_000)}`);
    await vscode.commands.executeCommand("vscode.open", uri);
    await waitFor("a notice", () => problems(uri).length > 0);
    const [notice, ...others] = problems(uri);
    assert.deepEqual(others, []);
    assert.equal(notice!.code, "grammar-not-checked");
    assert.equal(notice!.severity, vscode.DiagnosticSeverity.Information);
    assert.match(notice!.message, /more than 2.?000.?000 characters/);
    assert.equal(notice!.range.start.line, 0);
  });
});
