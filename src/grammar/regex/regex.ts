import { type AST, RegExpParser } from "@eslint-community/regexpp";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { Expression, Grammar } from "../ir.ts";
import { MAX_GROUP_DEPTH } from "../limits.ts";
import { DiagnosticSink, type ParseOptions, type ParseResult } from "../parse-result.ts";
import { locatingSteps, runAll, type Steps } from "../work.ts";
import type { Flags } from "./character-sets.ts";
import { TooManyWays, UnsupportedRegex } from "./errors.ts";
import { patternTexts } from "./translate.ts";

export interface RegexOptions extends ParseOptions {
  /// True (the default): the pattern matches the whole text, as if written ^(?:…)$. False: the text
  /// has a match somewhere, as JSON Schema's `pattern` asks.
  readonly anchored?: boolean;
  /// The pattern is a part of longer texts, as a terminal of a grammar is: whatever looks past its ends
  /// is an error. Overrides `anchored`.
  readonly isPart?: boolean;
  /// Whose classes and line ends `\d`, `\w`, `\s` and `.` mean. Default: "ecmascript".
  readonly classes?: "ecmascript" | "unicode";
  /// The part of the text that is the pattern, if it stands in a longer one (a grammar); spans then
  /// refer to that longer text.
  readonly range?: Span;
  /// Flags besides u: any of i, m and s. Default: none.
  readonly flags?: string;
}

export interface RegexResult {
  /// Absent if a diagnostic is an error. Names no rules.
  readonly expression?: Expression;
  readonly diagnostics: readonly Diagnostic[];
}

// Longer patterns are refused: what the parser and the passes after it do is linear, but not fast.
const MAX_PATTERN_LENGTH = 1 << 20;

/// Reads an ECMA-262 regular expression (u flag) as a set of texts.
///
/// Exact: literals, classes, `\d \w \s \p{…}`, groups, alternatives, quantifiers (lazy ones match the
/// same texts), inline modifiers, `^`, `$`, `\b`, `\B`, and lookaround that can be turned into
/// intersections: at either end, next to text at least as long as itself, of one character, and
/// `(?:(?!x).)*` at the end. Otherwise an error says where: `regex-syntax`,
/// `regex-unsupported-lookaround`, `regex-unsupported-backreference`, `regex-unsupported-flag`,
/// `regex-bad-repeat`, `regex-too-complex`, `grammar-too-deep`, `grammar-too-large`. A pattern that is valid only without the u flag is read by the older rules,
/// with the warning `regex-legacy-syntax`.
export function parseRegexExpression(text: string, options: RegexOptions = {}): RegexResult {
  return runAll(expressionSteps(text, options));
}

function* expressionSteps(text: string, options: RegexOptions): Steps<RegexResult> {
  const sink = new DiagnosticSink(options.file);
  const expression = yield* translate(text, options.range ?? { from: 0, to: text.length }, options, sink);
  const diagnostics = sink.finish();
  return expression === undefined || sink.errors > 0 ? { diagnostics } : { expression, diagnostics };
}

/// `parseRegexExpression` as a grammar of one rule.
export function parseRegex(pattern: string, options: RegexOptions = {}): ParseResult {
  return runAll(regexSteps(pattern, options));
}

/// The same, with pauses once the library has read the pattern's syntax.
export function* regexSteps(pattern: string, options: RegexOptions = {}): Steps<ParseResult> {
  const { expression, diagnostics } = yield* expressionSteps(pattern, options);
  if (expression === undefined) return { diagnostics };
  const grammar: Grammar = {
    rules: [{ name: "root", expression, span: { from: 0, to: pattern.length } }],
    rootRule: 0,
  };
  return { grammar, diagnostics };
}

