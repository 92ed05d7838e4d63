// The Mask Explorer on a page of its own (test/webview): the real webview, the real host side and the real
// core, with a grammar in the test's hands.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { ExplorerHost } from "../webview/explorer-host.ts";
import type { ExplorerHarness } from "../webview/explorer-page.ts";
import { connect, kernelCore } from "../webview/hosts.ts";
import { useServedPages } from "../webview/served-pages.ts";
import { ViewedPage } from "../webview/viewed-page.ts";

declare const window: Window & { harness: ExplorerHarness };

const root = process.env.TOKENSIEVE_ROOT ?? process.cwd();
const file = (path: string): GrammarSource => ({
  kind: "ebnf",
  text: readFileSync(join(root, path), "utf8"),
  file: path,
});
const json = file("grammars/json/json.ebnf");
const ebnf = (text: string): GrammarSource => ({ kind: "ebnf", text, file: "test.ebnf" });

class Explorer extends ViewedPage {
  readonly host: ExplorerHost;

  constructor(page: Page, host: ExplorerHost) {
    super(page);
    this.host = host;
  }

  /// Types a text in the box, in place of what is there, and waits until its tokens are shown.
  async type(text: string): Promise<void> {
    await this.frame.locator("textarea").fill(text);
    await this.until(
      () => this.strip(),
      (pieces) => pieces.join("").replace("|", "") === text.replaceAll(" ", "·").replaceAll("\n", "⏎"),
    );
  }

  /// The tokens of the text, with a bar where the position is.
  strip(): Promise<string[]> {
    return this.frame.evaluate(() =>
      [...document.querySelectorAll(".strip .t")].map((piece) => {
        const text = piece.classList.contains("end") ? "" : (piece.textContent ?? "");
        return piece.classList.contains("here") ? `|${text}` : text;
      }),
    );
  }

  async stripReads(...expected: string[]): Promise<void> {
    await this.until(
      () => this.strip(),
      (pieces) => JSON.stringify(pieces) === JSON.stringify(expected),
    );
  }

  async boxReads(expected: string): Promise<void> {
    await this.until(
      () => this.frame.locator("textarea").inputValue(),
      (value) => value === expected,
    );
  }

  /// The list's rows on the screen: a group as its byte and count, a token with its mark.
  rows(): Promise<string[]> {
    return this.frame.evaluate(() => {
      const y = (row: Element) => row.getBoundingClientRect().top;
      return [...document.querySelectorAll(".list .row")]
        .sort((a, b) => y(a) - y(b))
        .map((row) => {
          const part = (selector: string) => row.querySelector(selector)?.textContent ?? "";
          return row.classList.contains("group")
            ? `${part(".group-name")} ${part(".count")}`
            : `${part(".mark")}${part(".bytes")}`;
        });
    });
  }

  async rowsRead(...expected: string[]): Promise<void> {
    await this.until(
      () => this.rows(),
      (rows) => JSON.stringify(rows) === JSON.stringify(expected),
    );
  }

  row(text: string) {
    return this.frame.locator(".list .row").filter({ hasText: text }).first();
  }

  async filter(name: string): Promise<void> {
    await this.frame.locator("button.filter", { hasText: new RegExp(`^${name} `) }).click();
  }

  async search(query: string): Promise<void> {
    await this.frame.locator("vscode-text-field input").fill(query);
  }

  /// The reading of the stack that is shown first.
  stack(): Promise<string> {
    return this.text(".stack .chain");
  }
}

