import type { Diagnostic, DiagnosticLocation, Severity } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { MAX_DIAGNOSTICS } from "../limits.ts";
import { pointerOf, type SchemaNode, spanOf } from "./document.ts";

/// A diagnostic whose place is written out only if it is shown: most schemas have many infos, and few are
/// looked at.
interface Finding extends Pick<Diagnostic, "code" | "severity" | "message" | "hint" | "ofSettings"> {
  readonly span: Span;
  /// Absent: a place of the text where there is no value.
  readonly at?: SchemaNode;
}

/// Collects what is wrong with a schema, each thing once, with its pointer and its place in the text.
export class SchemaReport {
  readonly #file: string | undefined;
  readonly #lenient: ReadonlySet<string>;
  readonly #quiet: ReadonlySet<string>;
  /// Offset of a value → what was found there.
  readonly #seen = new Map<number, Finding[]>();
  readonly #list: Finding[] = [];
  #errors = 0;

  /// `quiet`: codes of infos that do not hold.
  constructor(file: string | undefined, lenient: readonly string[], quiet: readonly string[] = []) {
    this.#file = file;
    this.#lenient = new Set(lenient);
    this.#quiet = new Set(quiet);
  }

  /// How many there are.
  get errors(): number {
    return this.#errors;
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
    if (!this.#quiet.has(code)) this.#add(code, "info", at, message, hint);
  }

  /// An info that the settings alone bring about.
  ofSettings(code: string, at: SchemaNode, message: string, hint: string): void {
    this.#add(code, "info", at, message, hint, { ofSettings: true });
  }

  /// An error of the text itself, where there is no value to point at.
  text(code: string, span: Span, message: string, hint: string): void {
    this.#errors++;
    this.#list.push({ code, severity: "error", message, hint, span });
  }

  #add(
    code: string,
    severity: Severity,
    at: SchemaNode,
    message: string,
    hint: string,
    more: Pick<Diagnostic, "ofSettings"> = {},
  ): void {
    const found = this.#seen.get(at.offset);
    for (const other of found ?? []) if (other.code === code && other.message === message) return;
    const finding: Finding = { code, severity, message, hint, ...more, span: spanOf(at), at };
    if (found === undefined) this.#seen.set(at.offset, [finding]);
    else found.push(finding);
    if (severity === "error") this.#errors++;
    this.#list.push(finding);
  }

  /// In source order; errors are never cut off before others.
  finish(): Diagnostic[] {
    const errors = this.#list.filter((d) => d.severity === "error").slice(0, MAX_DIAGNOSTICS);
    const others = this.#list.filter((d) => d.severity !== "error").slice(0, MAX_DIAGNOSTICS);
    const kept = [...errors, ...others].sort((a, b) => a.span.from - b.span.from);
    const dropped = this.#list.length - kept.length;
    const out = kept.map((finding) => this.#diagnosticOf(finding));
    if (dropped > 0)
      out.push({
        code: "too-many-diagnostics",
        severity: "info",
        message: `${dropped} more problems are not listed`,
        hint: "fix the ones above first",
      });
    return out;
  }

  /// The place of a value, or of a member's key.
  locationOf(at: SchemaNode): DiagnosticLocation {
    return { kind: "json-pointer", ...this.#inFile(), pointer: pointerOf(at), span: spanOf(at) };
  }

  #inFile(): { readonly file?: string } {
    return this.#file === undefined ? {} : { file: this.#file };
  }

  #diagnosticOf({ at, span, ...what }: Finding): Diagnostic {
    const location: DiagnosticLocation =
      at === undefined ? { kind: "text", ...this.#inFile(), span } : this.locationOf(at);
    return { ...what, location };
  }
}
