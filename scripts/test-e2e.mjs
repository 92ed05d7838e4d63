// Runs test/e2e against a real VS Code served to a headless browser:
//   node scripts/test-e2e.mjs [PATH-PART…] [--grep TEXT] [--report FILE] [--vsix FILE] [--verbose]
// --vsix tests a packaged extension instead of the one in dist.
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./bundles.mjs";
import { readCounts, statusOf } from "./vscode/counts.mjs";
import { start, watchdog } from "./vscode/processes.mjs";
import { bundleBrowserTests, withServedWorkbench } from "./vscode/served.mjs";

const { values, positionals } = parseArgs({
  options: {
    grep: { type: "string" },
    report: { type: "string" },
    vsix: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

if (values.vsix === undefined && !existsSync(join(root, "dist/extension.cjs"))) {
  console.error("dist/extension.cjs is missing: run `npm run build` first.");
  process.exit(2);
}
const specs = readdirSync(join(root, "test/e2e"))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
  .map((file) => `test/e2e/${file}`);
if (specs.length === 0) {
  console.error(`no browser test matches ${positionals.join(" ")}`);
  process.exit(2);
}

watchdog(10, "The browser tests");
const report = resolve(values.report ?? join(root, `out/e2e-counts-${process.pid}.json`));
await rm(report, { force: true });
await mkdir(dirname(report), { recursive: true });
const { bundled, remove } = await bundleBrowserTests(specs);
const grep = values.grep === undefined ? [] : ["--grep", values.grep];
let code = 1;
try {
  code = await withServedWorkbench(
    "test/workspace",
    (env) =>
      new Promise((done, failed) => {
        const mocha = start(
          process.execPath,
          [
            join(root, "node_modules/mocha/bin/mocha.js"),
            "--timeout",
            "120000",
            "--exit",
            "--reporter",
            join(root, "scripts/count-reporter.cjs"),
            "--reporter-option",
            `file=${report}`,
            ...grep,
            ...bundled,
          ],
          { cwd: root, stdio: ["ignore", "inherit", "inherit"], env },
        );
        mocha.once("error", failed);
        mocha.once("exit", (status) => done(status ?? 1));
      }),
    { verbose: values.verbose, ...(values.vsix === undefined ? {} : { vsix: resolve(values.vsix) }) },
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
const counts = readCounts(report);
await remove();
if (values.report === undefined) await rm(report, { force: true });
process.exit(code === 0 ? statusOf(counts) : 1);