describe("the Mask Explorer's page", () => {
  const pages = useServedPages("mask-explorer-page");
  const core = kernelCore();
  let explorer: Explorer;
  const problems: string[] = [];
  /// Log lines that the test is about.
  let expectedLog: RegExp | undefined;

  after(() => core.dispose());

  beforeEach(async () => {
    expectedLog = undefined;
    const page = await pages.newPage({ width: 900, height: 800 });
    page.on("pageerror", (error) => problems.push(String(error)));
    const host = new ExplorerHost(core);
    await connect(page, host);
    host.grammars.use(json);
    await page.goto(pages.url("explorer.html"));
    await page.waitForFunction(() => window.harness !== undefined);
    explorer = new Explorer(page, host);
    await explorer.frame.locator(".list .row").first().waitFor();
  });

  afterEach(async () => {
    const violations = await explorer.page.evaluate(() => window.harness.view.violations);
    explorer.host.dispose();
    await explorer.page.close();
    assert.deepEqual(problems.splice(0), []);
    assert.deepEqual(violations, []);
    assert.deepEqual(
      explorer.host.log.filter((line) => !expectedLog?.test(line)),
      [],
    );
  });

  it("shows what the grammar allows after a text, where in it the text is, and what that cost", async () => {
    await explorer.type('{"a": [1, tr');
    await explorer.rowsRead("u 2", "✓u", "✓ue");
    assert.equal(await explorer.stack(), "value‹array‹object‹root");
    assert.equal(await explorer.text(".stack .place"), "goes on with u");
    assert.equal(await explorer.text(".forced"), "ue");
    assert.equal(await explorer.text(".state"), "… incomplete");
    const filters = await explorer.frame.locator("button.filter").allTextContents();
    assert.deepEqual(filters, ["Allowed 2", "Refused 200,017", "By context 80", "All 200,019"]);
    const facts = await explorer.text(".position .facts");
    assert.match(
      facts,
      /allowed whatever the context2refused whatever the context199,936checked in context80of these allowed0end of textnot allowedmask made in[\d.,]+ µs/,
    );
    assert.match(await explorer.text(".statistics .facts"), /rules14states\d+.*cached masks\d+ · /);
    await explorer.reads(".live", "2 tokens allowed, 200,017 refused. incomplete");
    await explorer.type('{"a": [1, true]}');
    await explorer.reads(".state", "✓ complete");
    await explorer.reads(".position .facts", /end of textallowed/);
  });

  it("says of a refused token at which byte it dies, what was expected, and in which rules", async () => {
    await explorer.type('{"a": tr');
    await explorer.filter("Refused");
    await explorer.search("#373");
    const [, row] = await explorer.until(
      () => explorer.rows(),
      (rows) => rows.length === 2 && rows[1]!.length > 1,
    );
    assert.equal(row, "✕un");
    await explorer.row("✕").click();
    await explorer.reads(".why .verdict", "✕ Refused");
    assert.equal(await explorer.text(".why-token"), "un");
    assert.equal(
      await explorer.text(".why .sentence"),
      "The grammar takes 1 of its 2 bytes and dies at n (6e).",
    );
    const bytes = explorer.frame.locator(".why .byte");
    assert.deepEqual(await bytes.allTextContents(), ["75", "6e"]);
    assert.match((await bytes.nth(1).getAttribute("class"))!, /dies/);
    assert.deepEqual(await explorer.frame.locator(".why .chip").allTextContents(), ["e"]);
    assert.equal(await explorer.text(".why .chain"), "value‹object‹root");
    await explorer.reads(".live", "un: Refused. The grammar takes 1 of its 2 bytes and dies at n (6e).");
  });

  it("says of an allowed token, a marker and an unused id why", async () => {
    await explorer.type("12");
    await explorer.search("#13");
    await explorer.row("✓").click();
    await explorer.reads(".why .sentence", "The text may go on with it.");
    await explorer.search("<|endoftext|>");
    await explorer.row("✓").click();
    await explorer.reads(".why .sentence", "The text is complete here, so it may end.");
    await explorer.type("[12");
    await explorer.reads(".why .sentence", "It ends the text, which is not complete here.");
    await explorer.filter("All");
    await explorer.search("#200000");
    await explorer.row("200000").click();
    await explorer.reads(".why .sentence", /^(It is a marker that the grammar does not name here|No text)/);
  });

  it("steps: appends an allowed token, goes back and to any place, replaces the rest", async () => {
    await explorer.row('"22235').click();
    const first = explorer.frame.locator(".list .row.token").first();
    await explorer.until(
      () => first.locator(".bytes").textContent(),
      (text) => text === '"',
    );
    await first.dblclick();
    await explorer.stripReads('"', "|");
    await explorer.boxReads('"');
    await explorer.type('{"a": [1, tr');
    await explorer.stripReads('{"', "a", '":', "·[", "1", ",", "·tr", "|");
    const button = (name: string) => explorer.frame.getByRole("button", { name });
    await button("Step Back").click();
    await explorer.stripReads('{"', "a", '":', "·[", "1", ",", "|·tr", "");
    await explorer.reads(".state-line .place", "after 6 of 7 tokens");
    assert.equal(await explorer.text(".forced"), "Nothing is forced here");
    await button("Step Forward").click();
    await explorer.reads(".forced", "ue");
    await button("Accept Forced").click();
    await explorer.stripReads('{"', "a", '":', "·[", "1", ",", "·tr", "ue", "|");
    await explorer.boxReads('{"a": [1, true');
    await explorer.frame.locator(".strip .t").nth(4).click();
    await explorer.stripReads('{"', "a", '":', "·[", "|1", ",", "·tr", "ue", "");
    // The token that stands there only moves on; another replaces the rest.
    await explorer.search("#16");
    await explorer.row("✓1").dblclick();
    await explorer.stripReads('{"', "a", '":', "·[", "1", "|,", "·tr", "ue", "");
    await button("Step Back").click();
    await explorer.search("#17");
    await explorer.row("✓2").dblclick();
    await explorer.stripReads('{"', "a", '":', "·[", "2", "|");
    await button("To the Start").click();
    await explorer.stripReads('|{"', "a", '":', "·[", "2", "");
    assert.ok(await button("Step Back").isDisabled());
  });

  it("marks the refused rest at the first byte that dies, and looks no further", async () => {
    await explorer.type('{"a": tru}, 1');
    await explorer.reads(
      ".state",
      "✕ refused from byte 9: it cannot begin with byte 7d (}) in value: expected e",
    );
    const pieces = await explorer.frame.evaluate(() =>
      [...document.querySelectorAll(".strip .t.refused")].map((piece) => [
        piece.textContent,
        piece.querySelector(".dead")?.textContent ?? "",
      ]),
    );
    assert.deepEqual(pieces, [
      ["},", "},"],
      ["·", ""],
      ["1", ""],
    ]);
    assert.ok((await explorer.strip()).includes("|},"));
    await explorer.rowsRead("e 1", "✓e");
  });

  it("finds tokens by text, id and bytes, and says where there are none", async () => {
    await explorer.type("[tr");
    await explorer.search("#373");
    await explorer.reads(".empty", "No token here.Search All Tokens");
    await explorer.frame.locator(".empty vscode-button").click();
    await explorer.rowsRead("u 1", "✕un");
    await explorer.search("0x756e666f");
    await explorer.until(
      () => explorer.rows(),
      (rows) => rows.some((row) => row.includes("unfo")),
    );
    await explorer.search("no token has this in it");
    await explorer.reads(".empty", "No token matches.");
    await explorer.reads(".live", "0 found");
  });

  it("is driven by keys alone", async () => {
    const { keyboard } = explorer.page;
    const active = (expected: string | RegExp) => explorer.reads("#active-row", expected);
    await explorer.frame.locator("textarea").focus();
    await keyboard.type("[tr");
    await explorer.rowsRead("u 2", "✓u", "✓ue");
    await explorer.frame.locator(".list").focus();
    await active(/^u/);
    await keyboard.press("ArrowDown");
    await active("✓u7584");
    await explorer.reads(".why .sentence", "The text may go on with it.");
    await keyboard.press("ArrowDown");
    await active(/✓ue/);
    await keyboard.press("+");
    await explorer.stripReads("[", "tr", "ue", "|");
    await keyboard.press("Backspace");
    await explorer.stripReads("[", "tr", "|ue", "");
    await keyboard.press("Home");
    await active(/^u/);
    await keyboard.press("ArrowLeft");
    await explorer.rowsRead("u 2");
    assert.equal(await explorer.frame.locator("#active-row").getAttribute("aria-expanded"), "false");
    await keyboard.press("Enter");
    await explorer.rowsRead("u 2", "✓u", "✓ue");
    await keyboard.press("End");
    await keyboard.press("Control+Enter");
    await explorer.stripReads("[", "tr", "ue", "|");
    await keyboard.press("/");
    await keyboard.type("#373");
    await explorer.reads(".empty", /^No token here/);
    await keyboard.press("Escape");
    await explorer.until(
      () => explorer.frame.locator("vscode-text-field input").inputValue(),
      (value) => value === "",
    );
    await keyboard.press("Escape");
    const focused = () => explorer.frame.evaluate(() => document.activeElement?.className ?? "");
    assert.match(await focused(), /list/);
    await keyboard.press("Escape");
    assert.equal(await explorer.frame.evaluate(() => document.activeElement?.tagName), "VSCODE-TEXT-AREA");
    await explorer.frame.locator(".strip").focus();
    await keyboard.press("ArrowLeft");
    await explorer.stripReads("[", "tr", "|ue", "");
    await keyboard.press("Home");
    await explorer.stripReads("|[", "tr", "ue", "");
    assert.equal(await explorer.frame.locator("#active-piece").getAttribute("aria-label"), "[, id 58");
    await explorer.frame.locator('button.filter[aria-checked="true"]').focus();
    await keyboard.press("ArrowRight");
    await explorer.until(
      () => explorer.text('button.filter[aria-checked="true"]'),
      (text) => text.startsWith("Refused"),
    );
  });

  it("shows 200,000 tokens in few elements, and nothing blank where one scrolls", async () => {
    await explorer.type('"');
    await explorer.filter("All");
    await explorer.reads('button.filter[aria-checked="true"]', "All 200,019");
    await explorer.row("·20").click();
    await explorer.until(
      () => explorer.rows(),
      (rows) => rows.length > 20,
    );
    const { times, blank, nodes } = await explorer.frame.evaluate(async () => {
      const list = document.querySelector(".list")!;
      const times: number[] = [];
      let blank = 0;
      let nodes = 0;
      let last = performance.now();
      for (let i = 0; i < 120; i++) {
        list.scrollTop += i === 60 ? 800_000 : 66;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = performance.now();
        times.push(now - last);
        last = now;
        nodes = Math.max(nodes, document.querySelectorAll(".canvas *").length);
        const box = list.getBoundingClientRect();
        if (i !== 60 && !document.elementFromPoint(box.left + 40, box.top + box.height / 2)?.closest(".row"))
          blank++;
      }
      return { times: times.sort((a, b) => a - b), blank, nodes };
    });
    assert.equal(blank, 0);
    assert.ok(nodes < 1000, `${nodes} elements`);
    await explorer.until(
      () => explorer.rows(),
      (rows) => rows.every((row) => /^[✓✕]./.test(row)),
    );
    console.log(
      `      200,019 tokens: at most ${nodes} elements; scrolling p50 ${times[60]!.toFixed(1)} ms, p95 ${times[114]!.toFixed(1)} ms a frame`,
    );
  });

  it("drops questions that a newer one overtakes, and ends at the text typed last", async () => {
    const text = '{"name": "tokensieve", "tags": ["a", "b", "c"], "size": 12345}';
    await explorer.frame.locator("textarea").focus();
    await explorer.page.keyboard.type(text);
    await explorer.reads(".state", "✓ complete");
    await explorer.boxReads(text);
    assert.equal((await explorer.strip()).join("").replace("|", ""), text.replaceAll(" ", "·"));
  });

  it("follows edits of the grammar, and shows its rules in the source", async () => {
    const source = 'root ::= "[" item "]"\nitem ::= "abcdefghijklmnop" item? | "xy" [0-9]\n';
    explorer.host.grammars.use(ebnf(source));
    await explorer.reads(".grammar-name", "test.ebnf");
    await explorer.type("[abc");
    await explorer.reads(".stack .chain", "item‹root");
    await explorer.frame.locator(".stack .rule").first().click();
    const { revealed } = explorer.host.grammars;
    await explorer.until(
      async () => revealed.length,
      (count) => count === 1,
    );
    assert.equal(source.slice(revealed[0]!.from, revealed[0]!.to), "item");
    explorer.host.grammars.use(ebnf(source.replace("abcdef", "abcxyz")));
    await explorer.reads(".forced", /^xyz/);
    explorer.host.grammars.use(ebnf(source.replace("abcdef", "axc")));
    await explorer.reads(".state", /^✕ refused from byte 2/);
  });

  it("says what is the matter, and what to do", async () => {
    const { grammars } = explorer.host;
    const cover = (expected: string | RegExp) => explorer.reads(".cover", expected);
    const press = (name: string) => explorer.frame.locator(".cover vscode-button", { hasText: name }).click();
    await explorer.type("[1");
    grammars.use(ebnf('root ::= "a" oops\n'));
    await cover(
      /^1:14: the rule "oops" is not defined\.Add a rule that starts with oops ::=\.Show in Grammar/,
    );
    await press("Show in Grammar");
    await explorer.until(
      async () => grammars.revealed.at(-1),
      (span) => span?.from === 13 && span.to === 17,
    );
    grammars.use(json, "xgrammar");
    await cover(/^XGrammar does not tell why.*Set it to "tokensieve" to explore them\./);
    await press("Open the Setting");
    await explorer.until(
      async () => grammars.settingsOpened,
      (count) => count === 1,
    );
    grammars.use(undefined);
    await cover(/^No grammar/);
    await press("Select Grammar…");
    await explorer.until(
      async () => grammars.chosen,
      (count) => count === 1,
    );
    grammars.use(json);
    await explorer.frame
      .locator(".cover:not([hidden])")
      .waitFor({ state: "detached" })
      .catch(() => undefined);
    await explorer.stripReads("[", "1", "|");
    await explorer.frame.locator("textarea").fill("[".repeat(70_000));
    await cover(/The text has 70000 characters; the Mask Explorer takes 65536\..*Take a part of it\./);
    await explorer.type("[2");
    await explorer.frame.locator(".list .row").first().waitFor();
    await explorer.page.evaluate(() => window.harness.view.setTheme("hc-light"));
  });

  it("shows a warning beside the tokens", async () => {
    const text = '{ "type": "array", "items": { "type": "integer" }, "uniqueItems": true }';
    explorer.host.grammars.use({
      kind: "json-schema",
      text,
      lenient: ["uniqueItems"],
      file: "a.schema.json",
    });
    await explorer.reads(
      ".banner",
      "That the elements of an array all differ cannot be enforced; it is not enforced.",
    );
    await explorer.rowsRead("[ 3", "✓[", "✓[-", "✓[]");
  });

  it("asks again when the core dies under it, and tells when it stays dead", async () => {
    expectedLog = /SIGKILL/;
    explorer.host.dies = true;
    await explorer.type("[tr");
    await explorer.rowsRead("u 2", "✓u", "✓ue");
    explorer.host.setServiceState("stopped");
    await explorer.reads(".cover", /^The engine does not run/);
    await explorer.frame.locator(".cover vscode-button", { hasText: "Restart Engine" }).click();
    await explorer.until(
      () => explorer.frame.locator(".cover").isHidden(),
      (hidden) => hidden,
    );
    await explorer.rowsRead("u 2", "✓u", "✓ue");
  });

  it("cuts the text anew for another tokenizer, and goes on after it was away", async () => {
    await explorer.type('{"Überraschung": tr');
    const before = await explorer.strip();
    await explorer.frame.locator("vscode-dropdown").click();
    await explorer.frame.locator('vscode-option[value="llama3"]').click();
    await explorer.until(
      () => explorer.strip(),
      (pieces) => JSON.stringify(pieces) !== JSON.stringify(before),
    );
    await explorer.rowsRead("u 2", "✓u", "✓ue");
    await explorer.frame.getByRole("button", { name: "Step Back" }).click();
    const shown = await explorer.until(
      () => explorer.strip(),
      (pieces) => pieces.at(-1) === "",
    );
    await explorer.filter("By context");
    await explorer.page.evaluate(() => window.harness.view.load());
    await explorer.until(
      () => explorer.strip(),
      (pieces) => JSON.stringify(pieces) === JSON.stringify(shown),
    );
    await explorer.boxReads('{"Überraschung": tr');
    assert.match(await explorer.text('button.filter[aria-checked="true"]'), /^By context/);
  });

  it("shows half characters as bytes", async () => {
    explorer.host.grammars.use(ebnf('root ::= "₿"'));
    await explorer.reads(".grammar-name", "test.ebnf");
    await explorer.row("e2 82").dblclick();
    await explorer.stripReads("e2 82", "|");
    await explorer.boxReads("");
    await explorer.reads(".state-line .place", /half character/);
    await explorer.frame.getByRole("button", { name: "Accept Forced" }).click();
    await explorer.stripReads("e2 82", "bf", "|");
    await explorer.boxReads("₿");
  });

  for (const [width, height] of [
    [320, 700],
    [560, 700],
    [1200, 600],
  ] as const)
    it(`fits into ${width} × ${height}`, async () => {
      await explorer.page.setViewportSize({ width, height });
      await explorer.type('{"a": [1, tr');
      await explorer.row("ue").click();
      await explorer.reads(".why .verdict", "✓ Allowed");
      const wide = await explorer.frame.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(wide, 0);
      const sizes = await explorer.frame.evaluate(() =>
        [".list", ".side", ".strip"].map((one) => {
          const box = document.querySelector(one)!.getBoundingClientRect();
          return Math.min(box.width, box.height);
        }),
      );
      for (const size of sizes) assert.ok(size >= 40, String(sizes));
    });
});
