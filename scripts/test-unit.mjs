// Runs the unit tests (`*.test.ts` beside the sources, benches included, and in these folders of test/) in plain Node:
//   node scripts/test-unit.mjs [PATH-PART…] [--report FILE] [--grep TEXT]
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { root, testBundle } from "./bundles.mjs";
import { buildKernel } from "./kernel.mjs";

const { values, positionals } = parseArgs({
  options: { report: { type: "string" }, grep: { type: "string" } },
  allowPositionals: true,
});

const files = ["src", "bench", "test/unit", "test/fuzz", "test/hostile"]
  .flatMap((dir) => readdirSync(`${root}${dir}`, { recursive: true }).map((file) => `${dir}/${file}`))
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
if (files.length === 0) {
  console.error(`no unit test matches ${positionals.join(" ")}`);
  process.exit(2);
}

// A folder of its own, so that two runs (a watcher's and a person's) do not meet.
const out = `out/unit-${process.pid}`;
await buildKernel();
await build(testBundle(files, out));
const reporter =
  values.report === undefined
    ? []
    : ["--reporter", `${root}scripts/count-reporter.cjs`, "--reporter-option", `file=${values.report}`];
const grep = values.grep === undefined ? [] : ["--grep", values.grep];
const bundled = files.map((file) => `${out}/${file.replace(/\.ts$/, ".mjs")}`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/mocha/bin/mocha.js", "--timeout", "30000", "--exit", ...reporter, ...grep, ...bundled],
  { cwd: root, stdio: "inherit", env: { ...process.env, TOKENSIEVE_ROOT: root } },
);
await rm(`${root}${out}`, { recursive: true, force: true });
process.exit(status ?? 1);
