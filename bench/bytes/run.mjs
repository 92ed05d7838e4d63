// Bundles the bytes bench and runs it: see main.ts for the options.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { build } from "esbuild";
import { root, testBundle } from "../../scripts/bundles.mjs";

const out = `out/bench-bytes-${process.pid}`;
await build(testBundle(["bench/bytes/main.ts"], out));
const { status } = spawnSync(
  process.execPath,
  [`${root}${out}/bench/bytes/main.mjs`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
await rm(`${root}${out}`, { recursive: true, force: true });
process.exit(status ?? 1);
