import { XGrammarEngine } from "../engine/index.ts";
import { Core } from "../service/core.ts";
import { xgrammarWorkerUrl } from "./paths.ts";

/// Runs `work` with a core in this process; Ctrl+C cancels it.
export async function withCore<T>(work: (core: Core, signal: AbortSignal) => Promise<T>): Promise<T> {
  const core = new Core([new XGrammarEngine({ workerUrl: xgrammarWorkerUrl })]);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once("SIGINT", interrupt);
  try {
    return await work(core, abort.signal);
  } finally {
    process.off("SIGINT", interrupt);
    await core.dispose();
  }
}
