import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openAtBar, tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

describe("Continue With Model Ensemble", () => {
  const files = workspaceFiles();
  before(() => tokensieveApi());

  const bundled = ["tokensieve-mini", "tokensieve-mini-spm"].map(
    (name) =>
      vscode.Uri.joinPath(
        vscode.extensions.getExtension("tokensieve.tokensieve")!.extensionUri,
        "models",
        `${name}.gguf`,
      ).fsPath,
  );
  const write = (given: object) =>
    vscode.commands.executeCommand<string | undefined>("tokensieve.continueWithEnsemble", {
      models: bundled,
      maxBytes: 20,
      ...given,
    });

  for (const method of ["mixture", "product", "fusion"]) {
    it(`${method}: writes at the cursor, and one undo takes it back`, async () => {
      const editor = await openAtBar(await files.write("ensemble.ts", "export function add(|\n// after"));
      const text = await write({ method });
      assert.ok(text && text.length > 0);
      assert.equal(editor.document.getText(), `export function add(${text}\n// after`);
      await vscode.commands.executeCommand("undo");
      assert.equal(editor.document.getText(), "export function add(\n// after");
    });
  }

  it("asks for the models, those of the last time chosen beforehand", async () => {
    const editor = await openAtBar(await files.write("asked.ts", "const answer = |"));
    let written: string | undefined;
    let done = false;
    const running = vscode.commands.executeCommand("tokensieve.continueWithEnsemble", { maxBytes: 4 });
    void running.then((text) => {
      written = text as string | undefined;
      done = true;
    });
    // There is no API to ask whether the list is shown; accepting is a no-op until it is.
    await waitFor("the models to be accepted", async () => {
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      return done || editor.document.getText() !== "const answer = ";
    });
    await running;
    assert.equal(editor.document.getText(), `const answer = ${written}`);
    assert.equal(Buffer.byteLength(written!), 4);
  });

  it("keeps to the document's grammar, which has read the document", async () => {
    const editor = await openAtBar(
      await files.write("ensemble-paint.json", '{ "$schema": "./schemas/paint.schema.json", "color": "m|'),
    );
    const text = await write({ maxBytes: 40 });
    assert.match(text!, /^agenta"/);
    const start = '{ "$schema": "./schemas/paint.schema.json", "color": "m';
    assert.equal(editor.document.getText(), `${start}${text}`);
  });

  it("says where the document leaves its grammar, and inserts nothing", async () => {
    const start = '{ "$schema": "./schemas/paint.schema.json", "color": "blue", ';
    const editor = await openAtBar(await files.write("ensemble-blue.json", `${start}|`));
    assert.equal(await write({ maxBytes: 40 }), undefined);
    assert.equal(editor.document.getText(), start);
  });

  it("inserts nothing where the ensemble is none", async () => {
    const editor = await openAtBar(await files.write("untouched.ts", "const a|"));
    for (const given of [
      { weights: [1] },
      { models: bundled.slice(1) },
      { models: ["none.gguf", bundled[0]] },
    ]) {
      assert.equal(await write(given), undefined);
      assert.equal(editor.document.getText(), "const a");
    }
  });
});
