import type { Span } from "../../base/span.ts";
import { characters, literal } from "../build.ts";
import { isSurrogate, MAX_CODE_POINT } from "../code-points.ts";
import type { CodePointRange, Expression } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { CharacterSyntax } from "./dialect.ts";

/// What was read, and where the text goes on.
export interface Read<T> {
  readonly value: T;
  readonly next: number;
}

const HEX = /^[0-9A-Fa-f]*$/;
const isLineEnd = (c: string | undefined) => c === "\n" || c === "\r";

/// Reads quoted text and character classes of one source text.
export class CharacterReader {
  readonly #text: string;
  readonly #dialect: CharacterSyntax;
  readonly #sink: DiagnosticSink;

  constructor(text: string, dialect: CharacterSyntax, sink: DiagnosticSink) {
    this.#text = text;
    this.#dialect = dialect;
    this.#sink = sink;
  }

  /// `"…"` or `'…'`; `from` is the place of the opening quote.
  literal(from: number): Read<Expression> {
    const text = this.#text;
    const quote = text[from]!;
    let value = "";
    let at = from + 1;
    // Runs without escapes are taken as slices: grammars with megabytes of literals stay fast.
    let plain = at;
    for (;;) {
      const c = text[at];
      if (c === quote) break;
      if (c === undefined || isLineEnd(c)) {
        this.#error(
          "syntax",
          { from, to: at },
          `this ${quote} is never closed on its line`,
          `close it with ${quote}; write a line end as \\n`,
        );
        return { value: literal(value + text.slice(plain, at), { from, to: at }), next: at };
      }
      if (c === "\\" || (c >= "\ud800" && c <= "\udfff")) {
        value += text.slice(plain, at);
        const { value: code, next } = this.#character(at, this.#dialect.literalEscapes);
        if (code !== undefined) value += String.fromCodePoint(code);
        at = next;
        plain = at;
      } else at++;
    }
    return { value: literal(value + text.slice(plain, at), { from, to: at + 1 }), next: at + 1 };
  }

  /// `[…]` or `[^…]`; `from` is the place of the bracket.
  characterClass(from: number): Read<Expression> {
    const text = this.#text;
    const ranges: CodePointRange[] = [];
    let at = from + 1;
    const negated = text[at] === "^";
    if (negated) at++;
    let broken = false;
    while (text[at] !== "]") {
      if (text[at] === undefined || isLineEnd(text[at])) {
        this.#error(
          "syntax",
          { from, to: at },
          "this [ is never closed on its line",
          "close the class with ]; write a line end as \\n and a bracket as \\]",
        );
        return { value: characters(ranges, negated, { from, to: at }), next: at };
      }
      const start = at;
      const low = this.#character(at, this.#dialect.classEscapes);
      at = low.next;
      let high = low;
      if (
        text[at] === "-" &&
        text[at + 1] !== "]" &&
        text[at + 1] !== undefined &&
        !isLineEnd(text[at + 1])
      ) {
        high = this.#character(at + 1, this.#dialect.classEscapes);
        at = high.next;
      }
      if (low.value === undefined || high.value === undefined) broken = true;
      else if (low.value > high.value) {
        broken = true;
        this.#error(
          "bad-range",
          { from: start, to: at },
          `the range ${text.slice(start, at)} ends before it starts`,
          `swap its ends, or write \\- for a dash`,
        );
      } else ranges.push([low.value, high.value]);
    }
    const span = { from, to: at + 1 };
    if (ranges.length === 0 && !negated && !broken) {
      this.#sink.warning(
        `${this.#dialect.id}-empty-class`,
        span,
        "this class matches nothing",
        "list characters in it, or write [^] for any character",
      );
    }
    return { value: characters(ranges, negated, span), next: at + 1 };
  }

  /// One character or escape. The value is undefined after an error.
  #character(at: number, escapes: ReadonlyMap<string, string>): Read<number | undefined> {
    const code = this.#text.codePointAt(at)!;
    if (code !== 0x5c) {
      const next = at + (code > 0xffff ? 2 : 1);
      if (!isSurrogate(code)) return { value: code, next };
      this.#error(
        "syntax",
        { from: at, to: next },
        "half of a surrogate pair is not a character",
        "save the grammar as well-formed UTF-8",
      );
      return { value: undefined, next };
    }
    return this.#escape(at, escapes);
  }

  #escape(from: number, escapes: ReadonlyMap<string, string>): Read<number | undefined> {
    const text = this.#text;
    const code = text.codePointAt(from + 1);
    const name = code === undefined ? "" : String.fromCodePoint(code);
    if (name === "" || isLineEnd(name)) {
      this.#badEscape({ from, to: from + 1 }, "a backslash needs a character after it", "write \\\\ for it");
      return { value: undefined, next: from + 1 };
    }
    const one = escapes.get(name);
    if (one !== undefined) return { value: one.codePointAt(0)!, next: from + 2 };
    if (name === "x" && this.#dialect.greedyHex) return this.#greedyHex(from);
    if (name === "u" && text[from + 2] === "{" && this.#dialect.bracedEscapes) return this.#braced(from);
    const digits = name === "x" ? 2 : name === "u" ? 4 : name === "U" ? 8 : 0;
    if (digits > 0) return this.#fixedHex(from, digits);
    const span = { from, to: from + 1 + name.length };
    this.#badEscape(span, `\\${name} is no escape of ${this.#dialect.title}`, escapeHint(name));
    return { value: undefined, next: span.to };
  }

  #fixedHex(from: number, digits: number): Read<number | undefined> {
    const hex = this.#text.slice(from + 2, from + 2 + digits);
    if (hex.length < digits || !HEX.test(hex)) {
      const good = /^[0-9A-Fa-f]*/.exec(hex)![0].length;
      const span = { from, to: from + 2 + good };
      const name = this.#text[from + 1]!;
      this.#badEscape(
        span,
        `\\${name} needs ${digits} hex digits`,
        `pad it: \\${name}${"0".repeat(digits - 1)}A`,
      );
      return { value: undefined, next: span.to };
    }
    return this.#scalar(Number.parseInt(hex, 16), { from, to: from + 2 + digits });
  }

  #greedyHex(from: number): Read<number | undefined> {
    // 16 digits are more than any code point has; the rest is read one error at a time.
    const hex = /^[0-9A-Fa-f]*/.exec(this.#text.slice(from + 2, from + 18))![0];
    const span = { from, to: from + 2 + hex.length };
    if (hex === "") {
      this.#badEscape(span, "\\x needs hex digits", "write two of them: \\x0A");
      return { value: undefined, next: span.to };
    }
    if (hex.length > 2) {
      this.#sink.warning(
        `${this.#dialect.id}-long-escape`,
        span,
        `\\x takes all ${hex.length} hex digits that follow: this is U+${hex.toUpperCase()}`,
        "write \\u{…}, or end the literal after the second digit if two were meant",
      );
    }
    return this.#scalar(Number.parseInt(hex, 16), span);
  }

  #braced(from: number): Read<number | undefined> {
    const match = /^([0-9A-Fa-f]{1,16})\}/.exec(this.#text.slice(from + 3, from + 20));
    if (match === null) {
      this.#badEscape({ from, to: from + 3 }, "\\u{ needs hex digits and a }", "write \\u{1F600}");
      return { value: undefined, next: from + 3 };
    }
    return this.#scalar(Number.parseInt(match[1]!, 16), { from, to: from + 3 + match[0].length });
  }

  #scalar(code: number, span: Span): Read<number | undefined> {
    if (code <= MAX_CODE_POINT && !isSurrogate(code)) return { value: code, next: span.to };
    const hex = code.toString(16).toUpperCase();
    if (code > MAX_CODE_POINT)
      this.#badEscape(span, `U+${hex} is past the last character`, "the last one is \\U0010FFFF");
    else
      this.#badEscape(
        span,
        `U+${hex} is half of a surrogate pair, not a character`,
        "write the whole character, as \\U0001F600",
      );
    return { value: undefined, next: span.to };
  }

  #badEscape(span: Span, message: string, hint: string): void {
    this.#error("bad-escape", span, message, hint);
  }

  #error(code: string, span: Span, message: string, hint: string): void {
    this.#sink.error(`${this.#dialect.id}-${code}`, span, message, hint);
  }
}

function escapeHint(name: string): string {
  switch (name) {
    case "d":
    case "D":
      return "write the range: [0-9] or [^0-9]";
    case "w":
    case "W":
      return "write the ranges: [a-zA-Z0-9_] or [^a-zA-Z0-9_]";
    case "s":
    case "S":
      return "write the characters: [ \\t\\r\\n] or [^ \\t\\r\\n]";
    default:
      return `write ${name} alone for the character, \\\\ for a backslash`;
  }
}
