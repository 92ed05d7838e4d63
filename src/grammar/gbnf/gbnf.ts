import { GBNF } from "../bnf/dialect.ts";
import { bnfSteps } from "../bnf/parser.ts";
import type { GrammarParseOptions, ParseResult } from "../parse-result.ts";
import { runAll, type Steps } from "../work.ts";

/// Reads llama.cpp's GBNF:
///
/// - `name ::= expression`; names hold letters, digits and `-`; `#` starts a comment. A rule ends with
///   its line, except inside of parentheses and after `::=` and `|`. The root rule is `root` unless
///   named.
/// - `a b`, `a | b` (an alternative may be empty), `( )`, `?`, `*`, `+`, `{3}`, `{2,4}`, `{2,}`.
/// - `"text"` with the escapes `\n \r \t \" \\ \[ \] \- \xHH \uHHHH \UHHHHHHHH`; `[a-z]`, `[^…]`; `.`
///   for any character.
/// - `<[123]>` and `<think>` for a token by id or by its text; `!` before it for any other token.
///
/// Errors: `gbnf-syntax`, `gbnf-bad-escape`, `gbnf-bad-range`, `gbnf-bad-repeat`, `gbnf-bad-token`,
/// `gbnf-undefined-rule`, `gbnf-duplicate-rule`, `gbnf-no-root`, `grammar-too-deep`,
/// `grammar-too-large`. Warning: `gbnf-empty-class`.
export function parseGbnf(text: string, options: GrammarParseOptions = {}): ParseResult {
  return runAll(gbnfSteps(text, options));
}

/// The same, with pauses.
export function gbnfSteps(text: string, options: GrammarParseOptions = {}): Steps<ParseResult> {
  return bnfSteps(GBNF, text, options);
}
