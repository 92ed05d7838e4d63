import assert from "node:assert/strict";
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

const VIEW_TYPE = "tokensieve.fimHealing";
const panels = () =>
  vscode.window.tabGroups.all.flatMap(({ tabs, viewColumn }) =>
    tabs
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE))
      .map(() => viewColumn),
  );

describe("Show FIM Healing", () => {
  const files = workspaceFiles();
  const show = () => vscode.commands.executeCommand("tokensieve.showFimHealing");

  it("opens one panel beside the editor, which keeps the focus, however often", async () => {
    const { coreProcessId } = await tokensieveApi();
    const uri = await files.write("healed.ts", "const value = JSON.pae(text);\n");
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    editor.selection = new vscode.Selection(0, 21, 0, 21);
    await show();
    await waitFor("the panel", () => panels().length === 1);
    assert.deepEqual(panels(), [vscode.ViewColumn.Two]);
    // Its view asks by itself, which starts the core.
    await waitFor("the core", () => coreProcessId() !== undefined);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), uri.toString());
    await show();
    assert.equal(panels().length, 1);
  });

  it("is gone when it is closed, and opens again without a text", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await waitFor("the panel to close", () => panels().length === 0);
    await show();
    await waitFor("the panel", () => panels().length === 1);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
