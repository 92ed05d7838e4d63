// What esbuild makes: one description of every bundle, shared by build, watch and tests.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/// Never bundled: `vscode` is the editor's own; node-llama-cpp loads native files next to itself.
const external = ["vscode", "node-llama-cpp"];

/// web-xgrammar calls itself an ES module but is UMD: esbuild must read it as CommonJS.
const umdPlugin = {
  name: "umd-in-esm-clothing",
  setup(build) {
    build.onResolve({ filter: /^@mlc-ai\/web-xgrammar$/ }, () => ({
      path: `${root}node_modules/@mlc-ai/web-xgrammar/lib/index.js`,
      namespace: "umd",
    }));
    build.onLoad({ filter: /.*/, namespace: "umd" }, async (args) => {
      const { readFile } = await import("node:fs/promises");
      return { contents: await readFile(args.path, "utf8"), loader: "js", resolveDir: root };
    });
  },
};

/// llama3-tokenizer-js builds a whole tokenizer, merges and all, as it is loaded (0.4 s). We need its
/// vocabulary alone: half the size, a tenth of the time.
const llama3VocabularyPlugin = {
  name: "llama3-vocabulary",
  setup(build) {
    build.onLoad({ filter: /llama3-tokenizer-with-baked-data\.js$/ }, async (args) => {
      const { readFile } = await import("node:fs/promises");
      const source = await readFile(args.path, "utf8");
      const vocabulary = /const llama_vocab_base64 = "[^"]+"/.exec(source);
      const specials = /const llama3SpecialTokens = \[[\s\S]*?\];\s*for [\s\S]*?\r?\n\}/.exec(source);
      if (!vocabulary || !specials) throw new Error("llama3-tokenizer-js is not laid out as expected");
      const tokens = 'Buffer.from(llama_vocab_base64, "base64").toString("utf8").split("\\n")';
      const value = `export default { vocabById: [...${tokens}, ...llama3SpecialTokens] };`;
      return { contents: `${vocabulary[0]};\n${specials[0]}\n${value}`, loader: "js" };
    });
  },
};

/// ES bundles still hold CommonJS dependencies, which ask for these three.
const nodeEsmBanner = {
  js: [
    'import { createRequire as __createRequire } from "node:module";',
    'import { fileURLToPath as __fileURLToPath } from "node:url";',
    "const require = __createRequire(import.meta.url);",
    "const __filename = __fileURLToPath(import.meta.url);",
    'const __dirname = __fileURLToPath(new URL(".", import.meta.url));',
  ].join(" "),
};

const common = {
  absWorkingDir: root,
  bundle: true,
  external,
  logLevel: "warning",
  plugins: [umdPlugin, llama3VocabularyPlugin],
  sourcemap: true,
  // A package's ES module where it has one: jsonc-parser's CommonJS is UMD, which does not bundle.
  mainFields: ["module", "main"],
  define: {
    __TOKENSIEVE_VERSION__: JSON.stringify(JSON.parse(readFileSync(`${root}package.json`, "utf8")).version),
  },
  loader: { ".wasm": "file" },
};

const nodeEsm = {
  ...common,
  platform: "node",
  target: "node20",
  format: "esm",
  banner: nodeEsmBanner,
  outExtension: { ".js": ".mjs" },
};

const present = (entries) =>
  Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(`${root}${file}`)));

/// esbuild options of each bundle that has its sources.
export function bundles({ minify = false } = {}) {
  const list = [
    {
      ...common,
      entryPoints: present({ extension: "src/extension/main.ts" }),
      platform: "node",
      target: "node20",
      format: "cjs",
      outdir: "dist",
      outExtension: { ".js": ".cjs" },
    },
    {
      // Split, so that a tokenizer's ranks are read only when somebody asks for that tokenizer.
      ...nodeEsm,
      entryPoints: present({
        service: "src/service/main.ts",
        cli: "src/cli/main.ts",
        "xgrammar-worker": "src/engine/xgrammar/worker.ts",
        "tokenizer-worker": "src/service/tokenizer-worker.ts",
      }),
      outdir: "dist",
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
    },
    {
      ...common,
      entryPoints: present({
        "token-panel": "src/webview/token-panel/main.ts",
        "mask-explorer": "src/webview/mask-explorer/main.ts",
        "byte-probabilities": "src/webview/byte-probabilities/main.ts",
        "fim-healing": "src/webview/fim-healing/main.ts",
      }),
      platform: "browser",
      target: "chrome128",
      format: "iife",
      outdir: "dist/webview",
    },
  ];
  return list
    .filter((options) => Object.keys(options.entryPoints).length > 0)
    .map((options) => ({ ...options, minify }));
}

/// Options that bundle test files to `outdir`, keeping their paths, for plain mocha to run.
export function testBundle(entryPoints, outdir, format = "esm") {
  const base =
    format === "esm"
      ? nodeEsm
      : { ...common, platform: "node", target: "node20", format: "cjs", outExtension: { ".js": ".cjs" } };
  return {
    ...base,
    entryPoints,
    outdir,
    outbase: root,
    external: [...external, "mocha", "playwright-core", "fast-check", "ajv", "ajv-formats", "typescript"],
    splitting: format === "esm",
  };
}
