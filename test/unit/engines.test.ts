import { readFileSync } from "node:fs";
import { KernelEngine, XGrammarEngine } from "../../src/engine/index.ts";
import { engineConformance } from "../support/engine-conformance.ts";
import { xgrammarWorkerUrl } from "../support/xgrammar-worker.ts";

engineConformance("XGrammar", async () => new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() }));
engineConformance(
  "the kernel",
  async () =>
    new KernelEngine({ wasm: readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`) }),
);
