// Byte Probabilities on a page of its own (test/webview): the real webview, the real host side, the real core with
// the bundled model; an editor and a grammar in the test's hands.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { InputError } from "../../src/base/diagnostic.ts";
import { BytesHost } from "../webview/bytes-host.ts";
import type { BytesHarness } from "../webview/bytes-page.ts";
import { connect, kernelCore } from "../webview/hosts.ts";
import { useServedPages } from "../webview/served-pages.ts";
import { ViewedPage } from "../webview/viewed-page.ts";

declare const window: Window & { harness: BytesHarness };

const TEXT = 'const url = "https://a.b/café";\n';
const LIST = 'root ::= "[" item ("," item)* "]"\nitem ::= [a-c]+\n';

class View extends ViewedPage {
  readonly host: BytesHost;

  constructor(page: Page, host: BytesHost) {
    super(page, 600);
    this.host = host;
  }

  /// Waits until the place with this caption has been answered.
  async isAt(where: string): Promise<void> {
    await this.reads(".where", where);
    await this.frame.locator(".place-pane:not(.stale) .place-body:not([hidden])").waitFor();
  }

  async scored(): Promise<void> {
    await this.reads(".tools", /evaluations/);
  }

  select(from: number, to = from): void {
    this.host.editor.setSelection({ from, to });
  }

  /// The rows of the distribution: what can be seen of their cells.
  rows(selector = ".distribution tbody tr"): Promise<string[][]> {
    return this.frame.locator(selector).evaluateAll((rows) =>
      rows.map((row) =>
        [...row.children].map((cell) =>
          [...cell.childNodes]
            .filter((node) => !(node instanceof Element && node.classList.contains("live")))
            .map((node) => node.textContent)
            .join(""),
        ),
      ),
    );
  }

  cover(expected: string | RegExp): Promise<void> {
    return this.reads(".cover:not([hidden])", expected);
  }

  button(selector: string, name: string | RegExp) {
    return this.frame.locator(`${selector} :is(button, vscode-button)`, { hasText: name }).first();
  }
}

