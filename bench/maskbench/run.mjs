// Bundles the MaskBench runner and runs it: see main.ts for the options.
import { spawnSync } from "node:child_process";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";
import { buildKernel } from "../../scripts/kernel.mjs";

await buildKernel();
const options = testBundle(["bench/maskbench/main.ts", "bench/maskbench/child.ts"], "out/bench");
await build(options);
const { status } = spawnSync(
  process.execPath,
  [`${root}out/bench/bench/maskbench/main.mjs`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
