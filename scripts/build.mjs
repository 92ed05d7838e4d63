// Builds dist/: `node scripts/build.mjs [--watch] [--minify]`.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build, context } from "esbuild";
import { bundles, root } from "./bundles.mjs";
import { buildKernel } from "./kernel.mjs";

const watch = process.argv.includes("--watch");
const options = bundles({ minify: process.argv.includes("--minify") });

const kernel = await buildKernel();
await rm(`${root}dist`, { recursive: true, force: true });
await mkdir(`${root}dist`);
await copyFile(kernel, `${root}dist/kernel.wasm`);
if (watch) {
  for (const o of options) await (await context({ ...o, logLevel: "info" })).watch();
} else {
  await Promise.all(options.map((o) => build(o)));
}
