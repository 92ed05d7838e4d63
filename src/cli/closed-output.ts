/// What shells report of a program that ended as nobody read its output any more (128 + SIGPIPE).
export const OUTPUT_CLOSED = 141;

const closed = new AbortController();

/// Fires once nobody reads stdout any more, as behind `| head`: there is nothing left to work for.
export const outputClosed: AbortSignal = closed.signal;

/// Ends the program quietly where its output is closed, instead of with an unhandled error.
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && !outputClosed.aborted) throw error;
    process.exitCode = OUTPUT_CLOSED;
    closed.abort();
  });
  // What nobody reads need not be said.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
