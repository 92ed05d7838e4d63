// `npm test`: every check there is, one stage after the other; the last line sums them up.
//   node scripts/test.mjs [STAGE…]
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./bundles.mjs";
import { readCounts } from "./vscode/counts.mjs";
import { npmCommand, start, watchdog } from "./vscode/processes.mjs";

/// `counts`: its tests are counted one by one. `needs`: a stage without which it cannot run.
const stages = [
  { name: "check" },
  { name: "lint" },
  { name: "build" },
  { name: "test:unit", counts: true },
  { name: "test:integration", counts: true, needs: "build" },
  { name: "test:e2e", counts: true, needs: "build" },
];
const named = process.argv.slice(2);
const unknown = named.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no stage ${unknown.join(", ")}; there are ${stages.map((stage) => stage.name).join(", ")}.`,
  );
  process.exit(2);
}

watchdog(28, "npm test");
const reports = join(root, "out", `test-${process.pid}`);
await mkdir(reports, { recursive: true });
let passed = 0;
let failed = 0;
let skipped = 0;
const broken = new Set();
const summary = [];

for (const stage of stages) {
  if (named.length > 0 && !named.includes(stage.name)) continue;
  if (broken.has(stage.needs)) {
    failed += 1;
    summary.push(`${stage.name}: not run, as ${stage.needs} failed`);
    continue;
  }
  console.log(`\n=== ${stage.name} ===`);
  const begun = Date.now();
  const report = join(reports, `${stage.name.replace(":", "-")}.json`);
  const status = await runScript(stage.name, stage.counts ? ["--report", report] : []);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  const counts = stage.counts ? readCounts(report) : undefined;
  const stagePassed = counts?.passed ?? (status === 0 ? 1 : 0);
  // A stage that fails without a failed test (a crash, no test at all) is a failure of its own.
  const stageFailed = Math.max(counts?.failed ?? 0, status === 0 ? 0 : 1);
  passed += stagePassed;
  failed += stageFailed;
  skipped += counts?.skipped ?? 0;
  if (status !== 0) broken.add(stage.name);
  const line = `${stage.name}: ${stagePassed} passed, ${stageFailed} failed in ${seconds} s`;
  summary.push(line);
  console.log(`=== ${line}`);
}

await rm(reports, { recursive: true, force: true });
console.log(`\n${summary.join("\n")}`);
if (skipped > 0) console.log(`${skipped} tests were skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/// Runs a script of package.json; resolves to its exit status.
function runScript(name, args) {
  const [command, ...before] = npmCommand();
  const child = start(command, [...before, "run", "--silent", name, "--", ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: command === "npm" && process.platform === "win32",
  });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once("exit", (status) => resolve(status ?? 1));
  });
}
