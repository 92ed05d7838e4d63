import { fileURLToPath } from "node:url";
import { BUNDLED_MODELS, isBundledModel } from "../service/bundled-models.ts";

// The command line is dist/cli.mjs; chunks of it are in dist/chunks, but `import.meta.url` is only
// asked for in this module, which esbuild keeps in the entry.
const models = new URL("../models/", import.meta.url);
export const bundledModel = modelFile(BUNDLED_MODELS[0]);
export const distFolder = new URL(".", import.meta.url);

/// The file of a model that is named by its path or, if it is a bundled one, by its name.
export function modelFile(nameOrFile: string): string {
  return isBundledModel(nameOrFile) ? fileURLToPath(new URL(`${nameOrFile}.gguf`, models)) : nameOrFile;
}
