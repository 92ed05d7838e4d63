// Bundles a bench and runs it: node bench/common/run.mjs NAME [OPTION…]; its main.ts has the options. With
// `plot` as first option, its plot.ts draws a run instead.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";
import { buildKernel } from "../../scripts/kernel.mjs";
import { cacheDir } from "../../scripts/vscode/cache.mjs";

const [name, ...options] = process.argv.slice(2);
const program = options[0] === "plot" ? "plot" : "main";
const files = [`${name}/${program}.ts`, `${name}/child.ts`, "common/measure-child.ts"]
  .map((file) => `bench/${file}`)
  .filter((file) => existsSync(`${root}${file}`));
const args = program === "plot" ? options.slice(1) : options;
const out = `out/bench-${name}-${process.pid}`;
await buildKernel();
const bundle = testBundle(files, out);
await build({ ...bundle, external: [...bundle.external, "vega", "vega-lite"] });
const { status } = spawnSync(process.execPath, [`${root}${out}/bench/${name}/${program}.mjs`, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, TOKENSIEVE_CACHE: cacheDir },
});
await rm(`${root}${out}`, { recursive: true, force: true });
process.exit(status ?? 1);
