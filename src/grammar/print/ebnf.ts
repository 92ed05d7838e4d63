import { utf8Encode } from "../../base/bytes.ts";
import { invertRanges } from "../code-points.ts";
import type { CodePointRange, Grammar } from "../ir.ts";
import {
  type Notation,
  type PrintOptions,
  type PrintResult,
  printGrammar,
  type Reporter,
} from "./printer.ts";
import { characterClass, quoted, rangesText } from "./text.ts";

// Names that XGrammar reads as something else.
const RESERVED = new Set([
  "true",
  "false",
  "TagDispatch",
  "TokenTagDispatch",
  "Token",
  "ExcludeToken",
  "Regex",
]);

// Characters past ASCII that are listed one by one as literals.
const MAX_LISTED = 64;

const XGRAMMAR: Notation = {
  title: "XGrammar EBNF",
  ruleName(name) {
    const safe = name.replace(/[^A-Za-z0-9_.-]/g, "-").replace(/^(?=[0-9]|$)/, "r");
    return RESERVED.has(safe) ? `${safe}-rule` : safe;
  },
  characters: classOf,
  token(_, report) {
    report(
      "print-token",
      "error",
      "XGrammar EBNF cannot name a token",
      "write the token's text as a literal, or use GBNF or a structural tag",
    );
    return undefined;
  },
  repeat(min, max) {
    if (max === undefined) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
    if (min === 0 && max === 1) return "?";
    return min === max ? `{${min}}` : `{${min},${max}}`;
  },
};

/// Writes a grammar as XGrammar's EBNF, the root rule first and named `root`. The text matches the
/// same language; `parseEbnf` reads it back.
///
/// Errors: `print-token`, `print-not-text`, `print-not-regular`, `print-too-large`,
/// `print-empty-language`, `print-timeout`. The warning `print-xgrammar-ranges` names a class that published WebAssembly
/// builds of XGrammar match wrongly.
export function printEbnf(grammar: Grammar, options: PrintOptions = {}): PrintResult {
  return printGrammar(grammar, XGRAMMAR, options);
}

// web-xgrammar 0.1.27 matches no character past ASCII by a class, and every one by a negated class. So
// all of them or none is written by negating ASCII, and few are written as literals.
function classOf(ranges: readonly CodePointRange[], report: Reporter): string {
  const beyond = ranges.flatMap(([from, to]): CodePointRange[] =>
    to < 0x80 ? [] : [[Math.max(from, 0x80), to]],
  );
  const excluded = invertRanges(ranges);
  if (beyond.length === 0) return characterClass(ranges);
  if (excluded.every(([, to]) => to < 0x80)) return `[^${rangesText(excluded)}]`;
  const count = beyond.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  if (count > MAX_LISTED) {
    report(
      "print-xgrammar-ranges",
      "warning",
      "XGrammar's WebAssembly build matches this class wrongly: it has ranges past ASCII",
      "use the other engine, or allow every character past ASCII",
    );
    return `[${rangesText(ranges)}]`;
  }
  const ascii = ranges.flatMap(([from, to]): CodePointRange[] =>
    from >= 0x80 ? [] : [[from, Math.min(to, 0x7f)]],
  );
  const listed = beyond.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const ways = listed.map((c) => quoted(utf8Encode(String.fromCodePoint(c))));
  if (ascii.length > 0) ways.unshift(`[${rangesText(ascii)}]`);
  return ways.length === 1 ? ways[0]! : `(${ways.join(" | ")})`;
}
