// Packages the extension for one platform: npm run package [-- --target linux-x64] [--cuda] [--out FILE]
// The VSIX has only that platform's native runtime: the CPU's and Vulkan's or Metal's; with --cuda CUDA's too.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";
import { root } from "./bundles.mjs";
import { npm } from "./vscode/processes.mjs";

/// VS Code's name of a platform → npm's names of it, and the native packages of node-llama-cpp for it.
const targets = {
  "linux-x64": {
    os: "linux",
    cpu: "x64",
    libc: "glibc",
    natives: ["linux-x64", "linux-x64-vulkan"],
    cuda: ["linux-x64-cuda"],
  },
  "linux-arm64": { os: "linux", cpu: "arm64", libc: "glibc", natives: ["linux-arm64"], cuda: [] },
  "linux-armhf": { os: "linux", cpu: "arm", libc: "glibc", natives: ["linux-armv7l"], cuda: [] },
  "darwin-arm64": { os: "darwin", cpu: "arm64", natives: ["mac-arm64-metal"], cuda: [] },
  "darwin-x64": { os: "darwin", cpu: "x64", natives: ["mac-x64"], cuda: [] },
  "win32-x64": { os: "win32", cpu: "x64", natives: ["win-x64", "win-x64-vulkan"], cuda: ["win-x64-cuda"] },
  "win32-arm64": { os: "win32", cpu: "arm64", natives: ["win-arm64"], cuda: [] },
};

const { values } = parseArgs({
  options: {
    target: { type: "string", default: `${process.platform}-${process.arch}` },
    cuda: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const target = targets[values.target];
if (target === undefined) {
  console.error(`--target ${values.target} is none of ${Object.keys(targets).join(", ")}.`);
  process.exit(2);
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const vsix = resolve(values.out ?? join(root, `${manifest.name}-${values.target}-${manifest.version}.vsix`));
const stage = join(root, "out", `package-${values.target}`);
await rm(stage, { recursive: true, force: true });
await mkdir(stage, { recursive: true });

await npm(["run", "--silent", "build", "--", "--minify"], root);
const parts = [
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  ".vscodeignore",
  "package-lock.json",
  "package.nls.json",
  "l10n",
  "media",
  "docs/images",
  "dist",
  "grammars",
  "models",
  "syntaxes",
];
for (const part of parts) {
  const from = join(root, part);
  if (existsSync(from)) await cp(from, join(stage, part), { recursive: true });
}
// What package.json names by path must be among the parts.
for (const [, path] of JSON.stringify(manifest.contributes).matchAll(/"(\.\/[^"]+|media\/[^"]+)"/g)) {
  if (!existsSync(join(stage, path))) throw new Error(`package.json names ${path}, which is not packaged`);
}
await writeFile(
  join(stage, "package.json"),
  JSON.stringify({ ...manifest, private: undefined }, undefined, 2),
);

console.log(`Installing what the extension needs on ${values.target} …`);
const platform = [
  `--os=${target.os}`,
  `--cpu=${target.cpu}`,
  ...(target.libc ? [`--libc=${target.libc}`] : []),
];
await npm(
  ["ci", "--omit=dev", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund", ...platform],
  stage,
);
const natives = new Set([...target.natives, ...(values.cuda ? target.cuda : [])]);
const scope = join(stage, "node_modules/@node-llama-cpp");
for (const name of readdirSync(scope)) {
  if (!natives.delete(name)) await rm(join(scope, name), { recursive: true });
}
// A peer of node-llama-cpp for its types.
for (const name of ["typescript", "@typescript"]) {
  await rm(join(stage, "node_modules", name), { recursive: true, force: true });
}
if (natives.size > 0) throw new Error(`npm did not install @node-llama-cpp/${[...natives].join(", ")}`);

// The stage has no build of its own, and needs none.
await writeFile(
  join(stage, "package.json"),
  JSON.stringify(
    { ...manifest, private: undefined, scripts: undefined, devDependencies: undefined },
    undefined,
    2,
  ),
);
await createVSIX({
  cwd: stage,
  packagePath: vsix,
  target: values.target,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
await rm(stage, { recursive: true, force: true });
console.log(`${vsix}: ${(statSync(vsix).size / 1e6).toFixed(1)} MB`);
