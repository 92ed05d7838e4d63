import assert from "node:assert/strict";
import type { Frame, Page } from "playwright-core";

/// A page that plays the workbench around a view, and what every view's tests ask of it.
export class ViewedPage {
  readonly page: Page;
  readonly #tries: number;

  /// `tries`: looks, 50 ms apart, after which what is waited for has not come.
  constructor(page: Page, tries = 200) {
    this.page = page;
    this.#tries = tries;
  }

  /// The view's own document.
  get frame(): Frame {
    return this.page.frames()[1]!;
  }

  /// The text of the first element that a selector finds.
  async text(selector: string): Promise<string> {
    return (await this.frame.locator(selector).first().textContent()) ?? "";
  }

  async until<T>(what: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      const value = await what();
      if (holds(value)) return value;
      if (tries === this.#tries) assert.fail(`still ${JSON.stringify(value)}`);
      await this.page.waitForTimeout(50);
    }
  }

  /// Waits until something reads as expected.
  async reads(selector: string, expected: string | RegExp): Promise<void> {
    await this.until(
      () => this.text(selector),
      (text) => (typeof expected === "string" ? text === expected : expected.test(text)),
    );
  }
}
