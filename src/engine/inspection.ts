import type { Span } from "../base/span.ts";
import type { CompiledGrammar, Matcher, TokenMask } from "./engine.ts";

/// A matcher that can tell why it allows or refuses a token.
export interface InspectableMatcher extends Matcher {
  /// Where and why `token` dies here, or that it does not. Throws `RangeError` for an id outside of
  /// the vocabulary.
  explain(token: number): Explanation;
  maskParts(): MaskParts;
  /// The readings of the text so far, the first few; none once it has ended.
  stacks(): readonly RuleStack[];
}

/// A grammar whose matchers can be looked into.
export interface InspectableGrammar extends CompiledGrammar {
  createMatcher(): InspectableMatcher;
  statistics(): GrammarStatistics;
}

export function isInspectableGrammar(grammar: CompiledGrammar): grammar is InspectableGrammar {
  return "statistics" in grammar;
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
  /// Which these are; not those that another reading of the text allows whatever its callers are.
  readonly undecided: TokenMask;
}

/// What a compiled grammar and its engine hold for a vocabulary.
export interface GrammarStatistics {
  readonly rules: number;
  readonly states: number;
  readonly counters: number;
  /// Rules that no text has come to yet, and that are therefore not lowered: none of the other counts has them.
  readonly lateRules: number;
  /// Configurations and stack nodes met so far.
  readonly configurations: number;
  readonly stackNodes: number;
  /// Bytes of this grammar, with what it remembers.
  readonly grammarBytes: number;
  /// Prechecked places of the vocabulary, shared by its grammars; how many were derived from others.
  readonly prechecks: number;
  readonly derivedPrechecks: number;
  readonly precheckBytes: number;
  /// Everything that the vocabulary's kernel has in use, and its whole memory.
  readonly engineBytes: number;
  readonly memoryBytes: number;
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
  readonly rules: readonly RuleFrame[];
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

/// A rule that the text is in, and where in it.
export interface RuleFrame extends RuleName {
  /// What the rule goes on with. Absent where its item is counted, or one of several in any
  /// order.
  readonly place?: RulePlace;
}

/// A place in a rule, by what may come there.
export interface RulePlace {
  /// The rule's own bytes: a 256-bit set (8 words).
  readonly bytes: Uint32Array;
  /// Rules that may begin there.
  readonly calls: readonly RuleName[];
  /// The rule may end there.
  readonly mayEnd: boolean;
}
