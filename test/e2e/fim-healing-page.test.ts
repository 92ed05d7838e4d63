// The FIM Healing view on a page of its own (test/webview): the real webview, the real host side, core and model,
// with a text in the test's hands.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { writeBlankModel } from "../support/blank-model.ts";
import { HealingHostInHand } from "../webview/healing-host.ts";
import type { HealingHarness } from "../webview/healing-page.ts";
import { connect, kernelCore } from "../webview/hosts.ts";
import { useServedPages } from "../webview/served-pages.ts";

declare const window: Window & { harness: HealingHarness };

describe("the FIM Healing page", () => {
  const pages = useServedPages("fim-healing-page");
  const core = kernelCore();
  const folder = mkdtempSync(join(tmpdir(), "fim-healing-"));
  let page: Page;
  let inHand: HealingHostInHand;
  const problems: string[] = [];

  after(async () => {
    await core.dispose();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    problems.length = 0;
    page = await pages.newPage({ width: 1100, height: 820 });
    inHand = new HealingHostInHand(core);
    page.on("pageerror", (error) => problems.push(error.message));
    await connect(page, inHand);
  });

  afterEach(async () => {
    const violations = await page.evaluate(() => window.harness.view.violations);
    await page.close();
    inHand.dispose();
    assert.deepEqual([...violations, ...problems], []);
  });

  const frame = (): Frame => page.frames()[1]!;
  const show = async (text: string | undefined) => {
    inHand.editor.open(text);
    await page.goto(pages.url("healing.html"));
    await page.waitForFunction(() => window.harness !== undefined);
  };
  const text = async (selector: string) => (await frame().locator(selector).first().textContent()) ?? "";
  const reads = async (selector: string, expected: string | RegExp) => {
    let seen = "";
    for (let tries = 0; tries < 300; tries++) {
      seen = await text(selector).catch(() => "");
      if (typeof expected === "string" ? seen === expected : expected.test(seen)) return;
      await page.waitForTimeout(50);
    }
    assert.fail(`${selector} still reads ${JSON.stringify(seen)}`);
  };
  /// All four columns are there.
  const done = () => frame().locator(".arm:not(.waiting) .facts dt").nth(12).waitFor();
  const added = () => frame().locator(".arm .completion ins").allTextContents();

  it("shows tokens, covers and four completions, and which joins best", async () => {
    await show("const value = JSON.pa|e(text);\n");
    await done();
    await reads(".head .document", "src/sample.ts");
    assert.equal(await text(".head .at"), "line 1, column 22");
    assert.deepEqual(await frame().locator(".strip .taken").allTextContents(), [".p", "a"]);
    assert.equal(await text(".edges .facts dd code"), ".pa");
    assert.match(await text(".covers .chips"), /^\.pa/);
    const rows = await frame().locator(".covers .share .number").allTextContents();
    assert.ok(rows.length > 2);
    assert.equal((await added()).at(-1), "rs");
    assert.equal(await text(".badge.good"), "joins best");
    assert.match(await text(".asked"), /^Tokensieve Mini is better at going on/);
  });

  it("applies by key and by button, and refuses what is out of date or may not be written", async () => {
    await show("const value = JSON.pa|e(text);\n");
    await done();
    await frame().locator("button.refresh").press("4");
    await reads(".said", "Applied: rs");
    assert.equal(inHand.editor.text, "const value = JSON.pars|e(text);\n");

    inHand.editor.isReadOnly = true;
    await reads(".head .at", "line 1, column 24");
    await done();
    const button = frame().locator(".arm vscode-button:not([disabled])").first();
    await button.click();
    await reads(".said", /may not be written/);

    // The host does not follow the cursor: the view goes on to show what was.
    await frame().locator("button.follow").click();
    inHand.editor.open("let other = |1;\n");
    await reads(".stale-note:not([hidden])", /has changed/);
    await button.click();
    await reads(".said.refused", /has changed since/);
    assert.equal(inHand.editor.text, "let other = |1;\n");
    await frame().locator("button.refresh").click();
    await reads(".head .at", "line 1, column 13");
  });

  it("says what is the matter with the text", async () => {
    await show(undefined);
    await reads(".cover .notice-title", "No text");
    inHand.editor.open("|");
    await reads(".banner .notice-title", /^The document is empty/);
    inHand.editor.hasSelection = true;
    inHand.editor.leftOut = 70;
    inHand.editor.open("const s = '\ud83d|';\n");
    await reads(".banner .notice-title", /^The selection stays/);
    assert.match(await text(".banner"), /70 characters farther.*no text.*U\+FFFD/s);
    inHand.editor.hasSelection = false;
    inHand.editor.leftOut = 0;
    inHand.editor.open(`${"const alpha = beta(1);\n".repeat(600)}const gam|ma = 1;\n`);
    await reads(".banner .notice-title", /do not fit the model's context of 1024 tokens/);
  });

  it("works under a grammar, and says where the text leaves it", async () => {
    inHand.editor.grammar = {
      label: "test.ebnf",
      ref: { engine: "tokensieve", source: { kind: "ebnf", text: 'root ::= "a = " ("one" | "other") ";"' } },
    };
    await show("a = o|;");
    await done();
    await reads(".grammar-name", "Grammar: test.ebnf");
    for (const one of await added()) assert.match(one, /^(ne|ther)$/);
    inHand.editor.open("b = o|;");
    await reads(".banner .notice-title", /leaves the grammar at line 1, column 1/);
  });

  it("says what a model is asked that cannot fill in, and which is no model", async () => {
    const file = join(folder, "letters.gguf");
    writeBlankModel(file, ["<|end|>", ..."abcdefghijklmnopqrstuvwxyz", "Ġ", "Ċ"]);
    inHand.core.model = { file, gpu: "cpu" };
    await show("let ab|cd");
    await reads(".asked", /^Blank has no tokens to fill in with/);
    inHand.core.changeModel({ file: join(folder, "none.gguf"), gpu: "cpu" });
    await reads(".cover .notice-title", /none\.gguf/);
    await frame().locator(".cover vscode-button", { hasText: "Select Model" }).click();
    for (let tries = 0; tries < 100 && inHand.core.acted.length === 0; tries++) await page.waitForTimeout(20);
    assert.deepEqual(inHand.core.acted, ["select-model"]);
  });

  it("cancels, and survives the death of the core", async () => {
    inHand.core.holdAfter = 2;
    await show("const value = JSON.pa|e(text);\n");
    await frame().locator(".arm:not(.waiting)").first().waitFor();
    await frame().locator("button.cancel").click();
    await reads(".banner .notice-title", /^Cancelled/);
    inHand.core.holdAfter = Number.POSITIVE_INFINITY;
    await frame().locator(".banner vscode-button", { hasText: "Refresh" }).click();
    await done();
    inHand.core.dies = true;
    await frame().locator("button.refresh").click();
    await reads(".cover .notice-title", "Completing failed");
    await frame().locator(".cover vscode-button", { hasText: "Try Again" }).click();
    await done();
    inHand.core.setServiceState("stopped");
    await reads(".cover .notice-title", "The engine does not run");
    await frame().locator(".cover vscode-button", { hasText: "Restart" }).click();
    await done();
  });
});
