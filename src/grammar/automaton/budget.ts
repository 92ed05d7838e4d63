import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";

/// What a lowering may use. `now` is the clock (milliseconds) that `deadline` is told by.
export interface Budget {
  readonly signal?: CancelSignal;
  readonly now: () => number;
  readonly deadline: number;
  readonly maxStates: number;
}

/// Throws `CancelledError`, or an `InputError` with code `compile-timeout` past the deadline.
export function checkBudget(budget: Budget): void {
  throwIfCancelled(budget.signal);
  if (budget.now() > budget.deadline) {
    throw new InputError({
      code: "compile-timeout",
      severity: "error",
      message: "the grammar took too long to compile",
      hint: "make it smaller, or give it more time",
    });
  }
}
