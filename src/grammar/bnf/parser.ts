import type { Span } from "../../base/span.ts";
import { characters, choice, empty, nothing, repeat, sequence } from "../build.ts";
import { ALL_CHARACTERS } from "../code-points.ts";
import type { Expression } from "../ir.ts";
import { MAX_GROUP_DEPTH, MAX_STACKED_REPEATS } from "../limits.ts";
import {
  type DiagnosticSink,
  type GrammarParseOptions,
  type Parsed,
  type ParseResult,
  parseTextInSteps,
} from "../parse-result.ts";
import { RuleTable } from "../rule-table.ts";
import { isPauseDue, type Steps, spend } from "../work.ts";
import { CharacterReader, type Read } from "./characters.ts";
import { bracesEnd, readCount } from "./count.ts";
import type { Dialect } from "./dialect.ts";
import { readTokenLiteral } from "./token-literal.ts";

/// Reads a grammar of the BNF family. Goes on after every error.
export function bnfSteps(dialect: Dialect, text: string, options: GrammarParseOptions): Steps<ParseResult> {
  return parseTextInSteps(text, options, (sink) => new Parser(dialect, text, sink).parse(options.rootRule));
}

/// An open group, or the body of a rule.
interface Frame {
  readonly from: number;
  readonly alternatives: Expression[];
  items: Expression[];
  /// Where the current alternative begins, and the errors reported before it.
  start: number;
  errorsBefore: number;
  /// A lookahead hint: checked, then dropped.
  readonly isLookahead: boolean;
}

type RuleHead = { readonly name: string; readonly span: Span; readonly bodyAt: number };

class Parser {
  readonly #dialect: Dialect;
  readonly #text: string;
  readonly #sink: DiagnosticSink;
  readonly #rules: RuleTable;
  readonly #reader: CharacterReader;
  #at = 0;
  /// A line ended between the last element and `#at`.
  #lineEnded = false;
  #tooDeep = false;

  constructor(dialect: Dialect, text: string, sink: DiagnosticSink) {
    this.#dialect = dialect;
    this.#text = text;
    this.#sink = sink;
    this.#rules = new RuleTable(dialect.id, sink);
    this.#reader = new CharacterReader(text, dialect, sink);
  }

