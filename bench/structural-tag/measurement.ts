export interface Task {
  readonly tools: number;
  /// Compiles of the tag, each followed by the answer twice.
  readonly rounds: number;
}

/// What a child measured: a number a round, or microseconds a mask.
export interface Measurement {
  readonly tools: number;
  readonly tagBytes: number;
  /// Milliseconds.
  readonly compile: readonly number[];
  /// From the tag's text to the first mask: milliseconds, and milliseconds of user CPU time.
  readonly ttfm: readonly number[];
  readonly ttfmUser: readonly number[];
  /// Microseconds a mask, along an answer that the grammar sees for the first time, and once more.
  readonly masks: Readonly<Record<"free" | "call", readonly number[]>>;
  readonly again: Readonly<Record<"free" | "call", readonly number[]>>;
  /// Tokens of the answer that were not in their mask, or not accepted.
  readonly refused: number;
}
