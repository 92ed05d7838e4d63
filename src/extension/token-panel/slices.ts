import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";

/// Longest stretch of work between two turns of the event loop: the extension host serves other
/// extensions too.
const SLICE_MS = 3;

/// Runs work to its end, giving way to other events at its `yield`s. Throws `CancelledError` when
/// cancelled; the work then stops at a `yield`.
export async function inSlices<T>(work: Generator<void, T, void>, signal?: CancelSignal): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (;;) {
    throwIfCancelled(signal);
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() >= sliceEnd) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
}
