import assert from "node:assert/strict";
import * as vscode from "vscode";

const id = "tokensieve.tokensieve";

interface ContributedCommand {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
}

describe("commands", () => {
  const commands = [
    "tokensieve.generateUnderGrammar",
    "tokensieve.continueWithEnsemble",
    "tokensieve.completeHere",
    "tokensieve.selectModel",
    "tokensieve.selectGrammar",
    "tokensieve.validateDocument",
    "tokensieve.compareEngines",
    "tokensieve.showTokens",
    "tokensieve.openMaskExplorer",
    "tokensieve.showByteProbabilities",
    "tokensieve.copyByteProbabilitiesAsCsv",
    "tokensieve.copyByteProbabilitiesAsJson",
    "tokensieve.showLog",
    "tokensieve.restartEngine",
    "tokensieve.toggleCompletions",
  ];
  let contributed: readonly ContributedCommand[] = [];
  let registered: readonly string[] = [];

  before(async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension);
    await extension.activate();
    contributed = extension.packageJSON.contributes?.commands ?? [];
    registered = await vscode.commands.getCommands(true);
  });

  for (const command of commands) {
    it(`${command} is contributed under Tokensieve and registered`, () => {
      const entry = contributed.find((one) => one.command === command);
      assert.ok(entry, "it is not in package.json");
      assert.equal(entry.category, "Tokensieve");
      assert.ok(registered.includes(command), "nothing registers it");
    });
  }

  it("registers every command that package.json contributes", () => {
    assert.deepEqual(
      contributed.map((one) => one.command).filter((command) => !registered.includes(command)),
      [],
    );
  });
});
