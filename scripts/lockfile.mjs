// Keeps package-lock.json fit for every platform: `node scripts/lockfile.mjs [--check]`.
//
// npm leaves out of the file those optional packages (other platforms' binaries) that it could not look up
// when it wrote it, and then `npm ci` refuses the file everywhere. This adds them from what their dependents say.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundles.mjs";

const file = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const packages = lock.packages;

/// Words of package names such as `@biomejs/cli-linux-x64-musl` → npm's os, cpu and libc.
const operatingSystems = {
  aix: "aix",
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  mac: "darwin",
  netbsd: "netbsd",
  openbsd: "openbsd",
  openharmony: "openharmony",
  sunos: "sunos",
  win: "win32",
  win32: "win32",
};
const processors = new Set([
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
]);

/// Whether the package at `from` (a key of the lockfile) finds `name` in its own node_modules or one above.
function isThere(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}

function entryFor(name, version, dependent) {
  const words = name.split("/").at(-1).split("-");
  const os = words.map((word) => operatingSystems[word]).find(Boolean);
  const cpu = words.find((word) => processors.has(word));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(
      `package-lock.json lacks ${name}@${version}, and its name tells no platform: add it by hand`,
    );
  }
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : undefined;
  return { version, cpu: [cpu], dev: dependent.dev, libc, optional: true, os: [os] };
}

const missing = {};
for (const [from, dependent] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(dependent.optionalDependencies ?? {})) {
    if (!isThere(from, name)) missing[`node_modules/${name}`] = entryFor(name, version, dependent);
  }
}
const hosts = Object.values(packages).filter((entry) => entry.resolved !== undefined).length;

if (process.argv.includes("--check")) {
  const lacking = Object.keys(missing).length;
  if (lacking > 0) console.error(`package-lock.json lacks ${lacking} packages of other platforms`);
  if (hosts > 0) console.error(`package-lock.json names a registry's host ${hosts} times`);
  if (lacking + hosts > 0) {
    console.error("run: node scripts/lockfile.mjs");
    process.exit(1);
  }
} else {
  for (const entry of Object.values(packages)) delete entry.resolved;
  const all = Object.entries({ ...packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(all);
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}
