// Bundles the decoding bench and runs it: see main.ts for the options.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";
import { buildKernel } from "../../scripts/kernel.mjs";

const out = `out/bench-decoding-${process.pid}`;
await buildKernel();
await build(testBundle(["bench/decoding/main.ts", "src/engine/xgrammar/worker.ts"], out));
const { status } = spawnSync(
  process.execPath,
  [`${root}${out}/bench/decoding/main.mjs`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
await rm(`${root}${out}`, { recursive: true, force: true });
process.exit(status ?? 1);