function* translate(
  text: string,
  whole: Span,
  options: RegexOptions,
  sink: DiagnosticSink,
): Steps<Expression | undefined> {
  const length = whole.to - whole.from;
  const names = options.flags ?? "";
  const strange = /[^imsu]/.exec(names)?.[0];
  if (strange !== undefined) {
    sink.error(
      "regex-unsupported-flag",
      whole,
      `the flag ${strange} is not supported`,
      "use only i, m, s and u",
    );
    return undefined;
  }
  if (length > MAX_PATTERN_LENGTH) {
    sink.error(
      "grammar-too-large",
      { from: whole.from, to: whole.from },
      `the pattern has ${length} characters; at most ${MAX_PATTERN_LENGTH} are read`,
      "split it, or write a grammar",
    );
    return undefined;
  }
  const deep = tooDeepAt(text, whole);
  if (deep !== undefined) {
    reportTooDeep(sink, deep);
    return undefined;
  }
  const flags: Flags = {
    ignoreCase: names.includes("i"),
    dotAll: names.includes("s"),
    multiline: names.includes("m"),
    unicodeClasses: options.classes === "unicode",
  };
  const extent = options.isPart === true ? "part" : options.anchored === false ? "search" : "whole";
  try {
    const ast = parsePattern(text, whole, sink);
    if (ast === undefined) return undefined;
    return yield* locatingSteps(() => sink.location(whole), patternTexts(ast, flags, extent));
  } catch (error) {
    if (error instanceof UnsupportedRegex) sink.error(error.code, error.span, error.message, error.hint);
    else if (error instanceof TooManyWays)
      sink.error(
        "regex-too-complex",
        whole,
        "the assertions of this pattern have too many combinations",
        "use fewer assertions, or alternatives without them",
      );
    // The parser calls itself for each level of a pattern.
    else if (error instanceof RangeError) reportTooDeep(sink, whole.from);
    else throw error;
    return undefined;
  }
}

function reportTooDeep(sink: DiagnosticSink, at: number): void {
  sink.error(
    "grammar-too-deep",
    { from: at, to: at + 1 },
    `groups nest more than ${MAX_GROUP_DEPTH} deep`,
    "flatten the pattern, or write a grammar with rules",
  );
}

/// Where a pattern opens a group inside of `limit` others.
function tooDeepAt(text: string, { from, to }: Span, limit = MAX_GROUP_DEPTH): number | undefined {
  let depth = 0;
  let inClass = false;
  for (let i = from; i < to; i++) {
    const c = text[i]!;
    if (c === "\\") i++;
    else if (inClass) inClass = c !== "]";
    else if (c === "[") inClass = true;
    else if (c === "(" && ++depth > limit) return i;
    else if (c === ")") depth--;
  }
  return undefined;
}

function repeatsNames(pattern: string): boolean {
  const names = pattern.match(/\(\?<[^=!>][^>]*>?/g) ?? [];
  // An escape may spell the same name.
  return new Set(names).size < names.length || names.some((name) => name.includes("\\"));
}

function parsePattern(text: string, whole: Span, sink: DiagnosticSink): AST.Pattern | undefined {
  // Alternatives may use one name twice since 2025. The parser looks for that in a time of 4^depth, so
  // deep patterns are read as the edition before says.
  const isSlow = repeatsNames(text.slice(whole.from, whole.to)) && tooDeepAt(text, whole, 6) !== undefined;
  const parser = new RegExpParser({ ecmaVersion: isSlow ? 2024 : 2025 });
  try {
    return parser.parsePattern(text, whole.from, whole.to, { unicode: true });
  } catch (error) {
    if (!isSyntaxError(error)) throw error;
    // These mean something else without the flag, so that is no way out for them.
    const needsFlag = /[\ud800-\udfff]|\\[pP]\{|\\u\{|\\k</.test(text.slice(whole.from, whole.to));
    const legacy = needsFlag ? undefined : legacyPattern(parser, text, whole);
    const from = Math.max(whole.from, Math.min(error.index, whole.to - 1));
    const span = { from, to: Math.min(from + 1, whole.to) };
    const what = error.message.replace(/^Invalid regular expression: .*\/[a-z]*: /s, "");
    const message = what.charAt(0).toLowerCase() + what.slice(1);
    if (legacy === undefined) {
      sink.error(
        "regex-syntax",
        span,
        message,
        "regular expressions are read as JavaScript does with the u flag",
      );
      return undefined;
    }
    sink.warning(
      "regex-legacy-syntax",
      span,
      `${message}: valid only without the u flag, and read that way`,
      "escape only what needs it: ^ $ \\ . * + ? ( ) [ ] { } | /",
    );
    return legacy;
  }
}

function legacyPattern(parser: RegExpParser, text: string, { from, to }: Span): AST.Pattern | undefined {
  try {
    return parser.parsePattern(text, from, to, { unicode: false });
  } catch (error) {
    if (isSyntaxError(error)) return undefined;
    throw error;
  }
}

function isSyntaxError(error: unknown): error is SyntaxError & { readonly index: number } {
  return error instanceof SyntaxError && "index" in error;
}
