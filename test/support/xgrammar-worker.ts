import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

let built: Promise<URL> | undefined;

/// Bundles the XGrammar engine's worker, once a process, and says where it is.
export function xgrammarWorkerUrl(): Promise<URL> {
  built ??= build();
  return built;
}

async function build(): Promise<URL> {
  const root = process.env.TOKENSIEVE_ROOT!;
  // Neither may become part of the bundle that the tests are.
  const esbuild = createRequire(`${root}package.json`)("esbuild") as {
    build(options: object): Promise<unknown>;
  };
  const { testBundle } = (await import(pathToFileURL(`${root}scripts/bundles.mjs`).href)) as {
    testBundle(entryPoints: readonly string[], outdir: string): object;
  };
  const outdir = `out/xgrammar-worker-${process.pid}`;
  await esbuild.build(testBundle(["src/engine/xgrammar/worker.ts"], outdir));
  process.once("exit", () => rmSync(`${root}${outdir}`, { recursive: true, force: true }));
  return pathToFileURL(`${root}${outdir}/src/engine/xgrammar/worker.mjs`);
}
