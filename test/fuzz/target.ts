import type { Random } from "../../src/decoding/random.ts";

/// Something that is fuzzed.
export interface FuzzTarget<Input> {
  readonly name: string;
  /// More than an answer to a user's text: may take ten times as long.
  readonly isSlow?: boolean;
  generate(random: Random): Input;
  /// Throws if the answer to `input` is not what it should be. `random` decides what is tried out on it.
  check(input: Input, random: Random): Promise<void>;
  /// Smaller inputs, the smallest first: each may fail the same way, or not.
  smaller(input: Input): Iterable<Input>;
  show(input: Input): string;
}

export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  readonly message: string;
  /// The smallest input found that fails the same way.
  readonly input: string;
  /// More seeds that failed the same way.
  also: number;
}
