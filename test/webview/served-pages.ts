import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { serveFolder } from "./serve.mjs";

const root = process.env.TOKENSIEVE_ROOT ?? process.cwd();

/// The pages of this folder, built and served for the suite that calls it, and a browser: the run's own,
/// or one of the suite's.
export function useServedPages(name: string) {
  const built = join(root, `out/${name}-${process.pid}`);
  let server: Awaited<ReturnType<typeof serveFolder>> | undefined;
  let browser: Browser | undefined;

  before(async () => {
    await promisify(execFile)(process.execPath, [join(root, "test/webview/build.mjs"), built], { cwd: root });
    server = await serveFolder(built);
    const session = JSON.parse(process.env.TOKENSIEVE_E2E ?? "{}") as { browser?: string };
    browser =
      session.browser === undefined
        ? await chromium.launch({
            executablePath: process.env.TOKENSIEVE_CHROMIUM ?? "/usr/bin/chromium",
            args: ["--no-sandbox", "--disable-gpu"],
          })
        : await chromium.connect(session.browser);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(built, { recursive: true, force: true });
  });

  return {
    newPage: (viewport: { readonly width: number; readonly height: number }): Promise<Page> =>
      browser!.newPage({ viewport }),
    url: (file: string): string => `${server!.url}/${file}`,
  };
}
