// Builds dist/: `node scripts/build.mjs [--watch] [--minify]`.
import { rm } from "node:fs/promises";
import { build, context } from "esbuild";
import { bundles, root } from "./bundles.mjs";

const watch = process.argv.includes("--watch");
const options = bundles({ minify: process.argv.includes("--minify") });

await rm(`${root}dist`, { recursive: true, force: true });
if (watch) {
  for (const o of options) await (await context({ ...o, logLevel: "info" })).watch();
} else {
  await Promise.all(options.map((o) => build(o)));
}
