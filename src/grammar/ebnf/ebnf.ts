import { EBNF } from "../bnf/dialect.ts";
import { bnfSteps } from "../bnf/parser.ts";
import type { GrammarParseOptions, ParseResult } from "../parse-result.ts";
import { runAll, type Steps } from "../work.ts";

/// Reads XGrammar/W3C-style EBNF:
///
/// - `name ::= expression`, one rule after another, each starting on a line of its own; names hold
///   letters, digits, `_`, `-` and `.`; `#` starts a comment. The root rule is `root` unless named.
/// - `a b`, `a | b`, `( )`, `?`, `*`, `+`, `{3}`, `{2,4}`, `{2,}`. One repetition an element.
/// - `"text"` (also `'text'`, which XGrammar lacks) with the escapes `\n \r \t \b \f \v \a \e \0
///   \" \' \\ \/ \?`, `\xH…` (all hex digits that follow), `\uHHHH`, `\UHHHHHHHH`, and `\u{…}`
///   (which XGrammar lacks).
/// - `[a-z\-\]]`, `[^…]`, `[^]` for any character. A class is one character, never a surrogate.
/// - `(= …)` at a rule's end is read, and dropped with the info `ebnf-lookahead-ignored`.
///
/// Errors: `ebnf-syntax`, `ebnf-bad-escape`, `ebnf-bad-range`, `ebnf-bad-repeat`,
/// `ebnf-undefined-rule`, `ebnf-duplicate-rule`, `ebnf-no-root`, `ebnf-unsupported-macro`,
/// `grammar-too-deep`, `grammar-too-large`. Warnings: `ebnf-empty-class`, `ebnf-long-escape`.
export function parseEbnf(text: string, options: GrammarParseOptions = {}): ParseResult {
  return runAll(ebnfSteps(text, options));
}

/// The same, with pauses.
export function ebnfSteps(text: string, options: GrammarParseOptions = {}): Steps<ParseResult> {
  return bnfSteps(EBNF, text, options);
}
