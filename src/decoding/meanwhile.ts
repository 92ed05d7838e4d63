import type { Matcher } from "../engine/engine.ts";
import { micros, nextTurn } from "./clock.ts";

/// Microseconds of preparation between two looks whether the model is done.
const SLICE = 500;
/// What the first evaluation of a generation takes at least: it has a prompt to read.
const FIRST_EVALUATION = 5000;

/// Lets a matcher prepare masks while the model computes, as long as that is expected to go on: a token
/// never waits for work that was begun too late.
export class Meanwhile {
  readonly #matcher: Matcher | undefined;
  /// What the last evaluation took, and the longest piece of work that could not be interrupted (less, the
  /// longer ago it was), in microseconds.
  #evaluation = FIRST_EVALUATION;
  #longest = SLICE;

  constructor(matcher: Matcher | undefined) {
    this.#matcher = matcher;
  }

  /// Resolves or rejects as `evaluation` does, which was begun at `started` (a `micros()`).
  async during(evaluation: Promise<void>, started: number): Promise<void> {
    let isUnderWay = true;
    const end = (): void => {
      isUnderWay = false;
    };
    evaluation.then(end, end);
    let isDone = this.#matcher?.prepare === undefined;
    while (isUnderWay && !isDone) {
      const before = micros();
      const left = this.#evaluation - (before - started);
      if (left < this.#longest) break;
      isDone = this.#matcher!.prepare!(Math.min(SLICE, left));
      this.#longest = Math.max(SLICE, micros() - before, 0.9 * this.#longest);
      if (!isDone) await nextTurn();
    }
    await evaluation;
    this.#evaluation = micros() - started;
  }
}
