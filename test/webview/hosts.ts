// What the host sides have in common that are in the process that drives the browser.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { KernelEngine } from "../../src/engine/index.ts";
import type { MessagePortLike } from "../../src/protocol/port.ts";
import { Core } from "../../src/service/core.ts";
import { pack, unpack } from "./packed.ts";

type Listener = (message: unknown) => void;

/// A core with the kernel alone.
export function kernelCore(): Core {
  const root = process.env.TOKENSIEVE_ROOT ?? ".";
  return new Core([new KernelEngine({ wasm: readFileSync(`${root}/dist/kernel.wasm`) })]);
}

/// Connects a host with a view that is told by `post`; returns how the host hears the view.
export function attachTo(host: { attach(port: MessagePortLike): void }, post: Listener): Listener {
  let hear: Listener = () => {};
  host.attach({
    post,
    listen(listener) {
      hear = listener;
      return () => {
        hear = () => {};
      };
    },
  });
  return (message) => hear(message);
}

/// Connects a host with the page that plays the workbench around its view.
export async function connect(page: Page, host: { attach(post: Listener): Listener }): Promise<void> {
  const hear = host.attach((message) => {
    const tell = (packed: string) =>
      (window as unknown as { harness: { hear(packed: string): void } }).harness.hear(packed);
    page.evaluate(tell, pack(message)).catch(() => undefined);
  });
  await page.exposeFunction("toHost", (packed: string) => hear(unpack(packed)));
}
