import { choice, nothing, repeat, sequence } from "../build.ts";
import { closest } from "../did-you-mean.ts";
import type { Expression, Grammar } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { RuleTable } from "../rule-table.ts";
import type { Steps } from "../work.ts";
import { COMMON_NAMES, commonTerminal } from "./common.ts";
import type { Context } from "./parser.ts";
import type { Scanner } from "./scanner.ts";

/// The rule of what may stand between terminals.
export const IGNORED = "%ignore";

/// Reads the statements that start with %.
export class Directives {
  readonly #scanner: Scanner;
  readonly #sink: DiagnosticSink;
  readonly #rules: RuleTable;
  readonly #body: (context: Context) => Steps<Expression>;
  readonly #ignored: Expression[] = [];
  /// Whether anything is ignored: known before the rules are read, since it changes all of them.
  readonly ignores: boolean;

  constructor(
    scanner: Scanner,
    sink: DiagnosticSink,
    rules: RuleTable,
    body: (context: Context) => Steps<Expression>,
  ) {
    this.#scanner = scanner;
    this.#sink = sink;
    this.#rules = rules;
    this.#body = body;
    this.ignores = /^[ \t]*%ignore\b/m.test(scanner.text);
  }

  *read(): Steps<void> {
    const scanner = this.#scanner;
    const line = scanner.restOfLine();
    const name = scanner.take(/%[A-Za-z]*/y)![0];
    switch (name) {
      case "%ignore":
        this.#ignored.push(yield* this.#body({ name, isTerminal: true }));
        return;
      case "%import":
        this.#import(line.to);
        break;
      case "%declare":
        this.#declare();
        break;
      case "%llguidance":
        this.#options();
        return;
      default:
        this.#error(
          "unsupported-directive",
          { from: line.from, to: scanner.at },
          `${name} is not supported`,
          "%ignore and %import common.NAME are",
        );
    }
    scanner.skipLine();
  }

  #error(code: string, span: { from: number; to: number }, message: string, hint: string): void {
    this.#sink.error(`lark-${code}`, span, message, hint);
  }

  /// `%import common.X`, `%import common.X -> Y` or `%import common (X, Y)`.
  #import(lineEnd: number): void {
    const scanner = this.#scanner;
    scanner.skip(false);
    const from = scanner.at;
    const module =
      scanner.take(/[.\w]*?(?=\.[A-Za-z_]\w*[ \t]*(?:->|[\r\n/#]|$)|[ \t]*\()|[.\w]+/y)?.[0] ?? "";
    if (module !== "common") {
      this.#error(
        "unsupported-import",
        { from, to: lineEnd },
        "only the module common can be imported",
        "write the rules into this grammar",
      );
      return;
    }
    if (scanner.take(/\./y) !== null) {
      this.#importName(true);
      return;
    }
    scanner.take(/[ \t]*\(/y);
    do {
      scanner.skip(true);
      this.#importName(false);
      scanner.skip(true);
    } while (scanner.take(/,/y) !== null);
    if (scanner.take(/\)/y) === null)
      this.#error("syntax", { from, to: lineEnd }, "this list is never closed", "close it with )");
  }

  #importName(mayRename: boolean): void {
    const scanner = this.#scanner;
    const from = scanner.at;
    const name = scanner.take(/[A-Za-z_]\w*/y)?.[0] ?? "";
    const span = { from, to: scanner.at };
    const alias = mayRename ? scanner.take(/[ \t]*->[ \t]*([A-Za-z_]\w*)/y)?.[1] : undefined;
    const named = alias === undefined ? span : { from: scanner.at - alias.length, to: scanner.at };
    const terminal = commonTerminal(name, span);
    if (terminal === undefined) {
      const guess = closest(name, COMMON_NAMES);
      this.#error(
        "unsupported-import",
        span,
        `common has no terminal "${name}"`,
        guess === undefined ? "define it in this grammar" : `did you mean ${guess}?`,
      );
      return;
    }
    this.#rules.define(alias ?? name, terminal, named, scanner.at);
  }

  #declare(): void {
    const scanner = this.#scanner;
    for (scanner.skip(false); ; scanner.skip(false)) {
      const from = scanner.at;
      const name = scanner.take(/[A-Za-z_]\w*/y)?.[0];
      if (name === undefined) return;
      const span = { from, to: scanner.at };
      this.#error("unsupported-declare", span, `nothing says what ${name} matches`, `define it: ${name}: …`);
      this.#rules.define(name, nothing(span), span, span.to);
    }
  }

  #options(): void {
    const scanner = this.#scanner;
    scanner.skip(true);
    const from = scanner.at;
    const text = scanner.takeObject();
    if (text === undefined) {
      this.#error(
        "bad-json",
        scanner.restOfLine(),
        "the options are no closed JSON object",
        "write %llguidance {}",
      );
      scanner.skipLine();
    } else if (text.replace(/\s/g, "") !== "{}")
      this.#sink.warning(
        "lark-ignored-options",
        { from, to: scanner.at },
        "options of llguidance are ignored",
        "leave the object empty",
      );
  }

  /// Defines what is ignored. To be called when all is read.
  finish(): void {
    if (!this.ignores) return;
    const span = { from: 0, to: 0 };
    this.#rules.define(IGNORED, repeat(choice(this.#ignored), 0, undefined), span);
  }

  /// Lets what is ignored stand before the first terminal.
  withLeadingGap(grammar: Grammar): Grammar {
    if (!this.ignores) return grammar;
    const ignored = grammar.rules.findIndex((rule) => rule.name === IGNORED);
    const start: Expression = sequence([
      { kind: "rule", rule: ignored },
      { kind: "rule", rule: grammar.rootRule },
    ]);
    return {
      rules: [...grammar.rules, { name: "%start", expression: start }],
      rootRule: grammar.rules.length,
    };
  }
}
