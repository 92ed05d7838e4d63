// Compiles the grammar kernel (wasm/assembly, AssemblyScript) to out/kernel/kernel.wasm, unless what
// lies there was made of the same sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { root } from "./bundles.mjs";

const sources = `${root}wasm/assembly`;
const out = `${root}out/kernel`;
export const kernelFile = `${out}/kernel.wasm`;

/// `--noAssert` only drops AssemblyScript's own checks: the kernel makes none through them.
const flags = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd"];

export async function buildKernel() {
  const names = (await readdir(sources)).filter((name) => name.endsWith(".ts")).sort();
  const { version } = JSON.parse(await readFile(`${root}node_modules/assemblyscript/package.json`, "utf8"));
  const hash = createHash("sha256").update(JSON.stringify([version, flags]));
  for (const name of names) hash.update(name).update(await readFile(`${sources}/${name}`));
  const digest = hash.digest("hex");
  const known = await readFile(`${out}/hash`, "utf8").catch(() => "");
  if (known === digest) return kernelFile;

  await mkdir(out, { recursive: true });
  // Two builds at once each write a file of their own.
  const own = `${out}/kernel-${process.pid}.wasm`;
  const compiler = `${root}node_modules/assemblyscript/bin/asc.js`;
  const { status } = spawnSync(process.execPath, [compiler, "wasm/assembly/index.ts", ...flags, "-o", own], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the kernel does not compile");
  await rename(own, kernelFile);
  await writeFile(`${out}/hash`, digest);
  return kernelFile;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await buildKernel();
