// Compare Engines from the questions it asks to the places its report leads to.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useWorkbench } from "./driver.ts";

describe("Compare Engines", () => {
  const window = useWorkbench();

  it("reports why an engine refuses a grammar, and leads to the place", async () => {
    const workbench = window();
    const { page } = workbench;
    const example = join(process.env.TOKENSIEVE_ROOT ?? ".", "examples/calculator.lark");
    await workbench.writeFile("calculator.lark", await readFile(example, "utf8"));
    await workbench.openFile("calculator.lark");
    await workbench.runCommand("Tokensieve: Compare Engines…");
    await page.locator(".quick-input-list", { hasText: "Type a Text" }).waitFor();
    await workbench.quickInput().press("Enter");
    await page.locator(".quick-input-list", { hasText: "o200k_base" }).waitFor();
    await workbench.quickInput().press("Enter");

    const report = await workbench.webview(".verdict");
    assert.match((await report.locator(".verdict").textContent()) ?? "", /XGrammar refuses this grammar/);
    await report.locator("a", { hasText: "line 7, column 7" }).click();
    await page.locator(".statusbar-item", { hasText: "Ln 7, Col 10 (3 selected)" }).waitFor();
  });
});
