import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { useWorkbench } from "./driver.ts";

const shipped = (name: string) =>
  readFile(join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars", name, `${name}.ebnf`), "utf8");

describe("the Mask Explorer", () => {
  const window = useWorkbench({ width: 1400, height: 900 });
  let view: FrameLocator;

  const reads = async (selector: string, expected: string | RegExp) => {
    let text = "";
    for (let tries = 0; tries < 200; tries++) {
      text = (await view.locator(selector).first().textContent()) ?? "";
      if (typeof expected === "string" ? text === expected : expected.test(text)) return;
      await window().page.waitForTimeout(100);
    }
    assert.fail(`${selector} still reads ${JSON.stringify(text)}`);
  };
  /// The group beside the explorer's, which shows `name`.
  const focusFirstGroup = async (name: string) => {
    await window().runCommand("View: Focus First Editor Group");
    await window().page.locator(`.monaco-editor.focused[data-uri$="${name}"]`).waitFor();
  };
  const strip = () => view.locator(".strip .t:not(.end)").allTextContents();

  it("asks for a grammar where the document has none, and takes a shipped one", async () => {
    const workbench = window();
    await workbench.openFile("text.txt");
    await workbench.runCommand("Tokensieve: Open Mask Explorer");
    view = await workbench.webview(".strip");
    await reads(".cover", /^No grammar/);
    await view.locator(".cover vscode-button", { hasText: "Select Grammar" }).click();
    await workbench.pick("JSON", "JSON");
    await reads(".grammar-name", "JSON");
    await view.locator(".list .row.group").first().waitFor();
  });

  it("types a text, steps, and says why a token is refused", async () => {
    await view.locator("vscode-dropdown").click();
    await view.locator("vscode-option", { hasText: "o200k_base" }).click();
    await view.locator("textarea").fill('{"a": tr');
    await reads(".forced", "ue");
    assert.deepEqual(await strip(), ['{"', "a", '":', "·tr"]);
    await reads(".stack .chain", "value‹object‹root");
    await view.locator("button.step.words").click();
    await reads(".state-line .place", "after 5 of 5 tokens");
    assert.equal(await view.locator("textarea").inputValue(), '{"a": true');
    await view.locator("button.step", { hasText: "‹" }).click();
    await reads(".forced", "ue");

    await view.locator("button.filter", { hasText: /^Refused / }).click();
    await view.locator("vscode-text-field input").fill("#373");
    await view.locator(".list .row.token", { hasText: "un" }).click();
    await reads(".why .sentence", "The grammar takes 1 of its 2 bytes and dies at n (6e).");
    assert.deepEqual(await view.locator(".why .chip").allTextContents(), ["e"]);
    await reads(".why .chain", "value‹object‹root");
  });

  it("leads from a rule to its place in the grammar", async () => {
    const workbench = window();
    await view.locator(".stack .rule", { hasText: "object" }).click();
    const editor = workbench.page.locator('.monaco-editor[data-uri$="json.ebnf"]');
    await editor.locator(".selected-text").first().waitFor();
    assert.equal(await editor.locator(".active-line-number").textContent(), "6");
    assert.match((await shipped("json")).split("\n")[5]!, /^object ::=/);
  });

  it("goes on where it was after another editor covered it", async () => {
    const workbench = window();
    const tab = workbench.page.locator(".tab", { hasText: "Mask Explorer" });
    await tab.click();
    // Until the view has the focus: it would take it from the palette.
    const focused = () => view.locator("body").evaluate(() => document.hasFocus());
    for (let tries = 0; tries < 100 && !(await focused()); tries++) await workbench.page.waitForTimeout(100);
    await workbench.runCommand("File: New Untitled Text File");
    await workbench.page.locator(".tab.active", { hasText: "Untitled" }).waitFor();
    await tab.click();
    view = await workbench.webview(".strip");
    await reads(".state-line .place", "after 4 of 5 tokens");
    await reads(".grammar-name", "JSON");
    assert.equal(await view.locator("textarea").inputValue(), '{"a": true');
    await reads(".why .sentence", "The grammar takes 1 of its 2 bytes and dies at n (6e).");
    // Nothing in it was clicked: what is typed is its text.
    await workbench.page.keyboard.type("}");
    await reads(".state", /\bcomplete$/);
    assert.equal(await view.locator("textarea").inputValue(), '{"a": true}');
  });

  it("opens on a grammar file, follows its edits, and shows where it is broken", async () => {
    const workbench = window();
    await workbench.writeFile("list.ebnf", await shipped("csv"));
    await focusFirstGroup("json.ebnf");
    await workbench.openFile("list.ebnf");
    await workbench.page.locator('.editor-actions [aria-label^="Open Mask Explorer"]').first().click();
    await reads(".grammar-name", "list.ebnf");
    await view.locator("textarea").fill("");
    await reads(".state", /complete$/);
    await focusFirstGroup("list.ebnf");
    await workbench.press("ControlOrMeta+a");
    await workbench.type('root ::= "one" oops');
    await reads(".cover", /^1:16: the rule "oops" is not defined/);
    await workbench.press("ControlOrMeta+a");
    await workbench.type('root ::= "one"');
    await reads(".forced", "one");
    await workbench.runCommand("File: Revert File");
  });
});
