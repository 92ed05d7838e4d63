import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import type { DiagnosticLocation } from "../base/diagnostic.ts";

// Reading and printing grammars happens deep inside of parsers and set algebra, so the budget of what runs
// now is kept here instead of in every signature. All of it is synchronous: what is metered ends, or pauses
// between two steps, before anything else runs.

/// What reading, checking or printing a grammar may take.
export interface WorkBudget {
  /// Looked at now and then; throws `CancelledError` out of the work.
  readonly signal?: CancelSignal;
  /// The clock (milliseconds) that `deadline` is told by.
  readonly now?: () => number;
  readonly deadline?: number;
  /// Units of work: something made or looked at each, well under a microsecond on most machines.
  readonly maxWork?: number;
}

/// The budget is used up. Whoever knows the place on its way up names it.
export class OutOfWork extends Error {
  location: DiagnosticLocation | undefined;
  constructor() {
    super("the budget of work is used up");
  }
}

/// The steps, with a name for the place of what runs out of work in them.
export function* locatingSteps<T>(place: () => DiagnosticLocation, steps: Steps<T>): Steps<T> {
  try {
    return yield* steps;
  } catch (error) {
    if (error instanceof OutOfWork) error.location = place();
    throw error;
  }
}

/// What to do about it.
export const OUT_OF_WORK_HINT = "make the grammar smaller, or give it more time";

/// Units of work between two looks at clock and signal: a fraction of a millisecond.
const LOOK_EVERY = 2000;

interface Meter {
  readonly budget: WorkBudget;
  /// Units that were spent up to the last look.
  spent: number;
}

/// Units of work between two pauses: a few milliseconds.
const PAUSE_EVERY = 10 * LOOK_EVERY;

let current: Meter | undefined;
let untilLook = LOOK_EVERY;
/// Units that were spent since the last pause, up to the last look.
let sincePause = 0;

/// Counts work. Throws `OutOfWork` or `CancelledError` if the budget around it is used up.
export function spend(units = 1): void {
  untilLook -= units;
  if (untilLook <= 0) look();
}

function look(): void {
  const units = LOOK_EVERY - untilLook;
  untilLook = LOOK_EVERY;
  sincePause += units;
  if (current === undefined) return;
  const { budget } = current;
  current.spent += units;
  throwIfCancelled(budget.signal);
  const { now, deadline, maxWork } = budget;
  if (maxWork !== undefined && current.spent > maxWork) throw new OutOfWork();
  if (deadline !== undefined && now !== undefined && now() > deadline) throw new OutOfWork();
}

/// Whether so much was done without a pause that steps should make one.
export function isPauseDue(): boolean {
  if (sincePause < PAUSE_EVERY) return false;
  sincePause = 0;
  return true;
}

function within<T>(meter: Meter, run: () => T): T {
  const outer = current;
  current = meter;
  untilLook = LOOK_EVERY;
  try {
    return run();
  } finally {
    current = outer;
    untilLook = LOOK_EVERY;
  }
}

/// Runs `run` under the budget; what `spend` throws in it comes out.
export function metered<T>(budget: WorkBudget, run: () => T): T {
  return within({ budget, spent: 0 }, run);
}

/// Work that pauses now and then, so that others may run in between.
export type Steps<T> = Generator<undefined, T, undefined>;

/// The same steps under the budget.
export function* meteredSteps<T>(budget: WorkBudget, steps: Steps<T>): Steps<T> {
  const meter: Meter = { budget, spent: 0 };
  for (;;) {
    const { done, value } = within(meter, () => {
      // Looks at the first thing that the step does, which then knows its place.
      untilLook = 0;
      return steps.next();
    });
    if (done) return value;
    yield;
  }
}

/// Runs all steps at once.
export function runAll<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
