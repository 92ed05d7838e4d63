import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { CompareResult } from "../../src/service/compare-api.ts";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

describe("Compare Engines", () => {
  const files = workspaceFiles();
  before(() => tokensieveApi());

  const compare = (given: object) =>
    vscode.commands.executeCommand<CompareResult | undefined>("tokensieve.compareEngines", {
      tokenizer: { kind: "built-in", name: "cl100k_base" },
      ...given,
    });
  const reports = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && /comparison$/.test(input.viewType));

  it("tells what both engines make of texts, and shows it", async () => {
    const result = await compare({
      grammar: { kind: "gbnf", text: 'root ::= "a"+ "é"?' },
      samples: [{ text: "aaé" }, { text: "ab", expected: "reject" }],
    });
    assert.ok(result);
    assert.equal(result.vocabulary.name, "cl100k_base");
    assert.deepEqual(
      result.engines.map(({ engine, compiled }) => [engine, compiled !== undefined]),
      [
        ["tokensieve", true],
        ["xgrammar", true],
      ],
    );
    for (const kinds of [0, 1].map((i) => result.samples.map(({ verdicts }) => verdicts[i]?.kind)))
      assert.deepEqual(kinds, ["accepted", "rejected"]);
    await waitFor("the report", () => reports().length === 1);
    await vscode.window.tabGroups.close(reports());
  });

  it("takes the grammar of the active editor, and says where an engine refuses it", async () => {
    const uri = await files.write("left.ebnf", 'root ::= "a" | root "b"');
    await vscode.window.showTextDocument(uri);
    const result = await compare({ samples: [] });
    assert.ok(result);
    assert.equal(result.engines[0]!.compiled !== undefined, true);
    const [why] = result.engines[1]!.diagnostics;
    assert.equal(why!.code, "grammar-left-recursion");
    await waitFor("the report", () => reports().length === 1);
    assert.match(reports()[0]!.label, /left\.ebnf/);
    await vscode.window.tabGroups.close(reports());
  });

  it("leads from its report to the place in the grammar", async () => {
    const uri = await files.write("place.ebnf", "root ::= missing");
    await vscode.commands.executeCommand("tokensieve.showSpan", uri.toString(), 9, 16);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), uri.toString());
    assert.equal(editor.document.getText(editor.selection), "missing");
  });
});
