// Bundles the MaskBench runner and runs it: see main.ts for the options. With `plot` as first argument it
// draws a run instead: see plot.ts.
import { spawnSync } from "node:child_process";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";
import { buildKernel } from "../../scripts/kernel.mjs";

await buildKernel();
const files = ["main", "child", "plot"].map((name) => `bench/maskbench/${name}.ts`);
const options = testBundle(files, "out/bench");
await build({ ...options, external: [...options.external, "vega", "vega-lite"] });
const [first, ...rest] = process.argv.slice(2);
const [program, args] = first === "plot" ? ["plot", rest] : ["main", process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [`${root}out/bench/bench/maskbench/${program}.mjs`, ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
