import type { Diagnostic, DiagnosticLocation } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { nothing } from "../build.ts";
import { ebnfSteps } from "../ebnf/ebnf.ts";
import { gbnfSteps } from "../gbnf/gbnf.ts";
import type { Expression, Grammar, Rule } from "../ir.ts";
import { pointerOf, type SchemaNode, spanOf } from "../json-schema/document.ts";
import { type JsonSchemaSource, jsonSchemaSteps, SchemaGroup } from "../json-schema/json-schema.ts";
import { larkSteps } from "../lark/lark.ts";
import type { ParseResult } from "../parse-result.ts";
import { checkSteps } from "../passes/check.ts";
import { regexSteps } from "../regex/regex.ts";
import { type RuleList, ruleName } from "../rule-list.ts";
import type { GrammarSource } from "../source.ts";
import { isPauseDue, locatingSteps, type Steps } from "../work.ts";
import type { Format, GrammarSyntax } from "./format.ts";
import { unitOffsets } from "./json-string.ts";
import { type Move, moveExpression } from "./move-expression.ts";

export type StructuralTagSource = Extract<GrammarSource, { kind: "structural-tag" }>;
type EmbeddedFormat = Extract<Format, { kind: "json-schema" | "grammar" | "regex" }>;
type PointerPlace = Extract<DiagnosticLocation, { kind: "json-pointer" }>;
type SchemaFormat = Extract<Format, { kind: "json-schema" }>;

