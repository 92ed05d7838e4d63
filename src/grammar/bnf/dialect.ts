/// How characters are escaped in a notation.
export interface CharacterSyntax {
  /// Prefix of diagnostic codes.
  readonly id: string;
  /// As people call it.
  readonly title: string;
  /// `\x` takes every hex digit that follows (XGrammar), not exactly two.
  readonly greedyHex: boolean;
  /// `\u{1F600}`.
  readonly bracedEscapes: boolean;
  /// Escapes of one character: the character after the backslash → what it stands for.
  readonly literalEscapes: ReadonlyMap<string, string>;
  readonly classEscapes: ReadonlyMap<string, string>;
}

/// What tells the two notations of this family apart: XGrammar/W3C-style EBNF, and llama.cpp's GBNF.
export interface Dialect extends CharacterSyntax {
  /// Whether `c` may stand in a rule's name (`first`: at its start).
  isNameCharacter(c: number, first: boolean): boolean;
  /// `'text'` besides `"text"`.
  readonly singleQuotes: boolean;
  /// A line's end outside of parentheses ends the rule, unless the line ends in `|` or `::=`.
  readonly lineEndsRule: boolean;
  /// `.` is any character.
  readonly dot: boolean;
  /// `<[123]>`, `<think>` and `!<think>` are tokens.
  readonly tokenLiterals: boolean;
  /// `(= …)` at a rule's end is a lookahead hint.
  readonly lookahead: boolean;
  /// `x*+` is `(x*)+`, not an error.
  readonly stackedRepeats: boolean;
  /// Names that mean something else when a parenthesis follows.
  readonly macros: ReadonlySet<string>;
}

const LETTERS_DIGITS_DASH = (c: number, first: boolean): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 45 || (!first && c >= 48 && c <= 57);

const CONTROL: readonly (readonly [string, string])[] = [
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
];
const MORE_CONTROL: readonly (readonly [string, string])[] = [
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["a", "\x07"],
  ["e", "\x1b"],
  ["0", "\0"],
];
const same = (characters: string): [string, string][] => [...characters].map((c) => [c, c]);

/// https://www.w3.org/TR/xml/#sec-notation as XGrammar reads it.
export const EBNF: Dialect = {
  id: "ebnf",
  title: "EBNF",
  isNameCharacter: (c, first) => LETTERS_DIGITS_DASH(c, first) || c === 95 || c === 46,
  singleQuotes: true,
  lineEndsRule: false,
  dot: false,
  tokenLiterals: false,
  lookahead: true,
  stackedRepeats: false,
  greedyHex: true,
  bracedEscapes: true,
  literalEscapes: new Map([...CONTROL, ...MORE_CONTROL, ...same("\"'\\/?")]),
  classEscapes: new Map([...CONTROL, ...MORE_CONTROL, ...same("\"'\\/?^$.*+()[]{}|-")]),
  macros: new Set(["TagDispatch", "TokenTagDispatch", "Token", "ExcludeToken", "Regex"]),
};

/// The notation of llama.cpp's grammar parser.
export const GBNF: Dialect = {
  id: "gbnf",
  title: "GBNF",
  isNameCharacter: (c) => LETTERS_DIGITS_DASH(c, false),
  singleQuotes: false,
  lineEndsRule: true,
  dot: true,
  tokenLiterals: true,
  lookahead: false,
  stackedRepeats: true,
  greedyHex: false,
  bracedEscapes: false,
  literalEscapes: new Map([...CONTROL, ...same('"\\[]-')]),
  classEscapes: new Map([...CONTROL, ...same('"\\[]-')]),
  macros: new Set(),
};
