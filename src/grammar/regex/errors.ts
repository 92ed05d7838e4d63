import type { Span } from "../../base/span.ts";

/// A part of a pattern that has no meaning as a set of texts, or none that is supported. Never leaves
/// this folder: it becomes a diagnostic.
export class UnsupportedRegex extends Error {
  readonly code: string;
  readonly span: Span;
  readonly hint: string;
  constructor(code: string, span: Span, message: string, hint: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.hint = hint;
  }
}

/// An assertion that no set of texts expresses where it stands.
export function unsupportedLookaround(span: Span): UnsupportedRegex {
  return new UnsupportedRegex(
    "regex-unsupported-lookaround",
    span,
    "this assertion looks past other text in a way that is not supported",
    "move it to the start or the end of the pattern, or drop it",
  );
}

/// The assertions of a pattern combine in more ways than are worth following.
export class TooManyWays extends Error {}
