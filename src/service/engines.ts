import { type GrammarEngine, KernelEngine, XGrammarEngine } from "../engine/index.ts";

/// The engines of this build, the default one first. `dist`: the folder of the bundles, as a URL.
export function createEngines(dist: URL): readonly GrammarEngine[] {
  return [
    new KernelEngine({ wasm: new URL("kernel.wasm", dist) }),
    new XGrammarEngine({ workerUrl: new URL("xgrammar-worker.mjs", dist) }),
  ];
}
