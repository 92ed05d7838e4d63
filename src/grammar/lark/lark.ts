import { type GrammarParseOptions, type ParseResult, parseTextInSteps } from "../parse-result.ts";
import { runAll, type Steps } from "../work.ts";
import { LarkParser } from "./parser.ts";

/// Reads the Lark notation as llguidance documents it:
///
/// - `name: body` for rules (lower case) and terminals (UPPER CASE), on lines of their own; a line that
///   starts with `|` goes on. `//` and `#` start comments. The root rule is `start` unless named.
/// - `a b`, `a | b`, `( )`, `[ ]` for what may be missing, `?`, `*`, `+`, `~n`, `~n..m`, `{m,n}`, `-> alias`.
/// - `"text"`, `"text"i`, `"a".."z"`, `/regex/flags` (i, m, s, u). Regular expressions are read by the
///   ECMA-262 front end, with the classes that Rust and Python mean.
/// - In terminals `A & B` and `~A`. A complement holds well-formed text only.
/// - `%ignore`, `%import common.X`, `%regex {"substring_…"}`; `<|name|>` and `<[ids]>` for tokens.
///
/// A text matches if it can be cut into terminals somehow: there is no lexer that takes the longest one.
/// What is ignored may stand before the first terminal and after each one.
///
/// Errors: `lark-syntax`, `lark-bad-escape`, `lark-bad-range`, `lark-bad-repeat`, `lark-bad-token`,
/// `lark-bad-json`, `lark-undefined-rule`, `lark-duplicate-rule`, `lark-no-root`,
/// `lark-rule-in-terminal`, `lark-operator-in-rule`, `lark-unsupported-attribute`,
/// `lark-unsupported-declare`, `lark-unsupported-directive`, `lark-unsupported-import`,
/// `lark-unsupported-json`, `lark-unsupported-reference`, `lark-unsupported-regex`,
/// `lark-unsupported-template`, the `regex-…` codes, `grammar-too-deep`, `grammar-too-large`. Warnings,
/// for what does not change the language: `lark-ignored-attribute`, `lark-ignored-options`,
/// `lark-ignored-priority`.
export function parseLark(text: string, options: GrammarParseOptions = {}): ParseResult {
  return runAll(larkSteps(text, options));
}

/// The same, with pauses.
export function larkSteps(text: string, options: GrammarParseOptions = {}): Steps<ParseResult> {
  return parseTextInSteps(text, options, (sink) =>
    new LarkParser(text, sink, options.file).parse(options.rootRule),
  );
}
