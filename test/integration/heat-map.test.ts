import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { HeatMapState } from "../../src/extension/heat-map/index.ts";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

describe("Toggle Surprise Heat Map", function () {
  this.timeout(180_000);
  const files = workspaceFiles();
  const toggle = () => vscode.commands.executeCommand<boolean>("tokensieve.toggleHeatMap");
  let state: () => HeatMapState | undefined;
  before(async () => {
    state = (await tokensieveApi()).heatMap;
  });
  afterEach(async () => {
    if (state() !== undefined) await toggle();
  });

  const open = async (name: string, text: string) => {
    const uri = await files.write(name, text);
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  };
  const done = (scored: number) =>
    waitFor(`${scored} characters`, () => state()?.phase === "done" && state()?.scored === scored);
  const hoverAt = async (editor: vscode.TextEditor, line: number, character: number) => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      editor.document.uri,
      new vscode.Position(line, character),
    );
    return hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (typeof content === "string" ? content : content.value))
      .join("\n")
      .replaceAll("&nbsp;", " ");
  };

  it("scores the active text, and tells a character's bits and token on hover", async () => {
    const editor = await open("heat.ts", "export const zero = 0; // é 例 😀\n");
    assert.equal(await toggle(), true);
    await done(editor.document.getText().length);
    const { bitsPerByte } = state()!;
    assert.ok(bitsPerByte! > 0.1 && bitsPerByte! < 20, `${bitsPerByte}`);
    assert.match(await hoverAt(editor, 0, 7), /bits.*probability[\s\S]*Token.*id \d+/);
    assert.match(await hoverAt(editor, 0, 30), /U\\?\+1F600/);
    assert.equal(await toggle(), false);
    assert.equal(state(), undefined);
    assert.doesNotMatch(await hoverAt(editor, 0, 7), /probability/);
  });

  it("scores anew from an edit on", async () => {
    const editor = await open("heat-edit.ts", "let a = 1;\nlet b = 2;\n");
    await toggle();
    await done(22);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), "let c = 3;\n"));
    await done(33);
    await editor.edit((edit) => edit.delete(new vscode.Range(0, 0, 3, 0)));
    await done(0);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "x"));
    await done(1);
  });

  it("follows the active editor, and waits where there is no text", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await toggle();
    await waitFor("no text", () => state()?.phase === "no-text");
    await open("heat-one.ts", "one\n");
    await done(4);
    await open("heat-two.ts", "twotwo\n");
    await done(7);
    assert.match(state()!.document!, /heat-two/);
  });

  const inSight = (uri: vscode.Uri) => state()?.inSight.get(uri.toString());

  it("marks both sides of a comparison", async () => {
    const left = await files.write("heat-left.ts", "let a = 1;\n");
    const right = await files.write("heat-right.ts", "let a = 1;\nlet b = 2;\n");
    await toggle();
    await vscode.commands.executeCommand("vscode.diff", left, right);
    await waitFor("both sides", () => inSight(left) === 11 && inSight(right) === 22);
    await vscode.commands.executeCommand("workbench.action.compareEditor.focusPrimarySide");
    await waitFor("the phase", () => state()?.phase === "done");
  });

  it("marks each text in sight, and one in two editors once", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const { document } = await open("heat-same.ts", "let same = 1;\n");
    await toggle();
    await done(14);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Two);
    const other = await files.write("heat-other.ts", "let other = 2;\n");
    await vscode.window.showTextDocument(other, { viewColumn: vscode.ViewColumn.Three, preserveFocus: true });
    await waitFor("the text that is not active", () => inSight(other) === 15);
    assert.match(state()!.document!, /heat-same/);
    assert.equal(state()!.inSight.size, 2);
    const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// x\n"));
    await done(19);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("marks the cells of a notebook", async () => {
    const cell = (text: string) =>
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "javascript");
    const notebook = await vscode.workspace.openNotebookDocument(
      "jupyter-notebook",
      new vscode.NotebookData([cell("let a = 1;"), cell("let bee = a;")]),
    );
    await vscode.window.showNotebookDocument(notebook);
    await toggle();
    const [first, second] = notebook.getCells().map(({ document }) => document.uri);
    await waitFor("both cells", () => inSight(first!) === 10 && inSight(second!) === 12);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("goes on behind what the tokenizer or the text breaks: a lone surrogate, a NUL", async () => {
    const editor = await open("heat-odd.txt", "ab\n");
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 1), "\ud800\0"));
    await toggle();
    await done(5);
  });

  it("stops at the limit of a long text", async () => {
    const settings = vscode.workspace.getConfiguration("tokensieve");
    await settings.update("heatMap.maxCharacters", 300, vscode.ConfigurationTarget.Workspace);
    try {
      const editor = await open("heat-long.ts", `${"let a = 1;\n".repeat(2000)}`);
      await toggle();
      await waitFor("the beginning", () => state()?.phase === "done");
      const { scored } = state()!;
      // What is in sight, and 300 characters at least.
      assert.ok(scored >= 300 && scored < 2000, `${scored}`);
      editor.revealRange(new vscode.Range(1500, 0, 1500, 0));
      await waitFor("what came in sight", () => state()?.phase === "done" && state()!.scored > scored);
    } finally {
      await settings.update("heatMap.maxCharacters", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it("says that there is no model", async () => {
    const settings = vscode.workspace.getConfiguration("tokensieve");
    await settings.update("model.path", "/nowhere/missing.gguf", vscode.ConfigurationTarget.Global);
    try {
      await open("heat-none.ts", "none\n");
      await toggle();
      await waitFor("the failure", () => state()?.phase === "failed");
      assert.equal(state()!.scored, 0);
    } finally {
      await settings.update("model.path", undefined, vscode.ConfigurationTarget.Global);
    }
    await done(5);
  });
});
