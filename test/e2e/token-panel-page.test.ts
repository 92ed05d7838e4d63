// The token panel on a page of its own (test/webview): the real webview and the real host side with real
// tokenizers, on a pretended editor that tests can look into.
import assert from "node:assert/strict";
import { loadBuiltInTokenizer, tokenizePieces } from "../../src/tokenizer/index.ts";
import type { PageToHost } from "../webview/messages.ts";
import type { Harness } from "../webview/page.ts";
import type { EditorState } from "../webview/pretended-editor.ts";
import { useServedPages } from "../webview/served-pages.ts";
import { ViewedPage } from "../webview/viewed-page.ts";

declare const window: Window & { harness: Harness };

class Panel extends ViewedPage {
  tell(message: PageToHost): Promise<void> {
    return this.page.evaluate((message) => window.harness.tell(message), message);
  }

  /// Opens a text in the editor and waits until it is all tokenized.
  async open(text: string, name = "sample.txt"): Promise<void> {
    await this.tell({ kind: "open", name, text });
    await this.settled((text.match(/./su) ?? []).length > 0);
  }

  /// All is tokenized and drawn.
  async settled(withTokens = true): Promise<void> {
    await this.frame.waitForFunction(
      (withTokens) =>
        document.querySelector(".counts")?.getAttribute("aria-busy") === "false" &&
        document.querySelector(".t.pending") === null &&
        (!withTokens || document.querySelector(".t") !== null),
      withTokens,
      { timeout: 120_000 },
    );
  }

  /// The tokens on the screen as they are drawn, row by row.
  rows(): Promise<string[][]> {
    return this.frame.evaluate(() => {
      const y = (row: Element) => row.getBoundingClientRect().top;
      return [...document.querySelectorAll(".row")]
        .sort((a, b) => y(a) - y(b))
        .map((row) => [...row.querySelectorAll(".t")].map((token) => token.textContent ?? ""));
    });
  }

  token(text: string) {
    return this.frame.locator(".t", { hasText: text }).first();
  }

  lit(): Promise<string[]> {
    return this.frame.locator(".t.lit").allTextContents();
  }

  active(): Promise<string> {
    return this.text("#active-token");
  }

  details(): Promise<string> {
    return this.text(".details");
  }

  editor(): Promise<EditorState> {
    return this.page.evaluate(() => window.harness.editor);
  }

  nodes(): Promise<number> {
    return this.frame.evaluate(() => document.querySelectorAll(".canvas *").length);
  }

  scrollTo(share: number): Promise<void> {
    return this.frame.evaluate((share) => {
      const list = document.querySelector(".list")!;
      list.scrollTop = share * list.scrollHeight;
    }, share);
  }

  /// The middle of the list shows a row.
  middleIsDrawn(): Promise<boolean> {
    return this.frame.evaluate(() => {
      const box = document.querySelector(".list")!.getBoundingClientRect();
      const at = box.top + box.height / 2;
      return [...document.querySelectorAll(".row")].some((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return top <= at && at <= bottom;
      });
    });
  }
}

