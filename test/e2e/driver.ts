// Drives a VS Code in the browser as a person does: keys, clicks, and what can be seen.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from "playwright-core";

interface Session {
  readonly url: string;
  readonly browser: string;
  readonly workspace: string;
  readonly settings: string;
}

/// The themes that everything has to look right in.
const themes = {
  dark: { name: "Dark Modern", marker: ".vs-dark" },
  light: { name: "Light Modern", marker: ".vs" },
  "high-contrast": { name: "Default High Contrast", marker: ".hc-black" },
  "high-contrast-light": { name: "Default High Contrast Light", marker: ".hc-light" },
} as const;
export type Theme = keyof typeof themes;

function session(): Session {
  const text = process.env.TOKENSIEVE_E2E;
  if (text === undefined) throw new Error("browser tests are started by scripts/test-e2e.mjs");
  return JSON.parse(text);
}

interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
}

/// One VS Code window on the copy of the sample workspace.
export class Workbench {
  readonly page: Page;
  private readonly browser: Browser;
  private readonly session: Session;

  private constructor(page: Page, browser: Browser, session: Session) {
    this.page = page;
    this.browser = browser;
    this.session = session;
  }

  static async open({ width = 1280, height = 800 }: WindowOptions = {}): Promise<Workbench> {
    const where = session();
    const browser = await chromium.connect(where.browser);
    const page = await browser.newPage({ viewport: { width, height } });
    await page.goto(where.url);
    const workbench = new Workbench(page, browser, where);
    await page.locator(".monaco-workbench .part.statusbar").waitFor();
    await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
    return workbench;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  // Files

  /// The absolute path of a file of the workspace.
  path(name: string): string {
    return join(this.session.workspace, name);
  }

  /// Puts a file into the workspace, behind the editor's back.
  async writeFile(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  /// A file's text as it is on the disk.
  readFile(name: string): Promise<string> {
    return readFile(this.path(name), "utf8");
  }

  /// Opens a file of the workspace by Quick Open and puts the focus into its editor.
  async openFile(name: string): Promise<void> {
    assert.ok(existsSync(this.path(name)), `${name} is not in the workspace`);
    await this.openQuickInput("ControlOrMeta+p");
    await this.pick(name, name.split("/").at(-1) ?? name);
    await this.tab(name).waitFor();
    await this.focusEditor();
  }

  /// Saves the active editor and waits until its tab no longer shows a change.
  async save(): Promise<void> {
    await this.press("ControlOrMeta+s");
    await this.page.locator(".tabs-container .tab.active:not(.dirty)").waitFor();
  }

  private tab(name: string): Locator {
    return this.page.locator(`.tabs-container .tab.active[data-resource-name="${name.split("/").at(-1)}"]`);
  }

  // Editor

  async focusEditor(): Promise<void> {
    await this.activeEditor()
      .locator(".view-lines")
      .first()
      .click({ position: { x: 2, y: 2 } });
  }

  activeEditor(): Locator {
    return this.page.locator(".editor-group-container.active .monaco-editor[data-uri]").first();
  }

  /// Puts the cursor at a place, both counted from 1.
  async goTo(line: number, column: number): Promise<void> {
    await this.openQuickInput("Control+g");
    const input = this.quickInput();
    await input.fill(`:${line}:${column}`);
    await input.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /// Types as a person does, a key at a time.
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 20 });
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  /// The grey text of the completion that is offered, once there is one.
  async ghostText(timeout = 60_000): Promise<string> {
    const pieces = this.activeEditor().locator(".ghost-text-decoration, .ghost-text-decoration-preview");
    await pieces.first().waitFor({ timeout });
    const shown = await pieces.evaluateAll((elements) =>
      elements.map((element) => ({
        text: element.textContent ?? "",
        top: Math.round(element.getBoundingClientRect().top),
      })),
    );
    // A piece is a run of one colour: those at one height make a line.
    let text = "";
    shown.forEach((piece, index) => {
      const before = shown[index - 1];
      text += before !== undefined && before.top !== piece.top ? `\n${piece.text}` : piece.text;
    });
    return text.replaceAll("\u00a0", " ");
  }

  // Commands and views

  /// Runs a command by its title as the palette shows it, e.g. `Tokensieve: Show Tokens`.
  async runCommand(title: string): Promise<void> {
    await this.openQuickInput("F1");
    await this.pick(`>${title}`, title);
  }

  /// Types into the quick input that is open and takes the first entry whose label is `label`, or matches it.
  async pick(text: string, label: string | RegExp): Promise<void> {
    const exactly = label instanceof RegExp ? label : new RegExp(`^\\s*${escapeRegExp(label)}\\s*$`);
    const entry = this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ has: this.page.locator(".label-name", { hasText: exactly }) })
      .first();
    // Entries that arrive after the list was made (a new file, a command just contributed) show when asked again.
    for (const timeout of [2000, 4000, 8000, 16_000]) {
      await this.quickInput().fill("");
      await this.quickInput().fill(text);
      if (await seen(entry, timeout)) return entry.click();
    }
    const shown = await this.page.locator(".quick-input-list .label-name").allTextContents();
    throw new Error(`nothing is called ${label} among: ${shown.join(" | ") || "no entries"}`);
  }

  /// Presses keys until they open the quick input: a window that is still starting swallows them.
  private async openQuickInput(keys: string): Promise<void> {
    for (const timeout of [1000, 2000, 4000, 8000, 16_000]) {
      await this.press(keys);
      if (await seen(this.quickInput(), timeout)) return;
    }
    throw new Error(`${keys} opened no quick input`);
  }

  quickInput(): Locator {
    return this.page.locator(".quick-input-widget input.input");
  }

  /// The document inside a webview of the extension that shows `content`, a selector, once it does.
  async webview(content: string, timeout = 60_000): Promise<FrameLocator> {
    const outer = "iframe.webview[src*='extensionId=tokensieve.tokensieve']";
    const until = Date.now() + timeout;
    while (Date.now() < until) {
      const count = await this.page.locator(outer).count();
      for (let index = 0; index < count; index += 1) {
        const frame = this.page.frameLocator(outer).nth(index).frameLocator("iframe#active-frame");
        if ((await frame.locator(content).count()) > 0) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no webview of the extension showed ${content} within ${timeout} ms`);
  }

  /// The text of the status bar item whose id ends with `id`.
  statusItem(id: string): Locator {
    return this.page.locator(`.part.statusbar .statusbar-item[id$="${id}"]`);
  }

  /// The notification that says `text`, of those that show.
  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();
  }

  /// What all notifications say that have not been dismissed.
  async notifications(): Promise<readonly string[]> {
    await this.runCommand("Notifications: Show Notifications");
    const center = this.page.locator(".notifications-center");
    await center.waitFor();
    const texts = await center.locator(".notification-list-item-message").allTextContents();
    await this.runCommand("Notifications: Hide Notifications");
    return texts;
  }

  async dismissNotifications(): Promise<void> {
    await this.runCommand("Notifications: Clear All Notifications");
  }

  // Looks

  /// Changes settings of the machine that VS Code runs on, keeping the others; `undefined` takes one away.
  /// They overrule the user's. Settings of scope `application` cannot be set so.
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const file = this.session.settings;
    const before = existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : {};
    await writeFile(file, JSON.stringify({ ...before, ...settings }, undefined, 2));
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.configure({ "workbench.colorTheme": themes[theme].name });
    await this.page.locator(`.monaco-workbench${themes[theme].marker}`).waitFor();
  }

  /// Writes a picture of the window, or of one part of it, to a path relative to the repository.
  async screenshot(file: string, part?: Locator): Promise<void> {
    const path = join(process.env.TOKENSIEVE_ROOT ?? ".", file);
    await mkdir(dirname(path), { recursive: true });
    await (part ?? this.page).screenshot({ path, animations: "disabled" });
  }
}

/// Whether something shows within `timeout` ms.
async function seen(what: Locator, timeout: number): Promise<boolean> {
  return what.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/// Opens a window before the tests of the surrounding `describe` and closes it after them; calling the
/// result gives the window. A failed test leaves a picture of it in out/screens.
export function useWorkbench(options: WindowOptions = {}): () => Workbench {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await Workbench.open(options);
  });
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state !== "failed") return;
    const name = test
      .fullTitle()
      .replace(/[^a-z0-9]+/gi, "-")
      .slice(0, 80);
    await workbench?.screenshot(`out/screens/failed-${name}.png`);
  });
  after(async () => {
    await workbench?.close();
  });
  return () => {
    if (workbench === undefined)
      throw new Error("the window opens before the first test, not while describing");
    return workbench;
  };
}
