import assert from "node:assert/strict";
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

const VIEW_TYPE = "tokensieve.byteProbabilities";
const panels = () =>
  vscode.window.tabGroups.all.flatMap(({ tabs, viewColumn }) =>
    tabs
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE))
      .map(() => viewColumn),
  );

describe("Show Byte Probabilities", () => {
  const files = workspaceFiles();
  const open = () => vscode.commands.executeCommand("tokensieve.showByteProbabilities");
  const copied = async (command: string, looksRight: (text: string) => boolean) => {
    await vscode.env.clipboard.writeText("");
    await waitFor(command, async () => {
      await vscode.commands.executeCommand(`tokensieve.${command}`);
      return looksRight(await vscode.env.clipboard.readText());
    });
    return vscode.env.clipboard.readText();
  };

  it("opens one panel beside the editor, which keeps the keyboard, and asks the core", async () => {
    const { coreProcessId } = await tokensieveApi();
    const uri = await files.write("bytes.ts", "const url = 1;\n");
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    editor.selection = new vscode.Selection(0, 7, 0, 7);
    await open();
    await waitFor("the panel", () => panels().length === 1);
    assert.deepEqual(panels(), [vscode.ViewColumn.Two]);
    assert.equal(vscode.window.activeTextEditor?.document, editor.document);
    await waitFor("the core", () => coreProcessId() !== undefined);
    await open();
    assert.equal(panels().length, 1);
  });

  it("copies what may come at the cursor, as CSV and as JSON", async () => {
    const csv = await copied("copyByteProbabilitiesAsCsv", (text) => text.startsWith("symbol,"));
    assert.equal(csv.trimEnd().split("\r\n").length, 258);
    assert.match(csv, /\r\nr,114,0x72,0\.\d+,[\d.]+,[\d.e-]+,,1\r\n/);
    const json = JSON.parse(await copied("copyByteProbabilitiesAsJson", (text) => text.startsWith("{")));
    assert.deepEqual([json.text, json.position, json.before], ["bytes.ts", 7, "const u"]);
    assert.match(json.model, /^tokensieve-mini\.gguf/);
  });

  it("is gone when it is closed, and opens again", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await waitFor("the panel to close", () => panels().length === 0);
    await open();
    await waitFor("the panel", () => panels().length === 1);
  });
});
