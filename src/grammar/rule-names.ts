import type { Span } from "../base/span.ts";

/// Where the rules of a grammar are defined and used, in source order: each span holds the name as it is
/// written. What a front end makes up is left out.
export interface RuleNames {
  readonly definitions: readonly RuleDefinition[];
  readonly references: readonly RuleReference[];
}

export interface RuleDefinition {
  readonly name: string;
  /// The name.
  readonly span: Span;
  /// Where the body ends; it may include white space and comments that follow.
  readonly end: number;
}

export interface RuleReference {
  readonly name: string;
  readonly span: Span;
}
