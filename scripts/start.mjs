// Opens VS Code with Tokensieve and the sample workspace in examples/:
//   npm start [-- --web] [-- --port N] [-- --no-build]
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./bundles.mjs";
import { cacheDir } from "./vscode/cache.mjs";
import { startCodeServer } from "./vscode/code-server.mjs";
import { downloadedDesktop, installedDesktop } from "./vscode/desktop.mjs";
import { linkExtension } from "./vscode/linked-extension.mjs";
import { run, start } from "./vscode/processes.mjs";
import { quietSettings, seedSettings } from "./vscode/settings.mjs";

const { values } = parseArgs({
  options: {
    web: { type: "boolean", default: false },
    port: { type: "string", default: "8123" },
    "no-build": { type: "boolean", default: false },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`--port ${values.port}: a port is a whole number from 0 (any free one) to 65535.`);
  process.exit(2);
}

const folder = join(root, "examples");
const firstFile = join(folder, "README.md");
const userDir = join(cacheDir, "start-desktop", "user");
const settings = {
  ...quietSettings,
  "workbench.editorAssociations": { "**/examples/README.md": "vscode.markdown.preview.editor" },
};

if (!values["no-build"]) {
  const { status, output } = await run(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root });
  if (status !== 0) {
    console.error(`The build failed:\n${output}`);
    process.exit(1);
  }
}
await open();

async function open() {
  if (values.web) return openInBrowser("you asked for --web");
  const installed = await installedDesktop();
  if (installed.reason === undefined) return openInstalled(installed);
  const downloaded = await downloadedDesktop();
  if (downloaded.reason === undefined) return openDownloaded(downloaded.executable, installed.reason);
  const reasons = [...new Set([installed.reason, downloaded.reason])];
  return openInBrowser(reasons.join(", and "));
}

const desktopArguments = () => [
  `--extensionDevelopmentPath=${root}`,
  `--user-data-dir=${userDir}`,
  `--extensions-dir=${join(cacheDir, "start-desktop", "extensions")}`,
  "--disable-workspace-trust",
  "--new-window",
  // Chromium's sandbox does not run as root.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  folder,
  firstFile,
];

async function openInstalled({ command, version }) {
  console.log(`Opening the installed VS Code ${version}, with settings and extensions of its own.`);
  await seedSettings(userDir, settings);
  const quote = (text) => (process.platform === "win32" ? `"${text}"` : text);
  const { status, output } = await run(quote(command), desktopArguments().map(quote), {
    cwd: root,
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`VS Code did not open (exit status ${status}):\n${output}`);
    process.exit(1);
  }
}

async function openDownloaded(executable, reason) {
  console.log(`Opening the downloaded VS Code: ${reason}. Ctrl+C closes it.`);
  await seedSettings(userDir, settings);
  const child = start(executable, desktopArguments(), { cwd: root, stdio: "ignore" });
  child.once("error", (error) => {
    console.error(`VS Code did not start: ${error.message}`);
    process.exit(1);
  });
  child.once("exit", (code) => process.exit(code ?? 0));
}

async function openInBrowser(reason) {
  console.log(`Serving VS Code to your browser: ${reason}.`);
  // The workbench's own address is long, and it must hold a secret: whoever opens it can run programs as you.
  const path = `/${randomUUID().slice(0, 8)}`;
  let workbench;
  const door = createServer((request, response) => {
    if (request.url === path) response.writeHead(302, { location: workbench }).end();
    else response.writeHead(404).end("Open the address that npm start printed.");
  });
  await listen(door);

  const dataDir = join(cacheDir, "start-web");
  await seedSettings(join(dataDir, "user"), settings);
  await linkExtension(join(dataDir, "extensions"));
  const server = await startCodeServer({ dataDir });
  workbench = server.url({ folder, payload: [["openFile", server.remote(firstFile)]] });
  const url = `http://127.0.0.1:${door.address().port}${path}`;
  console.log(`\n  Tokensieve in VS Code:  ${url}\n\nCtrl+C stops it.`);
  openUrl(url);
  const code = await server.ended;
  console.error(`VS Code's server ended with code ${code}:\n${server.output()}`);
  process.exit(1);
}

function listen(door) {
  return new Promise((done) => {
    door.once("error", (error) => {
      console.error(
        error.code === "EADDRINUSE"
          ? `Port ${port} is taken: choose another with --port N, or --port 0 for any free one.`
          : `Port ${port} cannot be used: ${error.message}`,
      );
      process.exit(1);
    });
    door.listen(port, "127.0.0.1", done);
  });
}

/// Opens a browser where there is one; the printed address serves everybody else.
function openUrl(url) {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(command, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
