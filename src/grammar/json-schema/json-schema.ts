import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Expression } from "../ir.ts";
import type { ParseResult } from "../parse-result.ts";
import type { RuleList } from "../rule-list.ts";
import type { GrammarSource } from "../source.ts";
import { OutOfWork, runAll, type Steps } from "../work.ts";
import type { Conjunction } from "./conjunction.ts";
import { contradictionIn, contradictionText } from "./contradiction.ts";
import { readDocument, type SchemaNode } from "./document.ts";
import { Emitter } from "./emit/emitter.ts";
import { problemOf } from "./emit/layout.ts";
import type { ParameterStyle } from "./emit/parameters.ts";
import { UndecidedKey } from "./object-set.ts";
import { References } from "./references.ts";
import { SchemaReport } from "./report.ts";
import { isSchema } from "./schema-context.ts";
import { Schemas } from "./schemas.ts";
import { Inexpressible } from "./value-set.ts";

export type JsonSchemaSource = Extract<GrammarSource, { kind: "json-schema" }>;

/// Reads a JSON Schema (drafts 4, 6, 7, 2019-09 and 2020-12) as the set of the JSON texts it accepts.
///
/// What the grammar fixes beyond the schema is how values are written: white space and escapes as
/// `JsonStyle` says; keys and constants without needless escapes; members in the order in which the schema declares them,
/// then members it only requires, then others. No text has a declared member twice; other keys (those of
/// `additionalProperties` and `patternProperties`) may come twice, and count twice: JSON Schema speaks of objects,
/// which have no key twice, so it does not say what such a text is. With `propertyOrder: "any"` members come in any
/// order. Everything else is exact: what cannot be is an error that names the keyword's place (or a warning, for
/// the keywords in `lenient`).
///
/// Without `takesUnordered`, members in any order are written as rules: optional ones may come twice then, where a
/// schema bounds their number the order stays the schema's, and of many required ones only a few may come before
/// ones that stand before them in the schema, or in its list of required ones (`schema-member-twice`,
/// `schema-order-bound`). And elements that all differ may be of ten values at most, instead of 10,000.
///
/// Errors: `json-bad-style`, `schema-syntax`, `schema-too-large`, `schema-too-deep`, `schema-invalid`,
/// `schema-unsupported-keyword`, `schema-remote-ref`, `schema-unresolved-ref`, `schema-cyclic-ref`,
/// `schema-empty`. Warnings: `schema-ref-siblings`, `schema-later-keyword`,
/// `schema-order-bound`, `schema-no-value`. Infos: `schema-unknown-keyword`,
/// `schema-unknown-format`, `schema-property-order`, `schema-indent-depth`, `schema-uri-length`,
/// `schema-member-twice`.
export function parseJsonSchema(source: JsonSchemaSource, takesUnordered = false): ParseResult {
  return runAll(jsonSchemaSteps(source, takesUnordered));
}

/// The same, with pauses.
export function* jsonSchemaSteps(source: JsonSchemaSource, takesUnordered: boolean): Steps<ParseResult> {
  const report = reportOf(source);
  const root = yield* readDocument(source.text, report);
  yield;
  if (root === undefined) return { diagnostics: report.finish() };
  return yield* grammarOf(root, source, report, takesUnordered);
}

function* grammarOf(
  root: SchemaNode,
  source: JsonSchemaSource,
  report: SchemaReport,
  takesUnordered: boolean,
): Steps<ParseResult> {
  const badStyle = problemOf(source);
  if (badStyle !== undefined) {
    report.error("json-bad-style", root, ...badStyle);
    return { diagnostics: report.finish() };
  }
  const schemas = new Schemas(root, source.text, new References(root), report);
  const leading = source.allowSchemaMember === true ? "$schema" : undefined;
  const grammar = yield* written(root, schemas, report, (term) =>
    new Emitter(schemas, root, source, takesUnordered).grammar(term, leading),
  );
  const diagnostics = report.finish();
  return grammar === undefined ? { diagnostics } : { grammar, diagnostics };
}

function reportOf({ file, lenient = [], propertyOrder }: JsonSchemaSource): SchemaReport {
  return new SchemaReport(file, lenient, propertyOrder === "any" ? ["schema-property-order"] : []);
}

/// What `write` makes of a schema. `undefined`: errors were reported.
function* written<T>(
  root: SchemaNode,
  schemas: Schemas,
  report: SchemaReport,
  write: (term: Conjunction) => Steps<T>,
): Steps<T | undefined> {
  if (!isSchema(schemas, "the schema", root)) return undefined;
  yield;
  const before = report.errors;
  try {
    const term = [schemas.term(root)];
    if (schemas.isEmpty(term) && report.errors === before) {
      const why = contradictionIn(schemas, root);
      const inner = why.at === root ? "" : ", which the whole schema needs";
      const message = `no value fulfils this schema${inner}: ${contradictionText(why)}`;
      report.error("schema-empty", why.at, message, "loosen one of its conditions");
    }
    const result = yield* write(term);
    return report.errors === before ? result : undefined;
  } catch (error) {
    if (error instanceof OutOfWork) error.location = report.locationOf(schemas.nodeInWork);
    if (!(error instanceof Inexpressible || error instanceof UndecidedKey)) throw error;
    const message = `this schema cannot be turned into a grammar exactly: it ${error.message}`;
    report.error("schema-unsupported-keyword", root, message, "say it with fewer or simpler conditions");
    return undefined;
  }
}

/// Reads many schemas of one JSON text into one list of rules. What they have in common is read and written
/// once, whatever they say to people about it: tools have many parameters, and few kinds of them.
export class SchemaGroup {
  readonly #report: SchemaReport;
  readonly #schemas: Schemas;
  readonly #emitter: Emitter;
  readonly #isBadlyStyled: boolean;

  /// `first` is any of the schemas.
  constructor(first: SchemaNode, source: JsonSchemaSource, rules: RuleList, takesUnordered: boolean) {
    this.#report = reportOf(source);
    this.#schemas = new Schemas(first, source.text, new References(first), this.#report);
    this.#emitter = new Emitter(this.#schemas, first, source, takesUnordered, rules);
    const badStyle = problemOf(source);
    this.#isBadlyStyled = badStyle !== undefined;
    if (badStyle !== undefined) this.#report.error("json-bad-style", first, ...badStyle);
  }

  /// Whether a schema may share a group: it names no schema, and refers to none.
  static takes(root: SchemaNode, text: string): boolean {
    return root.hasNames !== true && !text.slice(root.offset, root.offset + root.length).includes('"$');
  }

  /// The texts of the values of `root`, or of its objects as parameters in a style; `prefix` begins the names
  /// of its rules. `undefined`: errors were reported.
  *documents(
    root: SchemaNode,
    prefix: string,
    style: ParameterStyle | undefined,
  ): Steps<Expression | undefined> {
    if (this.#isBadlyStyled) return undefined;
    this.#schemas.begin();
    const write = (term: Conjunction) =>
      style === undefined
        ? this.#emitter.document(root, term, prefix)
        : this.#emitter.parameters(root, term, prefix, style);
    return yield* written(root, this.#schemas, this.#report, write);
  }

  diagnostics(): Diagnostic[] {
    return this.#report.finish();
  }
}
