// Builds the token panel and a page to run it in without VS Code:
//   node test/webview/build.mjs OUT-FOLDER
// Serve the folder (see serve.mjs) and open page.html in a browser.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

const html = `<!DOCTYPE html>
<meta charset="utf-8">
<title>Token panel</title>
<link rel="stylesheet" href="page.css">
<iframe title="Token panel"></iframe>
<script type="module" src="page.js"></script>
`;
// The frame is all of the page: the window's size is the panel's.
const css =
  "html, body, iframe { margin: 0; border: 0; width: 100%; height: 100vh; display: block; overflow: hidden; }\n";

const out = process.argv[2];
if (out === undefined) {
  console.error("usage: node test/webview/build.mjs OUT-FOLDER");
  process.exit(2);
}
await mkdir(out, { recursive: true });
const common = {
  absWorkingDir: root,
  bundle: true,
  target: "chrome128",
  outdir: out,
  sourcemap: true,
  logLevel: "warning",
};
await Promise.all([
  build({
    ...common,
    entryPoints: { "token-panel": "src/webview/token-panel/main.ts" },
    format: "iife",
    minify: true,
  }),
  build({
    ...common,
    entryPoints: ["test/webview/page.ts", "test/webview/host.ts", "test/webview/tokenizer.ts"],
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[hash]",
  }),
  writeFile(join(out, "page.html"), html),
  writeFile(join(out, "page.css"), css),
  copyFile(join(root, "test/webview/themes.json"), join(out, "themes.json")),
]);
await readFile(join(out, "token-panel.css"));
