import assert from "node:assert/strict";
import * as vscode from "vscode";

const id = "tokensieve.tokensieve";

describe("activation", () => {
  it("finds the extension under development", () => {
    assert.ok(vscode.extensions.getExtension(id), `${id} is not installed in this VS Code`);
  });

  it("is lazy: opening the window does not activate it", () => {
    const events: readonly string[] = vscode.extensions.getExtension(id)?.packageJSON.activationEvents ?? [];
    assert.deepEqual(
      events.filter((event) => event === "*" || event === "onStartupFinished"),
      [],
    );
  });

  it("activates", async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension);
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
