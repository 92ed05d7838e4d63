import { lineColumnAt, type Span } from "./span.ts";

export type Severity = "error" | "warning" | "info";

/// Where a diagnostic points. `file` is a path or URI as the user gave it, absent for unnamed text.
export type DiagnosticLocation =
  | { readonly kind: "text"; readonly file?: string; readonly span: Span }
  /// `pointer` is an RFC 6901 JSON pointer; `span` is its place in the JSON text where that is known.
  | { readonly kind: "json-pointer"; readonly file?: string; readonly pointer: string; readonly span?: Span }
  | { readonly kind: "file"; readonly file: string }
  /// `byteOffset` counts UTF-8 bytes of a document or of generated text.
  | { readonly kind: "byte"; readonly file?: string; readonly byteOffset: number };

/// One thing to tell the user: what is wrong (`message`), where, and what to do about it (`hint`).
/// `code` is stable across releases: tests, settings and documentation refer to it.
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly location?: DiagnosticLocation;
  readonly hint?: string;
  /// Other places of the same text that have to do with it.
  readonly related?: readonly RelatedPlace[];
  /// Settings alone bring it about, for nearly every text of its kind: it need not be marked in each.
  readonly ofSettings?: true;
  /// Text that, put at the location's span, mends it.
  readonly replacement?: string;
}

/// `message` says what is at `span`: "defined here first".
export interface RelatedPlace {
  readonly message: string;
  readonly span: Span;
}

/// Bad input of the user's (a grammar, schema, model file, setting…). It carries data, so that it
/// crosses process borders whole. Broken invariants throw plain `Error`s instead.
export class InputError extends Error {
  override readonly name = "InputError";
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const list = Array.isArray(diagnostics)
      ? (diagnostics as readonly Diagnostic[])
      : [diagnostics as Diagnostic];
    super(list.map((d) => d.message).join("\n"));
    this.diagnostics = list;
  }
}

/// A message or hint as a sentence of its own: diagnostics begin in lower case and may lack a full stop.
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return text === "" || /[.!?…]$/.test(text) ? text : `${text}.`;
}

/// Renders a diagnostic for a terminal or a log: `file:line:column: severity: message [code]`, the
/// source line with a caret under the span when `source` is given, and the hint.
export function renderDiagnostic(d: Diagnostic, source?: string): string {
  const where = d.location;
  let head = "";
  let excerpt = "";
  const span = where?.kind === "text" ? where.span : where?.kind === "json-pointer" ? where.span : undefined;
  if (where) {
    const parts: string[] = [];
    if (where.file !== undefined) parts.push(where.file);
    if (span && source !== undefined) {
      const at = lineColumnAt(source, span.from);
      parts.push(`${at.line}:${at.column}`);
      excerpt = caretExcerpt(source, span);
    } else if (where.kind === "text") parts.push(`offset ${where.span.from}`);
    if (where.kind === "json-pointer") parts.push(`#${where.pointer}`);
    if (where.kind === "byte") parts.push(`byte ${where.byteOffset}`);
    head = parts.length > 0 ? `${parts.join(":")}: ` : "";
  }
  const hint = d.hint === undefined ? "" : `\n  = ${d.hint}`;
  return `${head}${d.severity}: ${d.message} [${d.code}]${excerpt}${hint}`;
}

function caretExcerpt(source: string, span: Span): string {
  const { line } = lineColumnAt(source, span.from);
  let from = span.from;
  while (from > 0 && !/[\r\n]/.test(source[from - 1]!)) from--;
  let to = span.from;
  while (to < source.length && !/[\r\n]/.test(source[to]!)) to++;
  // A window of the line keeps minified sources readable.
  const windowFrom = Math.max(from, span.from - 60);
  const windowTo = Math.min(to, span.from + 60);
  const text = source.slice(windowFrom, windowTo);
  const lead = source.slice(windowFrom, span.from).replace(/[^\t]/g, " ");
  const width = Math.max(1, Math.min(span.to, windowTo) - span.from);
  const gutter = `${line} | `;
  return `\n${gutter}${text}\n${" ".repeat(gutter.length - 2)}| ${lead}${"^".repeat(width)}`;
}
