// A served VS Code with the extension and a browser for it, as the browser tests and the pictures need them.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { root, testBundle } from "../bundles.mjs";
import { launchChromiumServer } from "./chromium.mjs";
import { installVsix, startCodeServer } from "./code-server.mjs";
import { linkExtension } from "./linked-extension.mjs";
import { seedSettings, testSettings } from "./settings.mjs";
import { temporaryWorkspace } from "./workspace.mjs";

/// Serves VS Code on a copy of `sample`, and calls `use(env)` with the environment that test/e2e/driver.ts reads.
/// The extension is this checkout's, or the one packaged in `vsix`.
export async function withServedWorkbench(sample, use, { verbose = false, vsix } = {}) {
  const place = await temporaryWorkspace(sample);
  const dataDir = join(place.dir, "d");
  await seedSettings(join(dataDir, "user"), testSettings);
  if (vsix === undefined) await linkExtension(join(dataDir, "extensions"));
  else await installVsix(dataDir, vsix);
  let server;
  let browser;
  try {
    server = await startCodeServer({ dataDir, env: { ...place.env, TOKENSIEVE_ROOT: root } });
    browser = await launchChromiumServer();
    const session = {
      url: server.url({ folder: place.workspace, payload: [["skipWelcome", "true"]] }),
      browser: browser.wsEndpoint(),
      workspace: place.workspace,
      settings: server.machineSettings,
    };
    return await use({ ...process.env, TOKENSIEVE_ROOT: root, TOKENSIEVE_E2E: JSON.stringify(session) });
  } finally {
    if (verbose) console.log(`--- server\n${server?.output()}`);
    await browser?.close();
    await server?.stop();
    await place.remove();
  }
}

/// Bundles TypeScript files of test/e2e for plain Node; resolves to their places and the way to remove them.
export async function bundleBrowserTests(files) {
  const out = `out/e2e-${process.pid}`;
  await build(testBundle(files, out));
  return {
    bundled: files.map((file) => `${out}/${file.replace(/\.ts$/, ".mjs")}`),
    remove: () => rm(join(root, out), { recursive: true, force: true }),
  };
}
