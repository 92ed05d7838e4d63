import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { MAX_DIAGNOSTICS } from "../limits.ts";
import { pointerOf, type SchemaNode } from "./document.ts";

/// Collects what is wrong with a schema, each thing once, with its pointer and its place in the text.
export class SchemaReport {
  readonly #file: string | undefined;
  readonly #lenient: ReadonlySet<string>;
  readonly #seen = new Set<string>();
  readonly #list: Diagnostic[] = [];
  #errors = 0;

  constructor(file: string | undefined, lenient: readonly string[]) {
    this.#file = file;
    this.#lenient = new Set(lenient);
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /// A keyword that cannot be enforced as it stands: an error, or a warning if the user asked for that.
  /// The caller goes on as if the keyword were not there.
  unsupported(keyword: string, at: SchemaNode, message: string, hint: string): void {
    this.unsupportedAs("schema-unsupported-keyword", keyword, at, message, hint);
  }

  /// `unsupported` with a code of its own.
  unsupportedAs(code: string, keyword: string, at: SchemaNode, message: string, hint: string): void {
    const lenient = this.#lenient.has(keyword);
    this.#add(
      code,
      lenient ? "warning" : "error",
      at,
      lenient ? `${message}; it is not enforced` : message,
      lenient ? hint : `${hint}, or name "${keyword}" as lenient to go without it`,
    );
  }

  error(code: string, at: SchemaNode, message: string, hint: string): void {
    this.#add(code, "error", at, message, hint);
  }

  warning(code: string, at: SchemaNode, message: string, hint: string): void {
    this.#add(code, "warning", at, message, hint);
  }

  info(code: string, at: SchemaNode, message: string, hint: string): void {
    this.#add(code, "info", at, message, hint);
  }

  /// An error of the text itself, where there is no value to point at.
  text(code: string, span: Span, message: string, hint: string): void {
    this.#errors++;
    const file = this.#file === undefined ? {} : { file: this.#file };
    this.#list.push({ code, severity: "error", message, location: { kind: "text", ...file, span }, hint });
  }

  #add(code: string, severity: Severity, at: SchemaNode, message: string, hint: string): void {
    const key = `${code} ${at.offset} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (severity === "error") this.#errors++;
    this.#list.push({
      code,
      severity,
      message,
      location: {
        kind: "json-pointer",
        ...(this.#file === undefined ? {} : { file: this.#file }),
        pointer: pointerOf(at),
        span: { from: at.offset, to: at.offset + at.length },
      },
      hint,
    });
  }

  /// In source order; errors are never cut off before others.
  finish(): Diagnostic[] {
    const errors = this.#list.filter((d) => d.severity === "error").slice(0, MAX_DIAGNOSTICS);
    const others = this.#list.filter((d) => d.severity !== "error").slice(0, MAX_DIAGNOSTICS);
    const out = [...errors, ...others].sort((a, b) => start(a) - start(b));
    const dropped = this.#list.length - out.length;
    if (dropped > 0)
      out.push({
        code: "too-many-diagnostics",
        severity: "info",
        message: `${dropped} more problems are not listed`,
        hint: "fix the ones above first",
      });
    return out;
  }
}

function start({ location }: Diagnostic): number {
  return location?.kind === "json-pointer" || location?.kind === "text" ? (location.span?.from ?? 0) : 0;
}
