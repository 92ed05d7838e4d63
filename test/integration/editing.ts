import * as vscode from "vscode";
import type { TokensieveApi } from "../../src/extension/main.ts";

/// Activates the extension and returns its API.
export async function tokensieveApi(): Promise<TokensieveApi> {
  const extension = vscode.extensions.getExtension<TokensieveApi>("tokensieve.tokensieve");
  if (!extension) throw new Error("the extension under test is not installed");
  return extension.activate();
}

const folder = () => vscode.workspace.workspaceFolders![0]!.uri;

/// Files of one suite in the workspace, removed after it.
export function workspaceFiles(): { write(name: string, text: string): Promise<vscode.Uri> } {
  const written: vscode.Uri[] = [];
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    for (const uri of written) await vscode.workspace.fs.delete(uri);
  });
  return {
    async write(name, text) {
      const uri = vscode.Uri.joinPath(folder(), name);
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      if (!written.some((other) => other.toString() === uri.toString())) written.push(uri);
      return uri;
    },
  };
}

/// Opens a file whose text has a `|` where the cursor shall be.
export async function openAtBar(uri: vscode.Uri): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  const offset = editor.document.getText().indexOf("|");
  if (offset >= 0) {
    const at = editor.document.positionAt(offset);
    await editor.edit((edit) => edit.delete(new vscode.Range(at, at.translate(0, 1))));
    editor.selection = new vscode.Selection(at, at);
  }
  return editor;
}

/// Waits until `condition` holds; fails with `what` if it does not for a minute.
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/// Asks for an inline completion at the cursor and accepts it; returns the document's text.
export async function completeAndAccept(editor: vscode.TextEditor): Promise<string> {
  const before = editor.document.getText();
  await vscode.commands.executeCommand("tokensieve.completeHere");
  // There is no API to ask whether ghost text is shown; accepting is a no-op until it is.
  await waitFor("a completion to accept", async () => {
    await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    return editor.document.getText() !== before;
  });
  return editor.document.getText();
}