  *parse(rootRule: string | undefined): Steps<Parsed> {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    this.#skipSpace();
    while (this.#at < this.#text.length && !this.#tooDeep) {
      const head = this.#ruleHead(this.#at);
      if (head === undefined) {
        this.#reportMissingHead();
        continue;
      }
      this.#at = head.bodyAt;
      const body = yield* this.#body();
      this.#rules.define(head.name, body, head.span, this.#at);
    }
    const names = this.#rules.names();
    if (this.#tooDeep) return { names };
    const end = { from: this.#text.length, to: this.#text.length };
    const grammar = this.#rules.finish(rootRule ?? "root", rootRule === undefined, end);
    return { ...(grammar === undefined ? {} : { grammar }), names };
  }

  #error(code: string, span: Span, message: string, hint: string): void {
    this.#sink.error(`${this.#dialect.id}-${code}`, span, message, hint);
  }

  #skipSpace(): void {
    const text = this.#text;
    for (;;) {
      const c = text.charCodeAt(this.#at);
      if (c === 10 || c === 13) this.#lineEnded = true;
      else if (c === 35) {
        while (this.#at < text.length && !isLineEnd(text.charCodeAt(this.#at))) this.#at++;
        continue;
      } else if (c !== 32 && c !== 9) return;
      this.#at++;
    }
  }

  #nameEnd(from: number): number {
    let at = from;
    while (at < this.#text.length && this.#dialect.isNameCharacter(this.#text.charCodeAt(at), at === from))
      at++;
    return at;
  }

  /// The rule that starts at `from`, if one does: a name and `::=`.
  #ruleHead(from: number): RuleHead | undefined {
    const text = this.#text;
    const to = this.#nameEnd(from);
    if (to === from) return undefined;
    let at = to;
    while (text[at] === " " || text[at] === "\t") at++;
    if (!text.startsWith("::=", at)) return undefined;
    return { name: text.slice(from, to), span: { from, to }, bodyAt: at + 3 };
  }

  /// Says that a rule was expected at `#at`, and goes on at the next line that starts one.
  #reportMissingHead(): void {
    const text = this.#text;
    const from = this.#at;
    const nameEnd = this.#nameEnd(from);
    const afterName = /^[ \t]*(:=|=|:|->)/.exec(text.slice(nameEnd, nameEnd + 40));
    const hint =
      nameEnd > from && afterName !== null
        ? `write ${text.slice(from, nameEnd)} ::= instead of ${afterName[1]}`
        : "a rule is written name ::= expression, on a line of its own";
    let lineEnd = from;
    while (lineEnd < text.length && !isLineEnd(text.charCodeAt(lineEnd))) lineEnd++;
    this.#error("syntax", { from, to: Math.max(lineEnd, from + 1) }, "expected a rule here", hint);
    do {
      while (this.#at < text.length && !isLineEnd(text.charCodeAt(this.#at))) this.#at++;
      this.#skipSpace();
    } while (this.#at < text.length && this.#ruleHead(this.#at) === undefined);
  }

  /// The body of a rule: up to the next rule's head, or the end of the text.
  *#body(): Steps<Expression> {
    const text = this.#text;
    const frames: Frame[] = [this.#newFrame(this.#at, false)];
    // A line's end does not end a GBNF rule right after ::= or |.
    let mayGoOn = true;
    for (;;) {
      spend(2);
      if (isPauseDue()) yield;
      if (this.#tooDeep) return nothing();
      this.#lineEnded = false;
      this.#skipSpace();
      const from = this.#at;
      const frame = frames.at(-1)!;
      if (from >= text.length) break;
      const head = this.#ruleHead(from);
      if (head !== undefined) {
        this.#checkOwnLine(head);
        break;
      }
      if (this.#dialect.lineEndsRule && this.#lineEnded && frames.length === 1 && !mayGoOn) break;
      mayGoOn = false;
      const c = text[from]!;
      if (c === "|") {
        this.#checkAlternative(frame, from);
        closeAlternative(frame, from);
        this.#at++;
        frame.start = this.#at;
        frame.errorsBefore = this.#sink.errors;
        mayGoOn = true;
      } else if (c === "(") {
        if (frames.length > MAX_GROUP_DEPTH) {
          this.#reportTooDeep(from);
          continue;
        }
        const isLookahead = this.#dialect.lookahead && text[from + 1] === "=";
        this.#at += isLookahead ? 2 : 1;
        frames.push(this.#newFrame(from, isLookahead));
      } else if (c === ")") {
        this.#at++;
        if (frames.length === 1) {
          this.#error("syntax", { from, to: from + 1 }, "this ) closes nothing", "remove it, or add a (");
          continue;
        }
        frames.pop();
        const group = this.#closeGroup(frame);
        const outer = frames.at(-1)!;
        if (frame.isLookahead) this.#reportLookahead(frame, outer);
        else outer.items.push(this.#postfix(group, frame.from, frames.length > 1));
      } else {
        const element = this.#element(from);
        if (element !== undefined) frame.items.push(this.#postfix(element, from, frames.length > 1));
      }
    }
    return this.#closeBody(frames);
  }

  #newFrame(from: number, isLookahead: boolean): Frame {
    return { from, alternatives: [], items: [], start: from, errorsBefore: this.#sink.errors, isLookahead };
  }

  #closeBody(frames: Frame[]): Expression {
    for (;;) {
      const frame = frames.pop()!;
      const outer = frames.at(-1);
      if (outer === undefined) {
        this.#checkAlternative(frame, this.#at);
        closeAlternative(frame, this.#at);
        return choice(frame.alternatives, { from: frame.from, to: this.#at });
      }
      const span = { from: frame.from, to: frame.from + 1 };
      this.#error("syntax", span, "this ( is never closed", "add a ) before the rule's end");
      outer.items.push(this.#closeGroup(frame));
    }
  }

  #closeGroup(frame: Frame): Expression {
    if (frame.alternatives.length > 0) this.#checkAlternative(frame, this.#at - 1);
    closeAlternative(frame, this.#at);
    return choice(frame.alternatives, { from: frame.from, to: this.#at });
  }

  /// XGrammar wants "" where GBNF takes nothing at all as the empty text. An alternative that had
  /// another error is let off.
  #checkAlternative(frame: Frame, at: number): void {
    if (frame.items.length > 0 || this.#dialect.lineEndsRule || this.#sink.errors > frame.errorsBefore)
      return;
    this.#error(
      "syntax",
      { from: at, to: Math.min(at + 1, this.#text.length) },
      "expected something to match here",
      'write "" to match the empty text',
    );
  }

  #reportTooDeep(from: number): void {
    this.#tooDeep = true;
    this.#sink.error(
      "grammar-too-deep",
      { from, to: from + 1 },
      "groups or repetitions nest too deep here; the rest was not read",
      "move inner groups into rules of their own",
    );
  }

  // XGrammar takes (= …) as a promise that speeds up its masks; the language stays the same.
  #reportLookahead(frame: Frame, outer: Frame): void {
    const end = this.#at;
    const span = { from: frame.from, to: end };
    this.#skipSpace();
    const atEnd = this.#at >= this.#text.length || this.#ruleHead(this.#at) !== undefined;
    this.#at = end;
    if (!atEnd || outer.isLookahead || outer.items.length === 0) {
      this.#error(
        "syntax",
        span,
        "a lookahead (= …) may only stand at a rule's end",
        "remove it: it never changes what a grammar matches",
      );
      return;
    }
    this.#sink.info(
      "ebnf-lookahead-ignored",
      span,
      "this lookahead is a hint to XGrammar and does not change what the rule matches",
    );
  }

  #checkOwnLine(head: RuleHead): void {
    if (this.#lineEnded) return;
    this.#error("syntax", head.span, "a rule must start on a line of its own", "break the line before it");
  }

  /// One literal, class, name… at `from`, without its repetition. Undefined after an error.
  #element(from: number): Expression | undefined {
    const text = this.#text;
    const c = text[from]!;
    if (c === '"' || (c === "'" && this.#dialect.singleQuotes)) return this.#take(this.#reader.literal(from));
    if (c === "[") return this.#take(this.#reader.characterClass(from));
    if (c === "." && this.#dialect.dot) {
      this.#at++;
      return characters(ALL_CHARACTERS, false, { from, to: this.#at });
    }
    if (this.#dialect.tokenLiterals && (c === "<" || (c === "!" && text[from + 1] === "<")))
      return this.#take(readTokenLiteral(text, from, this.#sink));
    const to = this.#nameEnd(from);
    if (to > from) {
      this.#at = to;
      return this.#name(from, to);
    }
    this.#unexpected(from);
    return undefined;
  }

  #take<T>(read: Read<T>): T {
    this.#at = read.next;
    return read.value;
  }

  #name(from: number, to: number): Expression {
    const name = this.#text.slice(from, to);
    if (this.#dialect.macros.has(name) && /^[ \t]*\(/.test(this.#text.slice(to, to + 20))) {
      this.#error(
        "unsupported-macro",
        { from, to },
        `the macro ${name}(…) is not supported`,
        name.includes("Dispatch")
          ? "use a structural tag instead"
          : "write token ids in GBNF: <[128010]> or !<[128010]>",
      );
      this.#skipMacroArguments();
      return empty({ from, to: this.#at });
    }
    return this.#rules.reference(name, { from, to });
  }

  /// So that one macro gives one error: steps over its parenthesised arguments.
  #skipMacroArguments(): void {
    const text = this.#text;
    let depth = 0;
    do {
      this.#skipSpace();
      const c = text[this.#at];
      if (c === "(") depth++;
      else if (c === ")") depth--;
      else if (c === '"') {
        const close = /"(?:[^"\\\r\n]|\\.)*"?/y;
        close.lastIndex = this.#at;
        close.exec(text);
        this.#at = close.lastIndex;
        continue;
      }
      this.#at++;
    } while (depth > 0 && this.#at < text.length);
  }

  #unexpected(from: number): void {
    const text = this.#text;
    const c = text[from]!;
    if ("*+?{".includes(c)) {
      const to = c === "{" ? bracesEnd(text, from) : from + 1;
      this.#at = to;
      this.#error(
        "syntax",
        { from, to },
        `${text.slice(from, to)} repeats nothing`,
        "put it right after a literal, class, name or group; two in a row need parentheses",
      );
      return;
    }
    // Text in the wrong quotes is one mistake, and so is a run of characters that start nothing.
    const wrongQuotes = c === "'" ? /^'[^'\r\n]*'/.exec(text.slice(from, from + 200)) : null;
    let to = from + (wrongQuotes?.[0].length ?? 1);
    while (wrongQuotes === null && to < text.length && !/[\s"'[\](){}|*+?#.<!\w-]/.test(text[to]!)) to++;
    this.#at = to;
    const found = text.slice(from, Math.min(to, from + 20)).replace(/[\ud800-\udbff]$/, "");
    const hint = /^[0-9]/.test(found)
      ? "a rule's name starts with a letter; text to match goes in quotes"
      : c === "'"
        ? 'use double quotes: "…"'
        : c === "/"
          ? `comments start with #, and ${this.#dialect.title} has no /regex/`
          : "text to match goes in quotes";
    this.#error("syntax", { from, to }, `unexpected ${found}`, hint);
  }

  /// Applies the repetition that follows `item`, if any.
  #postfix(item: Expression, from: number, isNested: boolean): Expression {
    let out = item;
    let counts = 0;
    for (let isFirst = true; ; isFirst = false) {
      // Spaces may stand before the operator, and line ends where they do not end the rule.
      const before = this.#at;
      if (this.#dialect.lineEndsRule && !isNested)
        while (/[ \t]/.test(this.#text[this.#at] ?? "")) this.#at++;
      else this.#skipSpace();
      const c = this.#text[this.#at];
      if (c !== "?" && c !== "*" && c !== "+" && c !== "{") {
        this.#at = before;
        return out;
      }
      if (!isFirst && !this.#dialect.stackedRepeats) return out;
      if (c === "{") {
        if (++counts > MAX_STACKED_REPEATS) {
          this.#reportTooDeep(this.#at);
          return nothing();
        }
        const bounds = this.#take(readCount(this.#text, this.#at, this.#dialect.id, this.#sink));
        if (bounds !== undefined) out = repeat(out, bounds.min, bounds.max, { from, to: this.#at });
      } else {
        this.#at++;
        out = repeat(out, c === "+" ? 1 : 0, c === "?" ? 1 : undefined, { from, to: this.#at });
      }
    }
  }
}

function closeAlternative(frame: Frame, to: number): void {
  const { items } = frame;
  const span =
    items.length > 1
      ? { from: items[0]!.span?.from ?? frame.start, to: items.at(-1)!.span?.to ?? to }
      : undefined;
  frame.alternatives.push(items.length === 0 ? empty({ from: frame.start, to }) : sequence(items, span));
  frame.items = [];
}

function isLineEnd(c: number): boolean {
  return c === 10 || c === 13;
}
