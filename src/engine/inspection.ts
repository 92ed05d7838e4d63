import type { Span } from "../base/span.ts";
import type { Matcher, TokenMask } from "./engine.ts";

/// A matcher that can tell why it allows or refuses a token.
export interface InspectableMatcher extends Matcher {
  /// Where and why `token` dies here, or that it does not. Throws `RangeError` for an id outside of
  /// the vocabulary.
  explain(token: number): Explanation;
  maskParts(): MaskParts;
}

export function isInspectable(matcher: Matcher): matcher is InspectableMatcher {
  return "explain" in matcher && "maskParts" in matcher;
}

/// What of a mask needs no look at the stack (XGrammar, section 3.1).
export interface MaskParts {
  /// The tokens allowed whatever called the rules that the text is in.
  readonly independent: TokenMask;
  /// How many more tokens the callers decide about; the others are refused whatever the callers are.
  readonly dependent: number;
}

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

/// One reading of the text so far: the rules it is inside of, the innermost first.
export interface RuleStack {
  readonly rules: readonly RuleName[];
  /// Several callers are possible somewhere below: one of them is shown.
  readonly isMerged: boolean;
  /// There are more rules than are shown.
  readonly isCut: boolean;
}

export interface RuleName {
  readonly name: string;
  /// Where the rule's name stands in the source.
  readonly span: Span | undefined;
}
