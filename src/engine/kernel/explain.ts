import type { RuleStack } from "./configuration.ts";

/// Why a token is allowed or not.
export interface Explanation {
  readonly verdict: Verdict;
  /// Bytes of the token that the grammar takes: where it dies, if it dies.
  readonly byteOffset: number;
  /// The byte there, absent if the token ends before.
  readonly byte?: number;
  /// Which bytes the grammar would take there: a 256-bit set (8 words).
  readonly expected: Uint32Array;
  /// The readings of the text up to there, the first few.
  readonly stacks: readonly RuleStack[];
  /// The text up to there is complete.
  readonly isAccepting: boolean;
}

export type Verdict =
  | "allowed"
  /// The byte at `byteOffset` is not in `expected`.
  | "wrong-byte"
  /// A stop token, but the text is not complete.
  | "incomplete"
  /// A special token that the grammar does not name here.
  | "special"
  /// An id that stands for nothing.
  | "unused"
  /// The text has ended.
  | "terminated";

/// How many readings an explanation shows.
export const MAX_STACKS = 8;
