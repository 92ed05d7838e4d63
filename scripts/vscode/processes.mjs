// Child processes that never outlive the script which started them.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const windows = process.platform === "win32";
const live = new Set();

/// Starts a program in a process group of its own, so that `stop` ends its children too.
export function start(command, args, options = {}) {
  const child = spawn(command, args, { detached: !windows, ...options });
  live.add(child);
  child.once("exit", () => live.delete(child));
  child.once("error", () => live.delete(child));
  return child;
}

function signal(child, name) {
  if (child.pid === undefined) return;
  if (windows) {
    spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}

/// Asks the group to end, and after `graceMs` makes it.
export async function stop(child, graceMs = 3000) {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signal(child, "SIGTERM");
    const timer = setTimeout(() => signal(child, "SIGKILL"), graceMs);
    await ended;
    clearTimeout(timer);
  }
  // Grandchildren may have survived their parent.
  signal(child, "SIGKILL");
}

function stopAllNow() {
  for (const child of live) signal(child, "SIGKILL");
}

process.on("exit", stopAllNow);
for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(name, () => process.exit(code));
}

/// Ends this script and all it started if it runs longer than `minutes`; returns the way to call that off.
export function watchdog(minutes, what) {
  const timer = setTimeout(() => {
    console.error(`${what} took more than ${minutes} minutes and was stopped.`);
    process.exit(1);
  }, minutes * 60_000);
  return () => clearTimeout(timer);
}

/// Runs a program to its end; resolves to its exit status and, unless `stdio` sends it elsewhere, its output.
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

/// The command that is npm: its own script run by this very Node where it can be found, since `npm` on PATH
/// may be a shell script, a .cmd file or another version.
export function npmCommand() {
  const beside = dirname(process.execPath);
  const script = [
    process.env.npm_execpath,
    join(beside, "node_modules/npm/bin/npm-cli.js"),
    join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
  ].find((file) => file?.endsWith("npm-cli.js") && existsSync(file));
  return script === undefined ? ["npm"] : [process.execPath, script];
}

/// Runs npm in `cwd`; a failure throws with the end of npm's output.
export async function npm(args, cwd, env = {}) {
  const [command, ...before] = npmCommand();
  const { status, output } = await run(command, [...before, ...args], {
    cwd,
    env: { ...process.env, ...env },
    shell: windows && command === "npm",
  });
  if (status !== 0) {
    const lines = output.trim().split("\n");
    const shown = lines.length <= 40 ? lines : [...lines.slice(0, 20), "…", ...lines.slice(-20)];
    throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${shown.join("\n")}`);
  }
}
