import { fileURLToPath } from "node:url";

// The command line is dist/cli.mjs; chunks of it are in dist/chunks, but `import.meta.url` is only
// asked for in this module, which esbuild keeps in the entry.
export const bundledModel = fileURLToPath(new URL("../models/tokensieve-mini.gguf", import.meta.url));
export const distFolder = new URL(".", import.meta.url);
