// Takes the pictures of the documentation: npm run screenshots [-- NAME…] [--out DIR]
// Each NAME is a picture of test/e2e/screenshots.ts; without one, all are taken, into docs/images.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundles.mjs";
import { start, watchdog } from "./vscode/processes.mjs";
import { bundleBrowserTests, withServedWorkbench } from "./vscode/served.mjs";

if (!existsSync(join(root, "dist/extension.cjs"))) {
  console.error("dist/extension.cjs is missing: run `npm run build` first.");
  process.exit(2);
}
watchdog(15, "Taking the pictures");
const { bundled, remove } = await bundleBrowserTests(["test/e2e/screenshots.ts"]);
const status = await withServedWorkbench("examples", (env) => {
  const child = start(process.execPath, [join(root, bundled[0]), ...process.argv.slice(2)], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env,
  });
  return new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
}).finally(remove);
process.exit(status);
