// The desktop VS Code: installed, or downloaded where there is a display to show it on.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { root } from "../bundles.mjs";
import { cacheDir } from "./cache.mjs";
import { vscodeVersion } from "./code-server.mjs";
import { run } from "./processes.mjs";

const windows = process.platform === "win32";

/// Why no window can be opened on this machine, or undefined when one can.
function noDisplay() {
  if (process.platform !== "linux") return undefined;
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? undefined : "this machine has no display";
}

/// The desktop VS Code that is installed on this machine.
/// Resolves to `{command, version}`, or to `{reason}` where none will do.
export async function installedDesktop() {
  const reason = noDisplay();
  if (reason !== undefined) return { reason };
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined) {
    return { reason: "this terminal's `code` speaks to a VS Code on another machine" };
  }
  const command = findCode();
  if (command === undefined) return { reason: "no `code` is on PATH" };
  const { status, output } = await run(command, ["--version"], { shell: windows }).catch((error) => ({
    status: 1,
    output: error.message,
  }));
  const version = /^\d+\.\d+\.\d+/m.exec(output)?.[0];
  if (status !== 0 || version === undefined) return { reason: `${command} --version failed` };
  const wanted = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.vscode.replace("^", "");
  if (version.localeCompare(wanted, undefined, { numeric: true }) < 0) {
    return { reason: `the installed VS Code is ${version}, and Tokensieve needs ${wanted}` };
  }
  return { command, version };
}

function findCode() {
  const name = windows ? "code.cmd" : "code";
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name));
  const mac = ["/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code"];
  return [...onPath, ...(process.platform === "darwin" ? mac : [])].find((file) => existsSync(file));
}

/// The desktop VS Code of a fixed version, from the cache or downloaded into it.
/// Resolves to `{executable}`, or to `{reason}` where it cannot be had.
export async function downloadedDesktop(say = console.log) {
  const reason = noDisplay();
  if (reason !== undefined) return { reason };
  const present =
    existsSync(cacheDir) &&
    readdirSync(cacheDir).some((name) => name.startsWith("vscode-") && name.endsWith(`-${vscodeVersion}`));
  if (!present) {
    const host = "update.code.visualstudio.com";
    if (!(await isReachable(host))) return { reason: `${host} cannot be reached to download one` };
    say(`Downloading VS Code ${vscodeVersion} (about 150 MB) from ${host} into ${cacheDir}, once …`);
  }
  try {
    return { executable: await downloadAndUnzipVSCode({ version: vscodeVersion, cachePath: cacheDir }) };
  } catch (error) {
    return { reason: `VS Code could not be downloaded (${error.message})` };
  }
}

async function isReachable(host) {
  try {
    const response = await fetch(`https://${host}/api/releases/stable`, {
      signal: AbortSignal.timeout(8000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
