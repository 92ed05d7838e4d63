import assert from "node:assert/strict";
import Ajv from "ajv";
import * as vscode from "vscode";
import { completeAndAccept, openAtBar, tokensieveApi, workspaceFiles } from "./editing.ts";

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 8 },
    mode: { enum: ["standby", "active"] },
    port: { type: "integer" },
  },
  required: ["name", "mode", "port"],
  additionalProperties: false,
};

describe("inline completions", () => {
  const files = workspaceFiles();
  before(async () => {
    await tokensieveApi();
    await files.write("completion.schema.json", JSON.stringify(schema));
  });

  it("continues a JSON file to what its $schema allows", async () => {
    const uri = await files.write(
      "forced.json",
      '{\n  "$schema": "./completion.schema.json",\n  "name": "api",\n  "mode": "st|',
    );
    const text = await completeAndAccept(await openAtBar(uri));
    assert.ok(text.includes('"mode": "standby"'), text);
  });

  it("does not repeat the text after the cursor, and leaves a valid document", async () => {
    const uri = await files.write(
      "hole.json",
      '{\n  "$schema": "./completion.schema.json",\n  "name": "api",\n  "mode": "|",\n  "port": 80\n}\n',
    );
    const text = await completeAndAccept(await openAtBar(uri));
    const { $schema, ...value } = JSON.parse(text);
    assert.equal($schema, "./completion.schema.json");
    const validate = new Ajv().compile(schema);
    assert.ok(validate(value), JSON.stringify(validate.errors));
  });

  it("offers nothing where the text before the cursor violates the schema, unless the setting says so", async () => {
    const uri = await files.write(
      "violation.json",
      '{\n  "$schema": "./completion.schema.json",\n  "nome": "|"\n}\n',
    );
    const editor = await openAtBar(uri);
    const before = editor.document.getText();
    await vscode.commands.executeCommand("tokensieve.completeHere");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    assert.equal(editor.document.getText(), before);
  });

  it("completes code that has no grammar", async () => {
    const uri = await files.write("loop.ts", "const items = [1, 2, 3];\nfor (let i = 0; i < |");
    const text = await completeAndAccept(await openAtBar(uri));
    assert.ok(text.startsWith("const items = [1, 2, 3];\nfor (let i = 0; i < "));
  });

  it("is one undo step", async () => {
    const uri = await files.write(
      "undo.json",
      '{\n  "$schema": "./completion.schema.json",\n  "name": "api",\n  "mode": "ac|',
    );
    const editor = await openAtBar(uri);
    const before = editor.document.getText();
    assert.ok((await completeAndAccept(editor)).includes("active"));
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), before);
  });

  it("takes the grammar a setting maps the language to", async () => {
    const configuration = vscode.workspace.getConfiguration("tokensieve");
    await configuration.update(
      "completion.grammars",
      { plaintext: "semver" },
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const uri = await files.write("version.txt", "1.2|");
      const text = await completeAndAccept(await openAtBar(uri));
      assert.match(text, /^1\.2\d*(\.\d|$)/);
    } finally {
      await configuration.update("completion.grammars", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it("comes from a bundled model that a setting names", async () => {
    const configuration = vscode.workspace.getConfiguration("tokensieve");
    await configuration.update("model.path", "tokensieve-mini-spm", vscode.ConfigurationTarget.Global);
    try {
      const uri = await files.write("other-model.ts", "const names = ['a'];\nfor (let i = 0; i < |");
      const text = await completeAndAccept(await openAtBar(uri));
      assert.ok(text.startsWith("const names = ['a'];\nfor (let i = 0; i < "));
    } finally {
      await configuration.update("model.path", undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
