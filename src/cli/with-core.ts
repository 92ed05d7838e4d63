import { Core } from "../service/core.ts";
import { createEngines } from "../service/engines.ts";
import { outputClosed } from "./closed-output.ts";
import { distFolder } from "./paths.ts";

/// Exit code after Ctrl+C (128 + SIGINT).
export const INTERRUPTED = 130;

/// Runs `work` with a core in this process; Ctrl+C cancels it, and so does a closed
/// output; a second Ctrl+C does not wait for that.
export async function withCore<T>(work: (core: Core, signal: AbortSignal) => Promise<T>): Promise<T> {
  const core = new Core(createEngines(distFolder));
  const interrupted = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, outputClosed]);
  // Not `once`: libraries that also listen end the process where they find themselves the only ones.
  const interrupt = () => (signal.aborted ? process.exit(INTERRUPTED) : interrupted.abort());
  process.on("SIGINT", interrupt);
  try {
    return await work(core, signal);
  } finally {
    await core.dispose();
    process.off("SIGINT", interrupt);
  }
}
