// Builds the views and pages to run them in without VS Code:
//   node test/webview/build.mjs OUT-FOLDER
// Serve the folder (see serve.mjs): page.html is the token panel; explorer.html the Mask Explorer, bytes.html Byte
// Probabilities and healing.html FIM Healing, whose hosts the process that opens them must play (explorer-host.ts,
// bytes-host.ts, healing-host.ts).
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

const html = (title, script) => `<!DOCTYPE html>
<meta charset="utf-8">
<title>${title}</title>
<link rel="stylesheet" href="page.css">
<iframe title="${title}"></iframe>
<script type="module" src="${script}"></script>
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
    entryPoints: {
      "token-panel": "src/webview/token-panel/main.ts",
      "mask-explorer": "src/webview/mask-explorer/main.ts",
      "byte-probabilities": "src/webview/byte-probabilities/main.ts",
      "fim-healing": "src/webview/fim-healing/main.ts",
    },
    format: "iife",
    minify: true,
  }),
  build({
    ...common,
    entryPoints: [
      "test/webview/page.ts",
      "test/webview/host.ts",
      "test/webview/tokenizer.ts",
      "test/webview/explorer-page.ts",
      "test/webview/bytes-page.ts",
      "test/webview/healing-page.ts",
    ],
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[hash]",
  }),
  writeFile(join(out, "page.html"), html("Token panel", "page.js")),
  writeFile(join(out, "explorer.html"), html("Mask Explorer", "explorer-page.js")),
  writeFile(join(out, "bytes.html"), html("Byte Probabilities", "bytes-page.js")),
  writeFile(join(out, "healing.html"), html("FIM Healing", "healing-page.js")),
  writeFile(join(out, "page.css"), css),
  copyFile(join(root, "test/webview/themes.json"), join(out, "themes.json")),
]);
await readFile(join(out, "token-panel.css"));
