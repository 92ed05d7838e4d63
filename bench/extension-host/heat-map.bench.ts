// How long a turn of the extension host's event loop takes while the surprise heat map is on in a text of 1 MB.
import * as vscode from "vscode";
import { tokensieveApi, waitFor, workspaceFiles } from "../../test/integration/editing.ts";
import { printTurns, turnsDuring } from "./turns.ts";

const LINE = 'export const total = sum(items, "price") * 0x1f; // zebra quux\n';
const TEXT = LINE.repeat(Math.ceil(1_000_000 / LINE.length));

describe("turns of the extension host in a text of 1 MB", function () {
  this.timeout(300_000);
  const files = workspaceFiles();
  let editor: vscode.TextEditor;
  let state: Awaited<ReturnType<typeof tokensieveApi>>["heatMap"];
  const idle = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
  const scrolled = async () => {
    for (let line = 0; line < 4000; line += 40) {
      editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
      await idle(40);
    }
  };
  const typed = async () => {
    for (let i = 0; i < 60; i++) {
      await editor.edit((edit) => edit.insert(new vscode.Position(8000, i), "x"));
      await idle(40);
    }
  };

  before(async () => {
    state = (await tokensieveApi()).heatMap;
    const uri = await files.write("megabyte.txt", TEXT);
    editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await idle(3000);
  });
  after(async () => {
    if (state() !== undefined) await vscode.commands.executeCommand("tokensieve.toggleHeatMap");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("without the heat map", async () => {
    printTurns("at rest", await turnsDuring(() => idle(5000)));
    printTurns("scrolling", await turnsDuring(scrolled));
    printTurns("typing", await turnsDuring(typed));
  });
  it("with the heat map", async () => {
    await vscode.commands.executeCommand("tokensieve.toggleHeatMap");
    await waitFor("the first characters", () => (state()?.scored ?? 0) > 0);
    printTurns("scoring", await turnsDuring(() => idle(15_000)));
    printTurns("scoring and scrolling", await turnsDuring(scrolled));
    printTurns("scoring and typing", await turnsDuring(typed));
  });
});
