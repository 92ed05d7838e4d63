import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { useWorkbench } from "./driver.ts";

describe("FIM Healing", () => {
  const window = useWorkbench({ width: 1400, height: 900 });
  let view: FrameLocator;

  const line = async () =>
    (await window().page.locator('.monaco-editor[data-uri$="half.ts"] .view-line').first().textContent()) ??
    "";
  const lineReads = async (expected: string) => {
    for (let tries = 0; tries < 200; tries++) {
      if ((await line()).replaceAll("\u00a0", " ") === expected) return;
      await window().page.waitForTimeout(50);
    }
    assert.fail(`the line still reads ${await line()}`);
  };

  it("completes at the cursor in four ways, and applies one as an edit that can be undone", async () => {
    const workbench = window();
    await workbench.writeFile("half.ts", "const value = JSON.pae(text);\n");
    await workbench.openFile("half.ts");
    await workbench.goTo(1, 22);
    await workbench.runCommand("Tokensieve: Show FIM Healing");
    view = await workbench.webview(".strip");
    await view.locator(".arm:not(.waiting)").nth(3).waitFor();
    assert.equal(await view.locator(".head .document").textContent(), "half.ts");
    assert.equal(await view.locator(".head .at").textContent(), "line 1, column 22");
    const arm = view.locator(".arm", { hasText: "suffix ranking" });
    assert.equal(await arm.locator("ins").textContent(), "rs");
    await arm.locator("vscode-button").click();
    await lineReads("const value = JSON.parse(text);");
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.press("ControlOrMeta+z");
    await lineReads("const value = JSON.pae(text);");
  });
});
