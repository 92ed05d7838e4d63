import assert from "node:assert/strict";
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

const VIEW_TYPE = "tokensieve.maskExplorer";
const panels = () =>
  vscode.window.tabGroups.all.flatMap(({ tabs, viewColumn }) =>
    tabs
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE))
      .map(() => viewColumn),
  );

describe("Open Mask Explorer", () => {
  const files = workspaceFiles();
  const open = (uri?: vscode.Uri) => vscode.commands.executeCommand("tokensieve.openMaskExplorer", uri);

  it("opens one panel beside the editor, however often", async () => {
    const { coreProcessId } = await tokensieveApi();
    const uri = await files.write("explored.ebnf", 'root ::= "a" | "b"\n');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await open();
    await waitFor("the panel", () => panels().length === 1);
    assert.deepEqual(panels(), [vscode.ViewColumn.Two]);
    // Its view asks by itself, which starts the core.
    await waitFor("the core", () => coreProcessId() !== undefined);
    await open(uri);
    await open();
    assert.equal(panels().length, 1);
  });

  it("is gone when it is closed, and opens again", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await waitFor("the panel to close", () => panels().length === 0);
    await open();
    await waitFor("the panel", () => panels().length === 1);
  });
});
