import type { Diagnostic, DiagnosticLocation, Severity } from "../base/diagnostic.ts";
import type { Span } from "../base/span.ts";
import type { Grammar } from "./ir.ts";
import { MAX_DIAGNOSTICS, MAX_SOURCE_LENGTH } from "./limits.ts";
import type { RuleNames } from "./rule-names.ts";
import { locatingSteps, type Steps } from "./work.ts";

export interface ParseOptions {
  /// Where the text came from, for diagnostics.
  readonly file?: string;
}

export interface GrammarParseOptions extends ParseOptions {
  /// Name of the rule that a whole text must match.
  readonly rootRule?: string;
}

/// What a front end answers. Parsing never throws on user text: it goes on after each error, so
/// `diagnostics` holds all of them, in source order. `grammar` is absent if one is an error.
export interface ParseResult {
  readonly grammar?: Grammar;
  readonly diagnostics: readonly Diagnostic[];
  /// For notations with named rules, in error or not.
  readonly names?: RuleNames;
}

/// What a parser makes of a text, beside diagnostics.
export type Parsed = Pick<ParseResult, "grammar" | "names">;

/// Runs a parser over `text`, unless the text is too large (`grammar-too-large`).
export function* parseTextInSteps(
  text: string,
  { file }: ParseOptions,
  parse: (sink: DiagnosticSink) => Steps<Parsed>,
): Steps<ParseResult> {
  const sink = new DiagnosticSink(file);
  if (text.length > MAX_SOURCE_LENGTH) {
    sink.error(
      "grammar-too-large",
      { from: 0, to: 0 },
      `the grammar has ${text.length} characters; at most ${MAX_SOURCE_LENGTH} are read`,
      "split it, or factor repeated parts into rules",
    );
    return { diagnostics: sink.finish() };
  }
  const place = () => sink.location(sink.place);
  return yield* locatingSteps(place, stepsOf(sink, parse(sink)));
}

function* stepsOf(sink: DiagnosticSink, steps: Steps<Parsed>): Steps<ParseResult> {
  return { ...(yield* steps), diagnostics: sink.finish() };
}

type DiagnosticExtras = Pick<Diagnostic, "related" | "replacement">;

/// Collects the diagnostics of one parse.
export class DiagnosticSink {
  readonly #file: string | undefined;
  readonly #list: Diagnostic[] = [];
  #errors = 0;
  #dropped = 0;
  /// The last rule that was read.
  place: Span = { from: 0, to: 0 };

  constructor(file: string | undefined) {
    this.#file = file;
  }

  get errors(): number {
    return this.#errors;
  }

  location(span: Span): DiagnosticLocation {
    return { kind: "text", ...(this.#file === undefined ? {} : { file: this.#file }), span };
  }

  error(code: string, span: Span, message: string, hint?: string, more: DiagnosticExtras = {}): void {
    this.#errors++;
    this.#add(code, "error", span, message, hint, more);
  }

  warning(code: string, span: Span, message: string, hint?: string): void {
    this.#add(code, "warning", span, message, hint);
  }

  info(code: string, span: Span, message: string, hint?: string): void {
    this.#add(code, "info", span, message, hint);
  }

  /// Takes over what another reader of the same text found.
  addAll(diagnostics: readonly Diagnostic[]): void {
    for (const d of diagnostics) {
      if (d.severity === "error") this.#errors++;
      if (this.#list.length < MAX_DIAGNOSTICS) this.#list.push(d);
      else this.#dropped++;
    }
  }

  #add(
    code: string,
    severity: Severity,
    span: Span,
    message: string,
    hint: string | undefined,
    more: DiagnosticExtras = {},
  ): void {
    if (this.#list.length >= MAX_DIAGNOSTICS) {
      this.#dropped++;
      return;
    }
    this.#list.push({ ...textDiagnostic(code, severity, this.#file, span, message, hint), ...more });
  }

  /// The diagnostics in source order.
  finish(): Diagnostic[] {
    const out = [...this.#list].sort((a, b) => start(a) - start(b));
    if (this.#dropped > 0) {
      const last = out.at(-1)!;
      out.push({
        code: "too-many-diagnostics",
        severity: "info",
        message: `${this.#dropped} more problems are not listed`,
        ...(last.location === undefined ? {} : { location: last.location }),
        hint: "fix the ones above first",
      });
    }
    return out;
  }
}

export function textDiagnostic(
  code: string,
  severity: Severity,
  file: string | undefined,
  span: Span,
  message: string,
  hint?: string,
): Diagnostic {
  return {
    code,
    severity,
    message,
    location: { kind: "text", ...(file === undefined ? {} : { file }), span },
    ...(hint === undefined ? {} : { hint }),
  };
}

function start(d: Diagnostic): number {
  return d.location?.kind === "text" ? d.location.span.from : 0;
}
