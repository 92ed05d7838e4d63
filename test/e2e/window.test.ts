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
});
