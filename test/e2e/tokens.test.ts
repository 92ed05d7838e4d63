import assert from "node:assert/strict";
import { useWorkbench } from "./driver.ts";

describe("the Tokens view", () => {
  const window = useWorkbench();

  it("shows the tokens of the document; a click selects a token's text in the editor", async () => {
    const workbench = window();
    await workbench.writeFile("greeting.txt", "hello brave new world\nsecond line 😀\n");
    await workbench.openFile("greeting.txt");
    await workbench.runCommand("Tokensieve: Show Tokens");
    const view = await workbench.webview(".t");
    const tokens = view.locator(".t");
    await tokens.filter({ hasText: "new" }).first().waitFor();
    assert.ok((await tokens.count()) >= 6);
    const text = (await tokens.allTextContents()).join("");
    assert.ok(!text.includes("\ufffd"), text);

    await view.locator(".t", { hasText: "new" }).first().click();
    const status = workbench.page.locator(".part.statusbar", { hasText: /\(\d+ selected\)/ });
    await status.waitFor();
  });

  it("follows the cursor of the editor", async () => {
    const workbench = window();
    await workbench.openFile("greeting.txt");
    await workbench.goTo(2, 3);
    const view = await workbench.webview(".t");
    const current = view.locator(".t.lit");
    await current
      .filter({ hasText: /^(se|sec|second|cond|on|nd)/ })
      .first()
      .waitFor();
  });

  it("keeps the text while another view has the focus", async () => {
    const workbench = window();
    await workbench.runCommand("Tokensieve: Open Mask Explorer");
    await workbench.page.locator(".tab.active", { hasText: "Mask Explorer" }).waitFor();
    const view = await workbench.webview(".t");
    assert.ok((await view.locator(".t:visible").count()) > 0);
    await workbench.runCommand("View: Close Editor");
  });

  it("changes the tokenizer, and with it the count", async () => {
    const workbench = window();
    const view = await workbench.webview(".t");
    const counts = async () => (await view.locator("body").textContent())?.match(/([\d,]+)\s*tokens/i)?.[1];
    const before = await counts();
    assert.ok(before !== undefined, "no count of tokens is shown");
    await view.locator("vscode-dropdown").click();
    await view.locator("vscode-option", { hasText: "o200k_base" }).click();
    for (let tries = 0; tries < 100 && (await counts()) === before; tries++)
      await workbench.page.waitForTimeout(100);
    assert.notEqual(await counts(), before);
  });
});
