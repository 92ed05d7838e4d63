import type { Span } from "../../base/span.ts";
import { choice, empty, nothing, optional, sequence } from "../build.ts";
import type { Expression } from "../ir.ts";
import { MAX_GROUP_DEPTH } from "../limits.ts";
import type { DiagnosticSink, Parsed } from "../parse-result.ts";
import { RuleTable } from "../rule-table.ts";
import { isPauseDue, type Steps, spend } from "../work.ts";
import { AtomReader } from "./atoms.ts";
import { Directives, IGNORED } from "./directives.ts";
import { readHead } from "./head.ts";
import { readRepetitions } from "./repetitions.ts";
import { Scanner } from "./scanner.ts";
import { readSpecialToken } from "./special-token.ts";
import { substringOf } from "./substring.ts";

const NAME = /[A-Za-z_](?:[A-Za-z0-9_]|-(?!>))*/y;
const STATEMENT =
  /[ \t]*(?:%|[?!]*[A-Za-z_][A-Za-z0-9_-]*[ \t]*(?:\.-?\d+[ \t]*)?(?:\[[^\]\r\n]*\][ \t]*)?(?:\{[^}\r\n]*\}[ \t]*)?:)/y;

/// An open group, or the body of a definition.
interface Frame {
  readonly from: number;
  readonly close: ")" | "]" | "";
  /// Complements in front of the group.
  readonly negations: number;
  readonly alternatives: Expression[];
  conjuncts: Expression[];
  items: Expression[];
}

/// What a body belongs to.
export interface Context {
  readonly name: string;
  readonly isTerminal: boolean;
}

export class LarkParser {
  readonly #scanner: Scanner;
  readonly #sink: DiagnosticSink;
  readonly #rules: RuleTable;
  readonly #atoms: AtomReader;
  readonly #directives: Directives;
  readonly #file: string | undefined;
  #tooDeep = false;
  #substrings = 0;

  constructor(text: string, sink: DiagnosticSink, file?: string) {
    this.#scanner = new Scanner(text);
    this.#sink = sink;
    this.#file = file;
    this.#rules = new RuleTable("lark", sink, ":");
    this.#atoms = new AtomReader(this.#scanner, sink);
    this.#directives = new Directives(this.#scanner, sink, this.#rules, (context) => this.#body(context));
  }

  *parse(rootRule = "start"): Steps<Parsed> {
    const scanner = this.#scanner;
    for (scanner.skip(true); !scanner.atEnd && !this.#tooDeep; scanner.skip(true)) {
      if (scanner.next === "%") yield* this.#directives.read();
      else yield* this.#definition();
    }
    const names = this.#rules.names();
    if (this.#tooDeep) return { names };
    this.#directives.finish();
    const end = { from: scanner.text.length, to: scanner.text.length };
    const grammar = this.#rules.finish(rootRule, rootRule === "start", end);
    return grammar === undefined ? { names } : { grammar: this.#directives.withLeadingGap(grammar), names };
  }

  #error(code: string, span: Span, message: string, hint: string): void {
    this.#sink.error(`lark-${code}`, span, message, hint);
  }

  /// `name: body`, with what may stand around the name.
  *#definition(): Steps<void> {
    const scanner = this.#scanner;
    const line = scanner.restOfLine();
    scanner.take(/[?!]*/y);
    const from = scanner.at;
    const name = scanner.take(NAME)?.[0];
    if (name === undefined) {
      this.#error(
        "syntax",
        line,
        "expected a rule here",
        "a rule is written name: body, on a line of its own",
      );
      this.#skipStatement();
      return;
    }
    const span = { from, to: scanner.at };
    if (!readHead(scanner, this.#sink, name)) {
      this.#skipStatement();
      return;
    }
    const isTerminal = isTerminalName(name);
    const body = yield* this.#body({ name, isTerminal });
    this.#rules.define(name, body, span, scanner.at);
  }

