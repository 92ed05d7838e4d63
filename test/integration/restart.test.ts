import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openAtBar, tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

describe("the core process", () => {
  const files = workspaceFiles();
  const generate = (regex: string, more: object = {}) =>
    vscode.commands.executeCommand<string | undefined>("tokensieve.generateUnderGrammar", {
      grammar: { kind: "regex", text: regex },
      prompt: "",
      target: "cursor",
      temperature: 0,
      ...more,
    });

  it("killed in the middle of a generation: the text is kept, the next request is served", async () => {
    const { coreProcessId } = await tokensieveApi();
    const editor = await openAtBar(await files.write("killed.txt", "kept |"));
    // More than any machine generates before the kill arrives.
    const running = generate("[a-z ]{1000000}", { maxTokens: 1_000_000 });
    await waitFor("some text", () => editor.document.getText().length > "kept ".length);
    const killed = coreProcessId();
    assert.ok(killed !== undefined);
    process.kill(killed, "SIGKILL");
    assert.equal(await running, undefined);
    assert.ok(editor.document.getText().startsWith("kept "));

    const before = editor.document.getText();
    const text = await generate("ready");
    assert.equal(text, "ready");
    assert.ok(editor.document.getText().includes(`${before.slice(0, 5)}`));
    assert.notEqual(coreProcessId(), killed);
  });

  it("restarts on command", async () => {
    const { coreProcessId } = await tokensieveApi();
    await openAtBar(await files.write("restart.txt", "|"));
    await generate("a");
    const first = coreProcessId();
    await vscode.commands.executeCommand("tokensieve.restartEngine");
    assert.equal(await generate("b"), "b");
    assert.notEqual(coreProcessId(), first);
  });
});
