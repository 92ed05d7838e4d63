// Bundles the fuzzer and runs it: see main.ts for the options.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";
import { buildKernel } from "../../scripts/kernel.mjs";

const out = `out/fuzz-${process.pid}`;
await buildKernel();
await build(testBundle(["test/fuzz/main.ts", "test/fuzz/worker.ts"], out));
const { status } = spawnSync(
  process.execPath,
  [`${root}${out}/test/fuzz/main.mjs`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit", env: { ...process.env, TOKENSIEVE_ROOT: root } },
);
await rm(`${root}${out}`, { recursive: true, force: true });
process.exit(status ?? 1);