  /// To the next line that starts a definition or directive.
  #skipStatement(): void {
    const scanner = this.#scanner;
    do {
      scanner.skipLine();
      scanner.skip(true);
    } while (!scanner.atEnd && scanner.peek(STATEMENT) === null);
  }

  /// Alternatives up to the end of the statement.
  *#body(context: Context): Steps<Expression> {
    const scanner = this.#scanner;
    const frames: Frame[] = [newFrame(scanner.at, "", 0)];
    let negations = 0;
    while (!this.#tooDeep && this.#goesOn(frames.length > 1)) {
      spend(2);
      if (isPauseDue()) yield;
      const from = scanner.at;
      const frame = frames.at(-1)!;
      const c = scanner.next;
      if (c === "|") {
        scanner.at++;
        closeAlternative(frame);
      } else if (c === "&") {
        scanner.at++;
        this.#checkOperator(context, from, "&");
        closeConjunct(frame);
      } else if (c === "~") {
        scanner.at++;
        this.#checkOperator(context, from, "~");
        negations++;
      } else if (c === "(" || c === "[") {
        if (frames.length > MAX_GROUP_DEPTH) {
          this.#reportTooDeep(from);
          continue;
        }
        scanner.at++;
        frames.push(newFrame(from, c === "(" ? ")" : "]", negations));
        negations = 0;
      } else if (c === ")" || c === "]") {
        scanner.at++;
        if (c === frame.close) this.#closeGroup(frames);
        else
          this.#error(
            "syntax",
            { from, to: from + 1 },
            `this ${c} closes nothing`,
            `remove it, or open it with ${c === ")" ? "(" : "["}`,
          );
      } else if (scanner.take(/->[ \t]*[A-Za-z_]\w*/y) === null) {
        const atom = this.#atom(context);
        if (atom !== undefined) frame.items.push(this.#postfix(complemented(atom, negations), from));
        negations = 0;
      }
    }
    if (this.#tooDeep) return nothing();
    while (frames.length > 1) {
      const { from } = frames.at(-1)!;
      this.#error(
        "syntax",
        { from, to: from + 1 },
        "this bracket is never closed",
        "close it before the definition ends",
      );
      this.#closeGroup(frames);
    }
    return closeFrame(frames[0]!, scanner.at);
  }

  /// Skips to the next part of the body. False at its end: a line end outside of brackets that no | or &
  /// follows, or inside of them the start of another definition.
  #goesOn(inBrackets: boolean): boolean {
    const scanner = this.#scanner;
    scanner.skip(false);
    if (scanner.atEnd) return false;
    if (!/[\r\n]/.test(scanner.next)) return true;
    const lineEnd = scanner.at;
    scanner.skip(true);
    if (scanner.atEnd) return false;
    if (inBrackets ? scanner.peek(STATEMENT) === null : /[|&]/.test(scanner.next)) return true;
    scanner.at = lineEnd;
    return false;
  }

  #closeGroup(frames: Frame[]): void {
    const frame = frames.pop()!;
    const to = this.#scanner.at;
    const group = closeFrame(frame, to);
    const inner = frame.close === "]" ? optional(group, { from: frame.from, to }) : group;
    frames.at(-1)!.items.push(this.#postfix(complemented(inner, frame.negations), frame.from));
  }

  #checkOperator(context: Context, at: number, operator: string): void {
    if (context.isTerminal) return;
    this.#error(
      "operator-in-rule",
      { from: at, to: at + 1 },
      `${operator} works on terminals only`,
      "define an UPPER CASE terminal with it, and name that here",
    );
  }

  #postfix(item: Expression, from: number): Expression {
    const repeated = readRepetitions(this.#scanner, this.#sink, item, from);
    if (repeated !== undefined) return repeated;
    this.#reportTooDeep(this.#scanner.at);
    return nothing();
  }

  #reportTooDeep(at: number): void {
    this.#tooDeep = true;
    this.#sink.error(
      "grammar-too-deep",
      { from: at, to: at + 1 },
      "brackets or repetitions nest too deep here; the rest was not read",
      "move inner groups into rules of their own",
    );
  }

  /// One atom without its repetition. Undefined after an error.
  #atom(context: Context): Expression | undefined {
    const scanner = this.#scanner;
    const from = scanner.at;
    const c = scanner.next;
    if (c === '"') return this.#terminal(context, this.#atoms.string());
    if (c === "/") return this.#terminal(context, this.#atoms.regex(this.#file));
    if (c === "<") return this.#token(context);
    if (c === "%") return this.#embedded(context);
    const name = scanner.take(NAME)?.[0];
    if (name !== undefined) return this.#name(context, name, { from, to: scanner.at });
    if (c === "@") {
      scanner.take(/@[\w-]*/y);
      this.#error(
        "unsupported-reference",
        { from, to: scanner.at },
        "other grammars cannot be named here",
        "write their rules into this grammar",
      );
      return undefined;
    }
    this.#unexpected();
    return undefined;
  }

  #name(context: Context, name: string, span: Span): Expression {
    const scanner = this.#scanner;
    if (scanner.peek(/\{(?![\d\s,]*\})/y) !== null) {
      scanner.take(/\{[^}\r\n]*\}?/y);
      this.#error(
        "unsupported-template",
        { from: span.from, to: scanner.at },
        "templates are not supported",
        "write one rule for each use",
      );
      return empty(span);
    }
    if (isTerminalName(name)) return this.#terminal(context, this.#rules.reference(name, span));
    if (context.isTerminal)
      this.#error(
        "rule-in-terminal",
        span,
        `the terminal ${context.name} cannot use the rule ${name}`,
        `write ${name} in UPPER CASE to make it a terminal, or ${context.name} in lower case`,
      );
    return this.#rules.reference(name, span);
  }

  /// What is ignored may follow a terminal that stands in a rule.
  #terminal(context: Context, e: Expression): Expression {
    return context.isTerminal || !this.#directives.ignores
      ? e
      : sequence([e, this.#rules.reference(IGNORED, e.span ?? { from: 0, to: 0 }, false)], e.span);
  }

  #token(context: Context): Expression | undefined {
    const { value, next } = readSpecialToken(this.#scanner.text, this.#scanner.at, this.#sink);
    this.#scanner.at = next;
    if (value === undefined) return undefined;
    if (context.isTerminal)
      this.#error(
        "rule-in-terminal",
        value.span!,
        `the terminal ${context.name} cannot hold a token`,
        "name the token in a rule",
      );
    return this.#terminal(context, value);
  }

  /// `%regex {…}` or `%json {…}`.
  #embedded(context: Context): Expression | undefined {
    const scanner = this.#scanner;
    const from = scanner.at;
    const keyword = scanner.take(/%(json|regex|lark)[ \t\r\n]*(?=\{)/y)?.[1];
    const text = keyword === undefined ? undefined : scanner.takeObject();
    if (keyword === undefined || text === undefined) {
      this.#error(
        "syntax",
        scanner.restOfLine(),
        "this % starts nothing that can stand here",
        "write %regex { … }, closed with }",
      );
      scanner.skipLine();
      return undefined;
    }
    const span = { from, to: scanner.at };
    if (keyword !== "regex") {
      this.#error(
        "unsupported-json",
        span,
        `%${keyword} is not supported inside of a grammar`,
        "use the schema as a grammar of its own, or write its rules here",
      );
      return undefined;
    }
    let spec: unknown;
    try {
      spec = JSON.parse(text);
    } catch (error) {
      this.#error(
        "bad-json",
        span,
        `this is no JSON: ${(error as Error).message}`,
        "write an object with double-quoted keys",
      );
      return undefined;
    }
    const name = `${context.name}.substring-${++this.#substrings}`;
    return this.#terminal(context, substringOf(spec, name, span, this.#rules, this.#sink));
  }

  #unexpected(): void {
    const scanner = this.#scanner;
    const from = scanner.at;
    if (scanner.take(/[?*+]|\{[^}\r\n]*\}/y) !== null) {
      const found = scanner.text.slice(from, scanner.at);
      this.#error(
        "syntax",
        { from, to: scanner.at },
        `${found} repeats nothing`,
        "put it right after what is repeated",
      );
      return;
    }
    const wrongQuotes = scanner.take(/'[^'\r\n]*'/y);
    const found = wrongQuotes ?? scanner.take(/[^\s"/<()[\]|&~%@A-Za-z_]+|[\s\S]/y)!;
    const hint = wrongQuotes === null ? "text to match goes in double quotes" : 'use double quotes: "…"';
    this.#error("syntax", { from, to: scanner.at }, `unexpected ${found[0].slice(0, 20)}`, hint);
  }
}

function isTerminalName(name: string): boolean {
  return /^_*[A-Z]/.test(name);
}

function newFrame(from: number, close: Frame["close"], negations: number): Frame {
  return { from, close, negations, alternatives: [], conjuncts: [], items: [] };
}

function closeConjunct(frame: Frame): void {
  frame.conjuncts.push(sequence(frame.items));
  frame.items = [];
}

function closeAlternative(frame: Frame): void {
  closeConjunct(frame);
  const { conjuncts } = frame;
  frame.alternatives.push(
    conjuncts.length === 1 ? conjuncts[0]! : { kind: "intersection", items: conjuncts },
  );
  frame.conjuncts = [];
}

function closeFrame(frame: Frame, to: number): Expression {
  closeAlternative(frame);
  return choice(frame.alternatives, { from: frame.from, to });
}

function complemented(e: Expression, times: number): Expression {
  let out = e;
  for (let i = 0; i < times % 2; i++)
    out = { kind: "complement", item: out, ...(e.span === undefined ? {} : { span: e.span }) };
  return out;
}
