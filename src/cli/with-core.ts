import { Core } from "../service/core.ts";
import { createEngines } from "../service/engines.ts";
import { distFolder } from "./paths.ts";

/// Runs `work` with a core in this process; Ctrl+C cancels it.
export async function withCore<T>(work: (core: Core, signal: AbortSignal) => Promise<T>): Promise<T> {
  const core = new Core(createEngines(distFolder));
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
