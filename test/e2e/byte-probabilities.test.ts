import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { useWorkbench } from "./driver.ts";

describe("Byte Probabilities", () => {
  const window = useWorkbench({ width: 1400, height: 900 });
  let view: FrameLocator;

  const reads = async (selector: string, expected: string | RegExp) => {
    let text = "";
    for (let tries = 0; tries < 600; tries++) {
      text = (await view.locator(selector).first().textContent()) ?? "";
      if (typeof expected === "string" ? text === expected : expected.test(text)) return;
      await window().page.waitForTimeout(100);
    }
    assert.fail(`${selector} still reads ${JSON.stringify(text)}`);
  };
  const settled = () => view.locator(".place-pane:not(.stale) .place-body:not([hidden])").waitFor();

  it("opens beside the editor, and shows what may come at its cursor", async () => {
    const workbench = window();
    await workbench.writeFile("url.ts", 'const url = "https://example.org/";\n');
    await workbench.openFile("url.ts");
    await workbench.goTo(1, 20);
    await workbench.runCommand("Tokensieve: Show Byte Probabilities");
    view = await workbench.webview(".place-body:not([hidden])");
    await reads(".where", "Byte 20 of 36");
    await settled();
    assert.equal(await view.locator(".text-name").textContent(), "url.ts");
    assert.match((await view.locator(".model-name").textContent())!, /^tokensieve-mini\.gguf \(bundled\)$/);
    // The prompt ends inside of `://`: what follows is sure, but not to who tokenized it.
    assert.match((await view.locator(".follows").first().textContent())!, /^\/.*2f/);
    assert.ok(Number(await view.locator(".variation-value").textContent()) > 0.3);
    await reads(".tools", /evaluations/);
  });

  it("follows the cursor, typing and its own keys", async () => {
    const workbench = window();
    await workbench.press("ArrowRight");
    await reads(".where", "Byte 21 of 36");
    await workbench.type("x");
    await reads(".where", "Byte 22 of 37");
    await reads(".totals", /37 of 37 bytes$/);
    await view.locator(".strip .u").nth(2).click();
    await reads(".where", "Byte 3 of 37");
    await workbench.press("End");
    await reads(".where", "Byte 37 of 37");
    await workbench.press("Home");
    await workbench.press("Control+ArrowRight");
    await reads(".where", "Byte 6 of 37");
    await workbench.press("Enter");
    await workbench.page.locator(".monaco-editor.focused[data-uri$='url.ts']").waitFor();
    await workbench.type("_");
    await reads(".totals", /38 of 38 bytes$/);
    await reads(".strip", /^const_·url/);
    await workbench.runCommand("File: Revert File");
    await reads(".totals", /36 of 36 bytes$/);
  });

  it("shows what the document's schema leaves of it", async () => {
    const workbench = window();
    await workbench.openFile("paint.json");
    await workbench.press("Control+End");
    await reads(".text-name", "paint.json");
    await reads(".grammar-section .section-head", /paint\.schema\.json/);
    await view.locator(".grammar-body .mass-line, .grammar-body .error").first().waitFor();
    await view.locator(".key.grammar, .grammar-body .error").first().waitFor();
  });

  it("goes on with the last editor while it has the keyboard, and says when there is none", async () => {
    const workbench = window();
    await view.locator(".strip").click();
    await workbench.page.waitForTimeout(500);
    await reads(".text-name", "paint.json");
    await workbench.press("Escape");
    await workbench.page.locator(".monaco-editor.focused").waitFor();
    await workbench.runCommand("View: Close All Editors in Group");
    await reads(".cover", /^No text editor/);
  });
});