/// Reads the schemas, grammars and patterns of a structural tag with their front ends and takes their
/// rules over. What the front ends say is said of the place in the structural tag.
export class Embedder {
  readonly #source: StructuralTagSource;
  readonly #rules: RuleList;
  readonly #takesUnordered: boolean;
  /// Equal texts are one rule.
  readonly #known = new Map<string, Expression>();
  /// Schemas that may share, by how they are laid out.
  readonly #groups = new Map<string, SchemaGroup>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(source: StructuralTagSource, rules: RuleList, takesUnordered: boolean) {
    this.#source = source;
    this.#takesUnordered = takesUnordered;
    this.#rules = rules;
  }

  /// Reads whatever is in `format`, with pauses.
  *readAll(format: Format): Steps<void> {
    for (const [embedded, name] of embeddedIn(format)) {
      const key = this.#keyOf(embedded);
      if (this.#known.has(key)) continue;
      this.#known.set(key, yield* this.#read(embedded, nodeOf(embedded), name));
      if (isPauseDue()) yield;
    }
  }

  /// The texts of a format that was read. Nothing, if there were errors.
  expression(format: EmbeddedFormat): Expression {
    return this.#known.get(this.#keyOf(format))!;
  }

  #keyOf(format: EmbeddedFormat): string {
    const { offset, length } = nodeOf(format);
    return `${variantOf(format)} ${this.#source.text.slice(offset, offset + length)}`;
  }

  /// `name` is for its rules.
  *#read(format: EmbeddedFormat, node: SchemaNode, name: string): Steps<Expression> {
    if (format.kind === "json-schema" && node.type !== "string") {
      return (yield* this.#group(format, node).documents(node, name, format.style)) ?? nothing();
    }
    const value: string = node.value;
    let offsets: Int32Array | undefined;
    const moved = (span: Span | undefined): Span | undefined => {
      if (span === undefined) return undefined;
      offsets ??= unitOffsets(this.#source.text, node.offset, value.length);
      return {
        from: offsets[Math.min(span.from, value.length)]!,
        to: offsets[Math.min(span.to, value.length)]!,
      };
    };
    // A pointer could name nothing inside of a string.
    const place = (): PointerPlace => ({
      kind: "json-pointer",
      ...(this.#source.file === undefined ? {} : { file: this.#source.file }),
      pointer: pointerOf(node),
      span: spanOf(node),
    });
    const { grammar, diagnostics } = yield* locatingSteps(place, this.#parse(format, value));
    this.#diagnostics.push(...diagnostics.map((d) => movedTo(place(), d, moved)));
    return grammar === undefined ? nothing() : this.#adopt(grammar, moved, name);
  }

  #group(format: SchemaFormat, first: SchemaNode): SchemaGroup {
    const isAlone = !SchemaGroup.takes(first, this.#source.text);
    const key = `${variantOf(format)}${isAlone ? ` ${first.offset}` : ""}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new SchemaGroup(
        first,
        this.#schemaSource(format, this.#source.text),
        this.#rules,
        this.#takesUnordered,
      );
      this.#groups.set(key, group);
    }
    return group;
  }

  /// What the front ends said. What holds for every schema with members is said of the first one.
  diagnostics(): Diagnostic[] {
    const all = [...this.#diagnostics];
    for (const group of this.#groups.values()) all.push(...group.diagnostics());
    const orders = all.filter((d) => d.code === "schema-property-order").map(placeOf);
    const first = Math.min(...orders);
    return all.filter((d) => d.code !== "schema-property-order" || placeOf(d) === first);
  }

  /// Reads a text that stands in a string, and checks it as a whole.
  *#parse(format: EmbeddedFormat, text: string): Steps<ParseResult> {
    if (format.kind === "json-schema")
      return yield* jsonSchemaSteps(this.#schemaSource(format, text), this.#takesUnordered);
    const parsed = yield* format.kind === "regex" ? regexSteps(text) : grammarSteps(format.syntax, text);
    if (parsed.grammar === undefined) return parsed;
    const checked = yield* checkSteps(parsed.grammar, { leftRecursion: "allowed" });
    const diagnostics = [...parsed.diagnostics, ...checked];
    return checked.some((d) => d.severity === "error") ? { diagnostics } : { ...parsed, diagnostics };
  }

  #schemaSource({ anyOrder, maxBlanks }: SchemaFormat, text: string): JsonSchemaSource {
    return {
      whitespace: "flexible",
      ...this.#source,
      kind: "json-schema",
      text,
      propertyOrder: anyOrder ? "any" : "schema",
      ...(maxBlanks === undefined ? {} : { maxBlanks }),
    };
  }

  /// Adds the grammar's rules to ours.
  #adopt(grammar: Grammar, moved: Move, name: string): Expression {
    const first = this.#rules.rules.length;
    const rules = grammar.rules.map((rule): Rule => {
      const span = moved(rule.span);
      const expression = moveExpression(rule.expression, first, moved);
      return { name: rule.name, expression, ...(span === undefined ? {} : { span }) };
    });
    this.#rules.addAll(rules, name);
    return { kind: "rule", rule: first + grammar.rootRule };
  }
}

/// What was said of a text in the string at `place`.
function movedTo(place: PointerPlace, d: Diagnostic, moved: Move): Diagnostic {
  const at = d.location?.kind === "json-pointer" || d.location?.kind === "text" ? d.location.span : undefined;
  return { ...d, location: { ...place, span: moved(at) ?? place.span! } };
}

/// Where the diagnostic's place begins in the text.
export function placeOf({ location }: Diagnostic): number {
  return location?.kind === "json-pointer" || location?.kind === "text" ? (location.span?.from ?? 0) : 0;
}

function variantOf(format: EmbeddedFormat): string {
  switch (format.kind) {
    case "json-schema":
      return `schema ${format.anyOrder} ${format.maxBlanks} ${format.style}`;
    case "grammar":
      return format.syntax;
    case "regex":
      return "regex";
    default:
      return format satisfies never;
  }
}

function grammarSteps(syntax: GrammarSyntax, text: string): Steps<ParseResult> {
  switch (syntax) {
    case "ebnf":
      return ebnfSteps(text);
    case "gbnf":
      return gbnfSteps(text);
    case "lark":
      return larkSteps(text);
    default:
      throw new Error(`unknown syntax ${syntax satisfies never}`);
  }
}

function nodeOf(format: EmbeddedFormat): SchemaNode {
  return format.kind === "json-schema" ? format.schema : format.text.node;
}

/// What front ends read in a format, each with a name for its rules: that of the nearest tag around it.
function* embeddedIn(format: Format, name = "content"): Generator<readonly [EmbeddedFormat, string]> {
  switch (format.kind) {
    case "json-schema":
    case "grammar":
    case "regex":
      yield [format, name];
      return;
    case "sequence":
    case "or":
      for (const element of format.elements) yield* embeddedIn(element, name);
      return;
    case "repeat":
      yield* embeddedIn(format.content, name);
      return;
    case "tag": {
      const { begin, content } = format;
      yield* embeddedIn(content, ruleName(begin.kind === "text" ? begin.value : String(begin.token)));
      return;
    }
    case "dispatch":
    case "tags-with-separator":
    case "token-dispatch":
      for (const tag of format.tags) yield* embeddedIn(tag);
      return;
    case "const-string":
    case "any-text":
    case "one-token":
    case "other-token":
      return;
    default:
      format satisfies never;
  }
}
