import type { Span } from "../base/span.ts";

/// The intermediate representation every front end produces and every engine consumes.
///
/// Invariants: `rules[i]` is the rule with `RuleId` i; every `rule` expression names an existing
/// rule; code point ranges are sorted, disjoint, non-adjacent and exclude surrogates; `repeat` has
/// 0 ≤ min ≤ max. A grammar is immutable once built.
export interface Grammar {
  readonly rules: readonly Rule[];
  readonly rootRule: RuleId;
}

export type RuleId = number;

export interface Rule {
  readonly name: string;
  readonly expression: Expression;
  /// Where the rule's name stands in the source.
  readonly span?: Span;
  /// One of many that a text uses few of: an engine may turn it into what it runs when a text comes to it.
  readonly isLate?: boolean;
}

/// An inclusive range of code points.
export type CodePointRange = readonly [from: number, to: number];

/// Every node may carry the span of the source it came from.
export type Expression = { readonly span?: Span } & (
  | { readonly kind: "empty" }
  /// Matches nothing at all (the empty language), e.g. schema `false`.
  | { readonly kind: "nothing" }
  /// These exact bytes; text literals are UTF-8.
  | { readonly kind: "literal"; readonly bytes: Uint8Array }
  /// One character out of `ranges`.
  | { readonly kind: "characters"; readonly ranges: readonly CodePointRange[] }
  /// One byte out of `ranges` (each 0–255), for grammars over raw bytes.
  | { readonly kind: "bytes"; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly items: readonly Expression[] }
  /// `max` absent: unbounded.
  | { readonly kind: "repeat"; readonly item: Expression; readonly min: number; readonly max?: number }
  | { readonly kind: "rule"; readonly rule: RuleId }
  /// The strings that every item matches. Items must be regular (no recursion through rules).
  | { readonly kind: "intersection"; readonly items: readonly Expression[] }
  /// The well-formed UTF-8 strings that `item` does not match. `item` must be regular.
  | { readonly kind: "complement"; readonly item: Expression }
  /// Each of `items` once at most, those that are required once, and `more` any number of times, in any order: at
  /// least one of them, at least `min` and at most `max` altogether, with `separator` between each two. None of these
  /// matches the empty text, or begins with a rule that may begin with this. Engines that take it say so when
  /// they ask for a grammar (`parseSource`).
  | {
      readonly kind: "unordered";
      readonly items: readonly UnorderedItem[];
      readonly more?: Expression;
      readonly separator?: Expression;
      readonly min: number;
      readonly max?: number;
    }
  /// One of these special tokens of the vocabulary, by id or by its name (GBNF token literals).
  | { readonly kind: "token"; readonly tokens: readonly (number | string)[]; readonly negated: boolean }
);

export interface UnorderedItem {
  readonly expression: Expression;
  readonly isRequired: boolean;
}

export type ExpressionKind = Expression["kind"];
