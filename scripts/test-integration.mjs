// Runs test/integration inside a real VS Code's extension host:
//   node scripts/test-integration.mjs [PATH-PART…] [--grep TEXT] [--report FILE] [--web] [--verbose] [--bundle-only]
//     [--bench]
// The desktop VS Code where it can be downloaded and shown, else code-server in a headless browser;
// the same suites either way. --bundle-only leaves them in out/integration-debug for a debugger to start.
// --bench runs bench/extension-host instead.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { root, testBundle } from "./bundles.mjs";
import { launchChromium } from "./vscode/chromium.mjs";
import { startCodeServer } from "./vscode/code-server.mjs";
import { readCounts, statusOf } from "./vscode/counts.mjs";
import { downloadedDesktop } from "./vscode/desktop.mjs";
import { watchdog } from "./vscode/processes.mjs";
import { seedSettings, testSettings } from "./vscode/settings.mjs";
import { temporaryWorkspace } from "./vscode/workspace.mjs";

const { values, positionals } = parseArgs({
  options: {
    grep: { type: "string" },
    report: { type: "string" },
    web: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    "bundle-only": { type: "boolean", default: false },
    bench: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

if (!existsSync(join(root, "dist/extension.cjs"))) {
  console.error("dist/extension.cjs is missing: run `npm run build` first.");
  process.exit(2);
}
const folder = values.bench ? "bench/extension-host" : "test/integration";
const suites = readdirSync(join(root, folder))
  .filter((file) => file.endsWith(values.bench ? ".bench.ts" : ".test.ts"))
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
  .map((file) => `${folder}/${file}`);
if (suites.length === 0) {
  console.error(`no integration test matches ${positionals.join(" ")}`);
  process.exit(2);
}

watchdog(10, "The integration tests");
const out = values["bundle-only"] ? "out/integration-debug" : `out/integration-${process.pid}`;
await build(testBundle(["test/integration/index.ts", ...suites], out, "cjs"));
if (values["bundle-only"]) process.exit(0);
const report = resolve(values.report ?? join(root, out, "counts.json"));
await rm(report, { force: true });
await mkdir(dirname(report), { recursive: true });
const entry = join(root, out, "test/integration/index.cjs");

const place = await temporaryWorkspace();
const dataDir = join(place.dir, "d");
await seedSettings(join(dataDir, "user"), testSettings);
// The suites print to a file: VS Code mixes what an extension host prints with its own log.
const printed = join(place.dir, "printed.txt");
const env = {
  ...place.env,
  TOKENSIEVE_ROOT: root,
  TOKENSIEVE_TEST_FOLDER: join(root, out, folder),
  TOKENSIEVE_TEST_REPORT: report,
  TOKENSIEVE_TEST_OUTPUT: printed,
  ...(values.grep === undefined ? {} : { TOKENSIEVE_TEST_GREP: values.grep }),
  ...(process.stdout.isTTY ? { TOKENSIEVE_TEST_COLOR: "1" } : {}),
};

const stopFollowing = follow(printed);
let code = 1;
try {
  const desktop = values.web ? { reason: "you asked for --web" } : await downloadedDesktop();
  if (desktop.reason === undefined) {
    console.log("Running in the desktop VS Code.");
    code = await runInDesktop(desktop.executable);
  } else {
    console.log(`Running in code-server: ${desktop.reason}.`);
    code = await runInBrowser();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
} finally {
  stopFollowing();
  await place.remove();
}
const counts = readCounts(report);
if (counts === undefined) console.error("VS Code ended before the tests did.");
await rm(join(root, out), { recursive: true, force: true });
process.exit(code === 0 ? statusOf(counts) : 1);

/// Copies what is appended to `file` to the terminal; returns the way to end that.
function follow(file) {
  let shown = 0;
  const show = () => {
    if (!existsSync(file)) return;
    const bytes = readFileSync(file);
    process.stdout.write(bytes.subarray(shown));
    shown = bytes.length;
  };
  const timer = setInterval(show, 200);
  return () => {
    clearInterval(timer);
    show();
  };
}

async function runInDesktop(executable) {
  return runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: entry,
    extensionTestsEnv: env,
    launchArgs: [
      place.workspace,
      "--disable-workspace-trust",
      "--disable-gpu",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${join(dataDir, "user")}`,
      `--extensions-dir=${join(dataDir, "extensions")}`,
    ],
  });
}

async function runInBrowser() {
  const server = await startCodeServer({ dataDir, env, development: true });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const log = [];
    const finished = new Promise((done, failed) => {
      void page.exposeFunction("codeAutomationExit", (code) => done(code));
      page.on("console", (message) => log.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => log.push(`error: ${error.message}`));
      page.on("crash", () => failed(new Error("the browser's page crashed")));
      browser.on("disconnected", () => failed(new Error("the browser ended")));
      void server.ended.then((code) => failed(new Error(`code-server ended with code ${code}`)));
    });
    await page.goto(
      server.url({
        folder: place.workspace,
        payload: [
          ["extensionDevelopmentPath", server.remote(root.replace(/[\\/]$/, ""))],
          ["extensionTestsPath", server.remote(entry)],
          ["skipWelcome", "true"],
        ],
      }),
    );
    const code = await finished;
    if (values.verbose || readCounts(report) === undefined) {
      console.log(["--- page", ...log, "--- server", server.output()].join("\n"));
    }
    return code;
  } finally {
    await browser.close();
    await server.stop();
  }
}