describe("Byte Probabilities' page", () => {
  const pages = useServedPages("byte-probabilities-page");
  const core = kernelCore();
  let view: View;
  const problems: string[] = [];
  /// Log lines that the test is about.
  let expectedLog: RegExp | undefined;

  after(() => core.dispose());

  beforeEach(async () => {
    expectedLog = undefined;
    const page = await pages.newPage({ width: 1000, height: 800 });
    page.on("pageerror", (error) => problems.push(String(error)));
    const host = new BytesHost(core);
    host.editor.open("url.ts", TEXT);
    await connect(page, host);
    await page.goto(pages.url("bytes.html"));
    await page.waitForFunction(() => window.harness !== undefined);
    view = new View(page, host);
    await view.frame.locator(".head").waitFor();
  });

  afterEach(async () => {
    const violations = await view.page.evaluate(() => window.harness.view.violations);
    view.host.dispose();
    await view.page.close();
    assert.deepEqual(problems.splice(0), []);
    assert.deepEqual(violations, []);
    assert.deepEqual(
      view.host.log.filter((line) => !expectedLog?.test(line)),
      [],
    );
  });

  it("shows the document's bytes by their surprise, as they are found, and its tokens", async () => {
    await view.isAt(`Byte 1 of ${TEXT.length + 1}`);
    await view.scored();
    assert.equal(await view.text(".text-name"), "url.ts");
    assert.match(await view.text(".totals"), /^\d\.\d\d bits\/byte33 of 33 bytes$/);
    const units = await view.frame.locator(".strip .u:not(.end)").evaluateAll((all) =>
      all.map((unit) => ({
        text: unit.firstChild?.textContent,
        level: (unit as HTMLElement).dataset.level,
        bars: unit.querySelectorAll("i[data-level]").length,
        cut: unit.classList.contains("cut"),
      })),
    );
    assert.equal(units.map(({ text }) => text).join(""), TEXT.replaceAll(" ", "·").replace("\n", "⏎"));
    assert.ok(units.every(({ level }) => level !== undefined));
    // "é" has two bytes, and a bar for each.
    assert.deepEqual(
      units.filter(({ bars }) => bars > 0).map(({ text, bars }) => [text, bars]),
      [["é", 2]],
    );
    assert.ok(units[0]!.cut && !units[1]!.cut);
    // The byte that the model is surest of, and the first one, which nothing is known about.
    const levels = units.map(({ level }) => Number(level));
    assert.ok(levels[TEXT.indexOf("onst")]! < levels[0]!);
    await view.frame.locator(".head-tools .toggle").first().click();
    assert.equal(await view.frame.locator(".with-tokens").count(), 0);
  });

  it("shows what may come next, exact and naive, the covers behind it, and how it was computed", async () => {
    view.select(TEXT.indexOf("ttps"));
    await view.isAt(`Byte ${TEXT.indexOf("ttps") + 1} of 33`);
    const rows = await view.rows();
    const [first] = rows;
    assert.deepEqual(first!.slice(0, 2), ["t◂", "74"]);
    assert.match(first![3]!, /^\d+\.\d %$/);
    // Ten, some that the naive answer finds likely, and the rest together.
    assert.ok(rows.length >= 11 && rows.length <= 16, `${rows.length}`);
    assert.match(rows.at(-1)![0]!, /^\d+ others$/);
    // A word cut in two: the model thinks that the prompt ends with a token "h".
    const distance = Number((await view.text(".variation-value")).replace("<", ""));
    assert.ok(distance > 0.05, `${distance}`);
    assert.match(await view.text(".compare .chips"), /h\d+▏$/);
    const [cover] = await view.rows(".covers tbody tr");
    assert.match(cover![2]!, /h/);
    assert.ok((await view.frame.locator(".covers .beyond").count()) > 0);
    const facts = await view.text(".facts");
    assert.match(
      facts,
      /^mass that counts[\d.>]+ %of it not checked.+bytes covered anew\d+bytes of context read14model evaluations\d+time[\d.]+ m?s$/,
    );
    await view.frame.locator(".head-tools .segment", { hasText: "All" }).click();
    await view.reads(".facts", /^mass dropped.+no probability is off by more than.+/);
    await view.isAt(`Byte ${TEXT.indexOf("ttps") + 1} of 33`);
    assert.deepEqual((await view.rows())[0]!.slice(0, 2), ["t◂", "74"]);
  });

  it("scales bars, shows all symbols or few, with or without the naive ones", async () => {
    view.select(7);
    await view.isAt("Byte 8 of 33");
    const width = () =>
      view.frame
        .locator(".bar.exact")
        .nth(3)
        .evaluate((bar) => (bar as HTMLElement).style.width);
    const linear = Number.parseFloat(await width());
    await view.button(".next", "Log").click();
    assert.ok(Number.parseFloat(await width()) > linear);
    assert.equal(await view.text(".axis .tick.first"), "10⁻⁶");
    await view.button(".next", "Show All 257").click();
    assert.equal((await view.rows()).length, 257);
    assert.ok((await view.rows()).some(([symbol]) => symbol === "stop"));
    await view.button(".next", "Show Fewer").click();
    assert.ok((await view.rows()).length < 30);
    await view.button(".next", "Naive").click();
    assert.equal(await view.frame.locator(".bar.naive").count(), 0);
    assert.equal((await view.rows())[0]!.length, 5);
    await view.page.evaluate(() => window.harness.view.load());
    await view.isAt("Byte 8 of 33");
    assert.equal(await view.frame.locator(".bar.naive").count(), 0);
    assert.equal(await view.text(".axis .tick.first"), "10⁻⁶");
  });

  it("is driven by keys alone, and goes to the editor and back", async () => {
    const { keyboard } = view.page;
    const strip = view.frame.locator(".strip");
    await view.scored();
    await strip.focus();
    await keyboard.press("ArrowRight");
    await view.isAt("Byte 2 of 33");
    assert.match(
      (await strip.getAttribute("aria-valuetext"))!,
      /^o \(6f\), Byte 2 of 33, \d\.\d\d bits, token id \d+$/,
    );
    assert.equal(await strip.getAttribute("aria-valuenow"), "1");
    await view.reads(".live[role=status]", /^Next byte: o, \d+\.\d %, \d\.\d\d bits$/);
    await keyboard.press("Control+ArrowRight");
    await view.isAt("Byte 6 of 33");
    await keyboard.press("Control+ArrowLeft");
    await view.isAt("Byte 1 of 33");
    await keyboard.press("Control+End");
    await view.reads(".where", "After the last byte");
    await keyboard.press("ArrowLeft");
    await view.isAt("Byte 33 of 33");
    await keyboard.press("Home");
    await view.isAt("Byte 1 of 33");
    await keyboard.press("End");
    await view.isAt("Byte 33 of 33");
    // Inside of a character, byte by byte.
    view.select(TEXT.indexOf("é"));
    await view.isAt("Byte 29 of 33");
    await keyboard.press("ArrowRight");
    await view.isAt("Byte 30 of 33");
    assert.match(await view.text(".place-where"), /byte 2 of 2 of é/);
    await view.reads(".compare-body", /^Inside of a character no prompt can be tokenized/);
    assert.ok((await view.rows()).some(([symbol]) => symbol === "é◂"));
    await keyboard.press("p");
    await view.until(
      () => strip.getAttribute("aria-valuenow"),
      (value) => Number(value) < 29,
    );
    await keyboard.press("l");
    assert.equal(await view.text(".axis .tick.first"), "10⁻⁶");
    await keyboard.press("a");
    assert.equal((await view.rows()).length, 257);
    await keyboard.press("t");
    assert.equal(await view.frame.locator(".with-tokens").count(), 0);
    await keyboard.press("c");
    await view.reads(".live[role=status]", "Copied");
    assert.match(view.host.clipboard, /^symbol,byte,hex,p,bits,naive_p,grammar_p,follows\r\n/);
    await view.frame.locator(".head-tools .toggle", { hasText: "?" }).click();
    assert.match(await view.text(".help"), /Left and Right go a byte/);
    await strip.focus();
    const at = Number(await strip.getAttribute("aria-valuenow"));
    await keyboard.press("Enter");
    await view.until(
      async () => view.host.editorState?.selection.from,
      (from) => from === at,
    );
    assert.equal(view.host.editorState!.focused, 1);
    await keyboard.press("Escape");
    await view.until(
      async () => view.host.editorState?.focused,
      (focused) => focused === 2,
    );
  });

  it("follows the cursor and edits, and scores only what they change", async () => {
    await view.scored();
    view.select(6);
    await view.isAt("Byte 7 of 33");
    const { asked } = view.host.core;
    asked.length = 0;
    view.host.editor.edit(31, 31, "!", true);
    await view.isAt("Byte 34 of 34");
    await view.scored();
    await view.reads(".totals", /34 of 34 bytes$/);
    // "é" has two bytes: the edit is at byte 32.
    assert.ok(asked.includes("score 32"), String(asked));
    assert.ok(!asked.includes("score 0"));
    // Typing fast asks once.
    asked.length = 0;
    for (const key of "abcd") view.host.editor.edit(32, 32, key, true);
    await view.reads(".totals", /38 of 38 bytes$/);
    assert.ok(asked.filter((name) => name.startsWith("score")).length <= 3, String(asked));
  });

  it("shows a selection, and of a long document a part around the cursor, and says so", async () => {
    view.select(6, 9);
    await view.reads(".text-name", "url.ts:1");
    await view.reads(
      ".note",
      "The selection, 3 of 32 characters. The model reads the 6 bytes before them, too.",
    );
    assert.equal(await view.frame.locator(".strip .u:not(.end)").count(), 3);
    const long = Array.from({ length: 4000 }, (_, i) => `const value${i} = ${i};\n`).join("");
    view.host.editor.open("long.ts", long);
    view.select(50_000);
    await view.reads(
      ".note",
      /^Characters [\d,]+ to [\d,]+ of [\d,]+, around the cursor\. The model reads the \d+ bytes before them, too\.$/,
    );
    await view.reads(".text-name", /^long\.ts:\d+–\d+$/);
    const shown = await view.frame.locator(".strip .u").count();
    assert.ok(shown > 900 && shown < 1200, `${shown}`);
    // It begins and ends with a line.
    const strip = await view.text(".strip");
    assert.match(strip, /^const·value\d+·=·\d+;⏎/);
    await view.frame.locator(".place-pane:not(.stale) .place-body:not([hidden])").waitFor();
    const name = await view.text(".text-name");
    // A step inside of the part moves the place alone.
    view.select(50_030);
    await view.page.waitForTimeout(400);
    assert.equal(await view.text(".text-name"), name);
    view.select(50_000, 60_000);
    await view.reads(".note", /^The first 4,096 characters of the selection\./);
  });

  it("shows the distribution under the grammar, before and after", async () => {
    const { editor, grammars } = view.host;
    await view.reads(".grammar-body", /^This document has no grammar\./);
    await view.button(".grammar-body", "Select Grammar").click();
    await view.until(
      async () => grammars.selected,
      (count) => count === 1,
    );
    editor.open("list.txt", "[ab,x");
    grammars.use(LIST);
    view.select(3);
    await view.isAt("Byte 4 of 5");
    await view.reads(".grammar-section .section-head", /list\.ebnf/);
    assert.match(await view.text(".mass-line"), /%of the probability is allowed$/);
    assert.deepEqual(await view.frame.locator(".grammar-body .chip").allTextContents(), [",", "]", "a–c"]);
    const rows = await view.rows();
    const comma = rows.find(([symbol]) => symbol === ",◂")!;
    assert.match(comma.at(-1)!, /%$/);
    assert.ok(rows.some((row) => row.at(-1) === "✕"));
    // Where the text has left it.
    view.select(5);
    await view.reads(
      ".grammar-body",
      /^The text leaves the grammar at byte 4 of the document; expected there:a–c/,
    );
    await view.button(".grammar-body", "Go There").click();
    await view.isAt("Byte 5 of 5");
    grammars.use("root ::= oops");
    await view.reads(".grammar-body", /^The grammar cannot be used.*"oops" is not defined/);
    grammars.use(
      new InputError({ code: "x", severity: "error", message: "the schema is gone", hint: "Save it." }),
    );
    await view.reads(".grammar-body", "The grammar cannot be usedThe schema is gone. Save it.");
    grammars.use('root ::= "\u0001"');
    view.select(0);
    await view.isAt("Byte 1 of 5");
    await view.reads(".mass-line", /^[\d.e-]+( %)?of the probability is allowed$/);
  });

  it("copies the distribution and the text, as CSV and JSON", async () => {
    view.select(TEXT.indexOf("ttps"));
    await view.scored();
    await view.isAt(`Byte ${TEXT.indexOf("ttps") + 1} of 33`);
    await view.button(".next", "CSV").click();
    await view.frame.locator(".next .done").waitFor();
    const [head, first, ...rest] = view.host.clipboard.split("\r\n");
    assert.equal(head, "symbol,byte,hex,p,bits,naive_p,grammar_p,follows");
    assert.match(first!, /^t,116,0x74,0\.\d+,[\d.]+,[\d.e-]+,,1$/);
    assert.equal(rest.length, 257);
    await view.button(".next", "JSON").click();
    const json = await view.until(
      async () => view.host.clipboard,
      (text) => text.startsWith("{"),
    );
    const place = JSON.parse(json);
    assert.equal(place.symbols.length, 257);
    assert.equal(place.target, "canonical");
    assert.equal(place.before, 'const url = "h');
    assert.ok(place.covers.length > 0 && place.naive.variation > 0);
    await view.button(".tools", "CSV").click();
    const csv = await view.until(
      async () => view.host.clipboard,
      (text) => text.startsWith("offset"),
    );
    assert.equal(csv.split("\r\n").length, 35);
    assert.match(csv, /\r\n28,0xc3,"c3, begins U\+00C0–U\+00FF",[\d.]+,\d+\r\n29,0xa9,é,/);
  });

  it("has the text as a table for those who cannot see colours, and every table named", async () => {
    await view.scored();
    await view.button(".tools", "Table").click();
    const rows = await view.rows(".text-table tbody tr");
    assert.equal(rows.map(([text]) => text).join(""), TEXT.replaceAll(" ", "·").replace("\n", "⏎"));
    assert.match(rows[0]!.at(-1)!, /^c [\d.]+ · o [\d.]+/);
    await view.frame
      .locator(".text-table button", { hasText: "https" })
      .or(view.frame.locator(".text-table button").nth(3))
      .first()
      .click();
    const unnamed = await view.frame.evaluate(() => {
      const isNamed = (element: Element) =>
        element.hasAttribute("aria-label") ||
        (element.textContent ?? "").trim() !== "" ||
        element.hasAttribute("title");
      const wanted =
        "table, button, [role=slider], [role=meter], [role=progressbar], [role=radiogroup], section, [role=region]";
      return [...document.querySelectorAll(wanted)]
        .filter((element) => !isNamed(element))
        .map(({ outerHTML }) => outerHTML.slice(0, 80));
    });
    assert.deepEqual(unnamed, []);
    const heads = await view.frame.evaluate(() =>
      [...document.querySelectorAll("table")].every(
        (table) => table.tHead && [...table.querySelectorAll("th")].every((cell) => cell.scope !== ""),
      ),
    );
    assert.ok(heads);
  });

  it("says what is the matter, and what to do", async () => {
    const { editor, core: asked } = view.host;
    editor.open("empty.ts", "");
    await view.cover(/^No bytes yet/);
    editor.open("none", undefined);
    await view.cover(/^No text editor/);
    editor.open("binary.dat", "a\0b\ufffd");
    await view.reads(".warning:not([hidden])", /^This looks like a binary file/);
    editor.open("latin.txt", "caf\ufffd");
    await view.reads(".warning:not([hidden])", /^The file is not UTF-8 everywhere/);
    await view.isAt("Byte 1 of 6");
    asked.file = "/nowhere/model.gguf";
    asked.model = { name: "model.gguf", loading: 0.4 };
    asked.modelChanged.fire();
    await view.cover(/model\.gguf.*Select Model…/s);
    assert.match(await view.text(".model-name"), /^model\.gguf · loading the model… 40 %$/);
    await view.button(".cover", "Select Model").click();
    await view.until(
      async () => asked.modelsSelected,
      (count) => count === 1,
    );
    asked.file = view.host.bundled;
    asked.model = { name: "tokensieve-mini.gguf" };
    asked.modelChanged.fire();
    await view.isAt("Byte 1 of 6");
    await view.scored();
  });

  it("rests while it is hidden", async () => {
    await view.scored();
    view.host.view.rest();
    const { asked } = view.host.core;
    asked.length = 0;
    view.host.editor.edit(0, 0, "a", true);
    await view.page.waitForTimeout(500);
    assert.deepEqual(asked, []);
    await view.page.evaluate(() => window.harness.view.load());
    await view.reads(".totals", /34 of 34 bytes$/);
  });

  it("asks again when the core dies under it, and tells when it stays dead", async () => {
    expectedLog = /SIGKILL/;
    await view.scored();
    view.host.core.dies = true;
    view.select(3);
    await view.isAt("Byte 4 of 33");
    view.host.core.dies = true;
    view.host.editor.edit(0, 0, "a", true);
    await view.reads(".totals", /34 of 34 bytes$/);
    view.host.core.setState("stopped");
    await view.cover(/^The engine does not run/);
    await view.button(".cover", "Restart Engine").click();
    await view.isAt("Byte 2 of 34");
  });

  it("says what the colours are of, and how far All can be off; and what the context leaves out", async () => {
    await view.scored();
    const fact = (name: string) =>
      view.frame.locator(".facts dt", { hasText: name }).locator("+ dd").textContent();
    await view.reads(".legend", /^Surprise\s*0/);
    await view.button(".head", "All").click();
    await view.reads(".legend", /^Surprise \(Canonical\)/);
    view.select(21);
    await view.isAt("Byte 22 of 33");
    assert.match((await fact("off by more than"))!, /^(0|0\.0\d\d|\d\.\de-\d+)$/);
    await view.reads(".mass .note", "");
    // A token for each byte or two.
    const line = "7;4;1;9;3;8;2;6;5\n";
    view.host.editor.open("long.ts", line.repeat(150));
    view.select(line.length * 149);
    await view.reads(".mass .note", /^The model's context ends [\d,]+ bytes before this place/);
    await view.button(".head", "Canonical").click();
    await view.reads(".legend", /^Surprise\s*0/);
  });

  for (const [width, height] of [
    [320, 700],
    [560, 700],
    [1200, 600],
  ] as const)
    it(`fits into ${width} × ${height}`, async () => {
      await view.page.setViewportSize({ width, height });
      view.host.grammars.use('root ::= [\\x00-\\xff]* "z"');
      view.select(14);
      await view.isAt("Byte 15 of 33");
      const wide = await view.frame.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll(".place-pane, .strip, .distribution")]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ className, scrollWidth, clientWidth }) => `${className} ${scrollWidth} ${clientWidth}`),
      );
      assert.deepEqual(wide, []);
      const sizes = await view.frame.evaluate(() =>
        [".strip", ".place-pane"].map((one) => {
          const box = document.querySelector(one)!.getBoundingClientRect();
          return Math.min(box.width, box.height);
        }),
      );
      for (const size of sizes) assert.ok(size >= 40, String(sizes));
    });
});
