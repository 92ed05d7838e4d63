import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../src/base/diagnostic.ts";

/// Fetches a package's archive with `npm pack`, which runs none of its scripts. Returns where it is.
export function packArchive(specifier: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const args = ["pack", specifier, "--pack-destination", folder, "--ignore-scripts", "--silent"];
  const { status, stdout, stderr, error } = npm(args);
  const file = stdout?.trim().split("\n").at(-1);
  if (status === 0 && file) return join(folder, file);
  throw new InputError({
    code: "held-out-unavailable",
    severity: "error",
    message: `npm could not fetch ${specifier}: ${error?.message ?? stderr.trim()}`,
    hint: "This bench reads source files of npm packages: run it where npm reaches a registry, once.",
  });
}

/// Throws the `InputError` `held-out-integrity` for an archive that is not the pinned one.
export function verifyArchive(file: string, specifier: string, integrity: string): void {
  if (integrityOf(readFileSync(file)) === integrity) return;
  throw new InputError({
    code: "held-out-integrity",
    severity: "error",
    message: `what npm fetched as ${specifier} is not what was pinned`,
    location: { kind: "file", file },
    hint: "Something between the registry and here changes packages, or the lockfile was edited.",
  });
}

export function integrityOf(archive: Uint8Array): string {
  return `sha512-${createHash("sha512").update(archive).digest("base64")}`;
}

/// Unpacks `files`, all if absent, of a package's archive into `folder`.
export function unpack(archive: string, folder: string, files?: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const members = files?.map((file) => `package/${file}`) ?? [];
  const args = ["-xzf", archive, "-C", folder, "--strip-components=1", ...members];
  const { status, stderr, error } = spawnSync("tar", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar cannot unpack ${archive}: ${error?.message ?? stderr}`);
}

/// Puts what `fill` writes into a folder to `target`, whole or not at all. Two at once may do so.
export function fillOnce(target: string, fill: (folder: string) => void): string {
  if (existsSync(target)) return target;
  const own = `${target}.${process.pid}`;
  try {
    mkdirSync(own, { recursive: true });
    fill(own);
    if (!existsSync(target)) renameSync(own, target);
  } catch (error) {
    // The other one was as fast.
    if (!existsSync(target) || readdirSync(target).length === 0) throw error;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return target;
}

/// The npm that runs the bench, or the one of the shell.
function npm(args: readonly string[]) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith(".js") && existsSync(cli)) {
    return spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  }
  return spawnSync("npm", args, { encoding: "utf8", shell: process.platform === "win32" });
}
