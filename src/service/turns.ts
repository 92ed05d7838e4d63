import { setImmediate } from "node:timers/promises";

/// Work in one go at most: then others who ask this process, and who cancel, have their turn.
const TURN_MS = 8;

/// Lets others have their turn in work that may go on for long without waiting for anything.
export class Turns {
  #began = performance.now();

  /// A promise to await where others have waited for long.
  pause(): Promise<void> | undefined {
    return performance.now() - this.#began < TURN_MS ? undefined : this.#pause();
  }

  async #pause(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
  }
}

/// Takes all steps of some work, with turns for others in between.
export async function inTurns<T>(steps: Iterator<undefined, T, undefined>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.pause();
  }
}
