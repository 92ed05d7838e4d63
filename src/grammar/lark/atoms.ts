import { utf8Decode } from "../../base/bytes.ts";
import { CharacterReader } from "../bnf/characters.ts";
import type { CharacterSyntax } from "../bnf/dialect.ts";
import { characters, empty, sequence } from "../build.ts";
import type { Expression } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import { closeUnderCase } from "../regex/case-folding.ts";
import { parseRegexExpression } from "../regex/regex.ts";
import type { Scanner } from "./scanner.ts";

const ESCAPES = new Map([
  ...Object.entries({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", a: "\x07", "0": "\0" }),
  ...[...`"'\\/`].map((c): [string, string] => [c, c]),
]);

const SYNTAX: CharacterSyntax = {
  id: "lark",
  title: "Lark",
  greedyHex: false,
  bracedEscapes: false,
  literalEscapes: ESCAPES,
  classEscapes: ESCAPES,
};

/// Reads the terminals that are written out in place.
export class AtomReader {
  readonly #scanner: Scanner;
  readonly #sink: DiagnosticSink;
  readonly #reader: CharacterReader;

  constructor(scanner: Scanner, sink: DiagnosticSink) {
    this.#scanner = scanner;
    this.#sink = sink;
    this.#reader = new CharacterReader(scanner.text, SYNTAX, sink);
  }

  /// `"text"`, `"text"i` or `"a".."z"`.
  string(): Expression {
    const scanner = this.#scanner;
    const from = scanner.at;
    const first = this.#quoted();
    if (scanner.take(/[ \t]*\.\.[ \t]*(?=")/y) !== null) return this.#range(from, first);
    if (scanner.take(/i(?![A-Za-z0-9_])/y) === null) return first;
    const span = { from, to: scanner.at };
    const letters = Array.from(textOf(first), (c) => c.codePointAt(0)!);
    return sequence(
      letters.map((c) => characters(closeUnderCase([[c, c]]), false, span)),
      span,
    );
  }

  #quoted(): Expression {
    const { value, next } = this.#reader.literal(this.#scanner.at);
    this.#scanner.at = next;
    return value;
  }

  #range(from: number, first: Expression): Expression {
    const last = this.#quoted();
    const span = { from, to: this.#scanner.at };
    const [low, ...moreLow] = textOf(first);
    const [high, ...moreHigh] = textOf(last);
    const ends = [low, high].map((c) => c?.codePointAt(0));
    if (moreLow.length + moreHigh.length > 0 || ends[0] === undefined || ends[1] === undefined) {
      this.#sink.error(
        "lark-bad-range",
        span,
        "a range runs from one character to another",
        'write "a".."z"',
      );
      return empty(span);
    }
    if (ends[0] > ends[1]) {
      this.#sink.error("lark-bad-range", span, "this range ends before it starts", "swap its ends");
      return empty(span);
    }
    return characters([[ends[0], ends[1]]], false, span);
  }

  /// `/regex/flags`.
  regex(file: string | undefined): Expression {
    const scanner = this.#scanner;
    const from = scanner.at;
    const match = scanner.take(/\/((?:[^/\\\r\n]|\\[^\r\n])+)\/([A-Za-z]*)/y);
    if (match === null) {
      const span = scanner.restOfLine();
      this.#sink.error(
        "lark-syntax",
        span,
        "this / is never closed on its line",
        "close it with /; write \\/ for a slash",
      );
      scanner.skipLine();
      return empty(span);
    }
    const [, pattern = "", flags = ""] = match;
    // Flags in front of the whole pattern, as Python and Rust have them.
    const inline = /^\(\?([a-z]+)\)/.exec(pattern);
    const start = from + 1 + (inline?.[0].length ?? 0);
    const { expression, diagnostics } = parseRegexExpression(scanner.text, {
      ...(file === undefined ? {} : { file }),
      range: { from: start, to: from + 1 + pattern.length },
      flags: [...new Set(flags + (inline?.[1] ?? ""))].join(""),
      isPart: true,
      classes: "unicode",
    });
    this.#sink.addAll(diagnostics);
    return expression ?? empty({ from, to: scanner.at });
  }
}

function textOf(e: Expression): string {
  return e.kind === "literal" ? (utf8Decode(e.bytes) ?? "") : "";
}
