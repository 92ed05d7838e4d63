import assert from "node:assert/strict";
import { useWorkbench } from "./driver.ts";

const schema = {
  type: "object",
  properties: { color: { enum: ["magenta", "turquoise"] }, coats: { enum: [1, 2, 3] } },
  required: ["color", "coats"],
  additionalProperties: false,
};

describe("a completion under a schema", () => {
  const window = useWorkbench();

  it("shows as grey text while typing, is accepted with Tab, and leaves a valid file", async () => {
    const workbench = window();
    await workbench.writeFile("e2e.schema.json", JSON.stringify(schema));
    await workbench.writeFile(
      "wall.json",
      '{\n  "$schema": "./e2e.schema.json",\n  "color": ,\n  "coats": 2\n}\n',
    );
    await workbench.openFile("wall.json");
    await workbench.goTo(3, 12);
    await workbench.type('"t');
    const offered = await workbench.ghostText();
    assert.ok("turquoise".endsWith(offered.replace(/"$/, "")), offered);
    await workbench.press("Tab");
    await workbench.save();
    const { $schema, ...value } = JSON.parse(await workbench.readFile("wall.json"));
    assert.deepEqual(value, { color: "turquoise", coats: 2 });
  });

  it("offers nothing where the text leaves the schema, and the status item says where", async () => {
    const workbench = window();
    await workbench.writeFile("wrong.json", '{\n  "$schema": "./e2e.schema.json",\n  "colour": \n}\n');
    await workbench.openFile("wrong.json");
    await workbench.goTo(3, 13);
    await workbench.type('"');
    await workbench.statusItem("tokensieve.status").locator(".codicon-warning").waitFor();
    const label = await workbench.statusItem("tokensieve.status").locator("a").getAttribute("aria-label");
    assert.match(label ?? "", /line 3, column 8/);
  });

  it("asked for by the command, says why there is none", async () => {
    const workbench = window();
    await workbench.runCommand("Tokensieve: Complete Here");
    await workbench.notification(/leaves the grammar at line 3, column 8/).waitFor();
    await workbench.dismissNotifications();
    await workbench.writeFile("lost.json", '{\n  "$schema": "./nowhere.schema.json",\n  "color": \n}\n');
    await workbench.openFile("lost.json");
    await workbench.goTo(3, 12);
    await workbench.runCommand("Tokensieve: Complete Here");
    await workbench.notification("nowhere.schema.json does not exist").waitFor();
    await workbench.dismissNotifications();
  });
});
