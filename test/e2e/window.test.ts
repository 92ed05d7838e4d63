import assert from "node:assert/strict";
import { useWorkbench } from "./driver.ts";

describe("the window", () => {
  const window = useWorkbench();

  it("opens, edits and saves a file", async () => {
    const workbench = window();
    await workbench.writeFile("edited.txt", "one\n");
    await workbench.openFile("edited.txt");
    await workbench.goTo(2, 1);
    await workbench.type("two");
    await workbench.save();
    assert.equal(await workbench.readFile("edited.txt"), "one\ntwo");
  });

  it("runs the extension without a failure of its own", async function () {
    const workbench = window();
    await workbench.openFile("text.txt");
    await workbench.statusItem("tokensieve.status").waitFor();
    await workbench.runCommand("Developer: Show Running Extensions");
    const row = workbench.page.locator(".runtime-extensions-editor .extension", { hasText: "Tokensieve" });
    const time = row.locator(".activation-time");
    await time.filter({ hasText: /\d/ }).waitFor();
    // Reported, not judged: the figure is the machine's as much as ours.
    this.test!.title += ` (${(await time.textContent())?.trim()})`;
    assert.deepEqual(await row.locator(".codicon-bug").count(), 0);
    assert.deepEqual(await workbench.notifications(), []);
  });
});