describe("the token panel's page", () => {
  const pages = useServedPages("token-panel-page");
  let panel: Panel;
  const problems: string[] = [];

  beforeEach(async () => {
    const page = await pages.newPage({ width: 340, height: 620 });
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(pages.url("page.html"));
    await page.waitForFunction(() => window.harness !== undefined);
    panel = new Panel(page);
    await panel.frame.waitForSelector(".cover:not([hidden])");
  });

  afterEach(async () => {
    const { log, violations } = await panel.page.evaluate(() => ({
      log: window.harness.log,
      violations: window.harness.violations,
    }));
    await panel.page.close();
    assert.deepEqual(problems.splice(0), []);
    assert.deepEqual(violations, []);
    assert.deepEqual(
      log.filter((line) => !line.includes("SIGKILL")),
      [],
    );
  });

  it("draws tokens in the text's lines, white space visible", async () => {
    await panel.open("const a = 1;\n\tb\u00a0c\u200b  \r\n");
    assert.deepEqual(await panel.rows(), [
      ["const", "·a", "·=", "·", "1", ";⏎"],
      ["→\u2002b", "\\u00a0", "c", "\\u200b", "··\\r⏎"],
    ]);
    assert.match(await panel.text(".counts"), /11\s*tokens/);
  });

  it("shows bytes of characters that tokens share, and never a replacement character", async () => {
    await panel.open("₿ \ufffd 👩‍🦰");
    const row = (await panel.rows()).flat();
    assert.deepEqual(row.slice(0, 2), ["₿e2 82", "bf"]);
    assert.ok(row.includes("\\u200d"));
    assert.ok(!row.join("").includes("\ufffd"));
    const first = panel.frame.locator(".t").first();
    assert.match((await first.getAttribute("class"))!, /shares-last/);
    await first.hover();
    assert.match(await panel.details(), /bytes e2 82/);
    assert.match(await panel.details(), /bytes 1–2\/3 of ₿ U\+20BF/);
  });

  it("selects in the editor what is clicked, and stays with the document", async () => {
    await panel.open("one two three");
    await panel.token("two").click();
    const { selection } = await panel.until(
      () => panel.editor(),
      ({ selection }) => selection.to > 0,
    );
    assert.deepEqual(selection, { from: 3, to: 7 });
    assert.deepEqual(
      await panel.until(
        () => panel.lit(),
        (lit) => lit.length > 0,
      ),
      ["·two"],
    );
    assert.equal(await panel.text(".scope-kind"), "Document");
    assert.match(await panel.details(), /" two"/);
  });

  it("shows in the editor what the pointer is over", async () => {
    await panel.open("one two three");
    await panel.token("three").hover();
    const { marked } = await panel.until(
      () => panel.editor(),
      ({ marked }) => marked !== null,
    );
    assert.deepEqual(marked, { from: 7, to: 13 });
    await panel.frame.locator(".head").hover();
    await panel.until(
      () => panel.editor(),
      ({ marked }) => marked === null,
    );
  });

  it("follows the cursor, and scrolls only when it must", async () => {
    const text = Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join("");
    await panel.open(text);
    const top = () => panel.frame.evaluate(() => document.querySelector(".list")!.scrollTop);
    const at = text.indexOf("line 3\n");
    await panel.tell({ kind: "select", range: { from: at, to: at } });
    assert.deepEqual(
      await panel.until(
        () => panel.lit(),
        (lit) => lit.length > 0,
      ),
      ["line"],
    );
    assert.equal(await top(), 0);
    const far = text.indexOf("line 300\n");
    await panel.tell({ kind: "select", range: { from: far, to: far } });
    await panel.until(top, (top) => top > 0);
    assert.ok((await panel.rows()).some((row) => row.join("") === "line·300⏎"));
  });

  it("shows the tokens of a selection, counted on their own", async () => {
    await panel.open("one two three\nfour\n");
    await panel.tell({ kind: "select", range: { from: 4, to: 13 } });
    await panel.until(
      () => panel.rows(),
      (rows) => rows[0]?.[0] === "two",
    );
    assert.deepEqual(await panel.rows(), [["two", "·three"]]);
    assert.match(await panel.text(".scope"), /Selection\s*sample\.txt:1/);
    // A click inside keeps the selection as what is shown.
    await panel.token("three").click();
    await panel.until(
      () => panel.editor(),
      ({ selection }) => selection.from === 7,
    );
    assert.deepEqual(await panel.rows(), [["two", "·three"]]);
    await panel.tell({ kind: "select", range: { from: 0, to: 0 } });
    await panel.until(
      () => panel.rows(),
      (rows) => rows[0]?.[0] === "one",
    );
  });

  it("is driven by keys", async () => {
    await panel.open("aa bb cc\ndd ee ff\n\n\ngg");
    const press = async (key: string, expected: string) => {
      await panel.page.keyboard.press(key);
      await panel.until(
        () => panel.active(),
        (text) => text === expected,
      );
    };
    await panel.frame.locator(".list").focus();
    assert.equal(await panel.active(), "aa");
    await press("ArrowRight", "·bb");
    await press("ArrowDown", "·ee");
    await press("End", "⏎");
    await press("ArrowRight", "gg");
    await press("ArrowLeft", "⏎");
    await press("Control+Home", "aa");
    await press("Control+End", "gg");
    await press("ArrowUp", "⏎");
    await press("PageUp", "aa");
    await press("ArrowRight", "·bb");
    assert.equal(await panel.frame.locator(".list").getAttribute("aria-activedescendant"), "active-token");
    assert.equal(await panel.frame.locator("#active-token").getAttribute("aria-posinset"), "2");
    assert.match((await panel.frame.locator("#active-token").getAttribute("aria-label"))!, /^ bb, id \d+$/);
    await panel.page.keyboard.press("Enter");
    await panel.until(
      () => panel.editor(),
      ({ selection }) => selection.from === 2 && selection.to === 5,
    );
    await panel.page.keyboard.press("Escape");
    await panel.until(
      () => panel.editor(),
      ({ focused }) => focused === 1,
    );
  });

  it("walks with keys over rows that are not there yet", async () => {
    await panel.open(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(""));
    await panel.frame.locator(".list").focus();
    await panel.page.keyboard.press("Control+End");
    await panel.until(
      () => panel.active(),
      (text) => text.includes("⏎"),
    );
    await panel.page.keyboard.press("Home");
    await panel.until(
      () => panel.active(),
      (text) => text === "line",
    );
    for (let i = 0; i < 200; i++) await panel.page.keyboard.press("ArrowUp");
    await panel.until(
      () => panel.text(".row:has(#active-token)"),
      (row) => row.replace(/\s/g, "") === "line·2799⏎",
    );
  });

  it("never shows a gap: not while one types, not when the view follows the cursor far away", async () => {
    const text = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join("");
    await panel.open(text);
    await panel.scrollTo(0.5);
    await panel.until(
      () => panel.middleIsDrawn(),
      (drawn) => drawn,
    );
    await panel.frame.evaluate(() => {
      const look = () => {
        const { top, bottom } = document.querySelector(".list")!.getBoundingClientRect();
        const inSight = [...document.querySelectorAll(".row")].filter((row) => {
          const box = row.getBoundingClientRect();
          return box.bottom > top && box.top < bottom;
        });
        if (inSight.length < 10) document.body.dataset.gap = String(inSight.length);
        requestAnimationFrame(look);
      };
      look();
    });
    for (let i = 0; i < 10; i++) {
      await panel.tell({ kind: "edit", from: 0, to: 0, text: "new\n" });
      await panel.page.waitForTimeout(30);
    }
    await panel.until(
      async () => (await panel.rows()).map((row) => row.join("")),
      (rows) => rows.filter((row) => row === "new⏎").length === 10,
    );
    assert.equal(await panel.frame.evaluate(() => document.body.dataset.gap), undefined);
  });

  it("keeps the place of what one reads while the text changes elsewhere", async () => {
    await panel.open(Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join(""));
    await panel.scrollTo(0.5);
    const place = () =>
      panel.frame.evaluate(() => {
        const row = [...document.querySelectorAll(".row")].find((row) => row.textContent === "line·255⏎");
        return row && Math.round(row.getBoundingClientRect().top);
      });
    const before = await panel.until(place, (place) => place !== undefined);
    // The view has told where it is.
    await panel.page.waitForTimeout(100);
    await panel.tell({ kind: "edit-elsewhere", from: 0, to: 0, text: "new\n".repeat(20) });
    await panel.until(
      () => panel.text(".count .value"),
      (count) => count !== "1,998",
    );
    await panel.settled();
    assert.equal(await panel.until(place, (place) => place !== undefined), before);
  });

  it("tokenizes 10 MB: the right tokens, few elements, nothing blank where one scrolls", async function () {
    this.timeout(240_000);
    const lines: string[] = [];
    let bytes = 0;
    for (let i = 0; bytes < 10 * 1024 * 1024; i++) {
      const line = `  const value${i} = compute(${(i * 7919) % 10007}, "item-${i}", { flag: ${i % 2 === 0} }); // é€${i % 17 === 0 ? "😀" : ""}\n`;
      lines.push(line);
      bytes += Buffer.byteLength(line);
    }
    const text = lines.join("");
    const begun = performance.now();
    await panel.tell({ kind: "open", name: "big.ts", text });
    await panel.frame.waitForSelector(".t:not(.pending)", { timeout: 60_000 });
    const first = performance.now() - begun;
    await panel.settled();
    const all = performance.now() - begun;
    const tokenizer = await loadBuiltInTokenizer("o200k_base");
    const count = tokenizePieces(tokenizer, text).ids.length;
    const counts = await panel.frame.locator(".count .value").allTextContents();
    assert.deepEqual(
      counts.slice(0, 2),
      [count, bytes].map((n) => n.toLocaleString("en-US")),
    );

    let nodes = 0;
    for (const share of [0.2, 0.5, 0.9, 1]) {
      await panel.scrollTo(share);
      await panel.until(
        () => panel.middleIsDrawn(),
        (drawn) => drawn,
      );
      nodes = Math.max(nodes, await panel.nodes());
    }
    assert.ok((await panel.rows()).some((row) => row.join("").includes(`${lines.length - 1}`)));
    assert.ok(nodes < 3000, `${nodes} elements`);

    // As the wheel does: three rows a frame.
    await panel.scrollTo(0.3);
    await panel.until(
      () => panel.middleIsDrawn(),
      (drawn) => drawn,
    );
    const { times, blank } = await panel.frame.evaluate(async () => {
      const list = document.querySelector(".list")!;
      const times: number[] = [];
      let blank = 0;
      let last = performance.now();
      for (let i = 0; i < 120; i++) {
        list.scrollTop += 66;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = performance.now();
        times.push(now - last);
        last = now;
        const box = list.getBoundingClientRect();
        if (!document.elementFromPoint(12, box.top + box.height / 2)?.closest(".row, .list")) blank++;
      }
      return { times: times.sort((a, b) => a - b), blank };
    });
    assert.equal(blank, 0);
    console.log(
      `      10 MB, ${count} tokens: first in ${Math.round(first)} ms, all in ${Math.round(all)} ms; ` +
        `at most ${nodes} elements; scrolling p50 ${times[60]!.toFixed(1)} ms, p95 ${times[114]!.toFixed(1)} ms a frame`,
    );
  });

  it("wraps one line of a megabyte", async function () {
    this.timeout(120_000);
    await panel.open("function(a,b){return a[b]||'x'};".repeat(32_768));
    assert.ok((await panel.nodes()) < 3000);
    await panel.scrollTo(0.7);
    await panel.until(
      () => panel.middleIsDrawn(),
      (drawn) => drawn,
    );
    assert.ok((await panel.nodes()) < 3000);
  });

  it("scrolls over more rows than a browser can lay out", async function () {
    this.timeout(120_000);
    await panel.open(`${"\n;".repeat(1_000_000)}\nlast`);
    await panel.scrollTo(1);
    await panel.until(
      () => panel.rows(),
      (rows) => rows.at(-1)?.join("") === "last",
    );
    await panel.frame.locator(".list").hover();
    const before = await panel.rows();
    await panel.page.mouse.wheel(0, -44);
    await panel.until(
      () => panel.rows(),
      (rows) => rows.length !== before.length,
    );
  });

  it("says what is the matter, and what to do", async () => {
    const cover = () => panel.text(".cover");
    assert.match(await cover(), /No active editor/);
    await panel.open("");
    await panel.until(cover, (text) => text.includes("Nothing to tokenize"));
    await panel.tell({ kind: "break", tokenizer: "o200k_base", how: "input" });
    await panel.tell({ kind: "open", name: "b.txt", text: "hello" });
    await panel.until(cover, (text) => text.includes("o200k_base cannot be used"));
    assert.match(await cover(), /The file ends early\. Download the file again\.|ends early/i);
    await panel.tell({ kind: "break", tokenizer: "o200k_base", how: undefined });
    await panel.frame.locator(".cover vscode-button", { hasText: "Try Again" }).click();
    await panel.settled();
    assert.deepEqual(await panel.rows(), [["hello"]]);

    await panel.tell({ kind: "break", tokenizer: "o200k_base", how: "fault" });
    await panel.tell({ kind: "edit", from: 5, to: 5, text: " you" });
    await panel.until(cover, (text) => text.includes("Tokenization failed"));
    await panel.tell({ kind: "break", tokenizer: "o200k_base", how: undefined });
    await panel.frame.locator(".cover vscode-button", { hasText: "Try Again" }).click();
    await panel.until(
      () => panel.rows(),
      (rows) => rows[0]?.join("") === "hello·you",
    );

    await panel.tell({ kind: "service", state: "restarting" });
    await panel.tell({ kind: "edit", from: 9, to: 9, text: "!" });
    await panel.frame.locator(".banner", { hasText: "is being restarted" }).waitFor();
    assert.ok((await panel.rows()).length > 0);
    await panel.tell({ kind: "service", state: "ready" });
    await panel.until(
      () => panel.rows(),
      (rows) => rows[0]?.join("") === "hello·you!",
    );
  });

  it("chooses tokenizers, and remembers the choice and the place", async () => {
    const text = Array.from({ length: 500 }, (_, i) => `Überraschung ${i}\n`).join("");
    await panel.open(text);
    const choose = async (id: string) => {
      await panel.frame.locator("vscode-dropdown").click();
      await panel.frame.locator(`vscode-option[value="${id}"]`).click();
    };
    const before = await panel.text(".count .value");
    await choose("llama3");
    await panel.until(
      () => panel.text(".count .value"),
      (now) => now !== before && now !== "",
    );
    await panel.settled();
    const after = await panel.text(".count .value");
    await choose("whole");
    await panel.settled();
    assert.equal(await panel.text(".count .value"), after);
    await choose("none");
    await panel.frame.locator(".cover", { hasText: "The model has no tokenizer" }).waitFor();
    await choose("cl100k_base");
    await panel.until(
      async () =>
        (await panel.frame.locator(".cover:not([hidden])").count()) +
        Number((await panel.text(".count .value")) === after),
      (old) => old === 0,
    );
    await panel.settled();

    await panel.scrollTo(0.5);
    await panel.until(
      () => panel.page.evaluate(() => window.harness.state as { top?: number }),
      (state) => (state?.top ?? 0) > 0,
    );
    await panel.page.waitForTimeout(500);
    const shown = await panel.rows();
    await panel.tell({ kind: "hide" });
    await panel.page.evaluate(() => window.harness.load());
    await panel.settled();
    assert.equal(
      await panel.frame.locator("vscode-dropdown").evaluate((e) => (e as HTMLSelectElement).value),
      "cl100k_base",
    );
    assert.deepEqual(
      (await panel.rows()).filter((row) => shown.some((other) => other.join() === row.join())).length > 10,
      true,
    );
  });

  it("sets special tokens apart", async () => {
    await panel.open("<|start|>hi ₿<|end|>");
    await panel.frame.locator("vscode-dropdown").click();
    await panel.frame.locator('vscode-option[value="special"]').click();
    await panel.frame.waitForSelector(".t.special");
    assert.deepEqual(await panel.rows(), [["<|start|>", "hi", "·₿e2 82", "bf", "<|end|>"]]);
    assert.deepEqual(await panel.frame.locator(".t.special").allTextContents(), ["<|start|>", "<|end|>"]);
    await panel.token("<|end|>").hover();
    assert.match(await panel.details(), /special token/);
  });

  it("tells of a file that is no tokenizer, and keeps the one in use", async () => {
    await panel.open("hello");
    await panel.tell({ kind: "file", file: "/tmp/package.json" });
    await panel.frame.locator("vscode-dropdown").click();
    await panel.frame.locator("vscode-option", { hasText: "Open tokenizer.json" }).click();
    await panel.frame.locator(".banner", { hasText: "is not a tokenizer.json" }).waitFor();
    assert.equal(
      await panel.frame.locator("vscode-dropdown").evaluate((e) => (e as HTMLSelectElement).value),
      "o200k_base",
    );
    assert.deepEqual(await panel.rows(), [["hello"]]);
  });

  for (const theme of ["dark-modern", "light-modern", "hc-dark", "hc-light"])
    it(`tells neighbours apart in ${theme}`, async () => {
      await panel.page.evaluate((theme) => window.harness.setTheme(theme), theme);
      await panel.open("const a = 1;\nfunction foo() {\n\treturn a + 1;\n}\n\n".repeat(8));
      const looks = await panel.frame.evaluate(() =>
        // The parts of a token that row ends cut look alike.
        [...document.querySelectorAll(".t:not(.from-before)")].map((token) => {
          const { backgroundColor, borderTopColor } = getComputedStyle(token);
          return `${backgroundColor} ${borderTopColor}`;
        }),
      );
      for (let i = 1; i < looks.length; i++) assert.notEqual(looks[i], looks[i - 1]);
    });
});
