// What examples/README.md tells a newcomer to do first.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useWorkbench } from "./driver.ts";

const example = (name: string) =>
  readFile(join(process.env.TOKENSIEVE_ROOT ?? ".", "examples", name), "utf8");

describe("the first step of the sample workspace", () => {
  const window = useWorkbench();

  it("completes service.json, and with Tab the file becomes valid JSON", async () => {
    const workbench = window();
    await workbench.writeFile("schemas/service.schema.json", await example("schemas/service.schema.json"));
    await workbench.writeFile("service.json", await example("service.json"));
    await workbench.writeFile(".vscode/settings.json", await example(".vscode/settings.json"));
    await workbench.openFile("service.json");
    await workbench.goTo(16, 17);
    await workbench.type('"');
    await workbench.ghostText();
    await workbench.press("Tab");
    await workbench.save();
    const { endpoints } = JSON.parse(await workbench.readFile("service.json"));
    assert.equal(endpoints.length, 2);
    assert.ok(["GET", "POST", "PUT", "PATCH", "DELETE"].includes(endpoints[1].method), endpoints[1].method);
  });
});
