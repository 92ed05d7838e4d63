import type { Diagnostic, DiagnosticLocation } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { nothing } from "../build.ts";
import { parseEbnf } from "../ebnf/ebnf.ts";
import { parseGbnf } from "../gbnf/gbnf.ts";
import type { Expression, Grammar, Rule } from "../ir.ts";
import { pointerOf, type SchemaNode } from "../json-schema/document.ts";
import { type JsonSchemaSource, parseJsonSchema, SchemaGroup } from "../json-schema/json-schema.ts";
import { parseLark } from "../lark/lark.ts";
import type { ParseResult } from "../parse-result.ts";
import { checkGrammar } from "../passes/check.ts";
import { parseRegex } from "../regex/regex.ts";
import type { RuleList } from "../rule-list.ts";
import type { GrammarSource } from "../source.ts";
import { locating } from "../work.ts";
import type { Format, GrammarSyntax } from "./format.ts";
import { unitOffsets } from "./json-string.ts";
import { type Move, moveExpression } from "./move-expression.ts";

export type StructuralTagSource = Extract<GrammarSource, { kind: "structural-tag" }>;
type EmbeddedFormat = Extract<Format, { kind: "json-schema" | "grammar" | "regex" }>;
type SchemaFormat = Extract<Format, { kind: "json-schema" }>;

/// Reads the schemas, grammars and patterns of a structural tag with their front ends and takes their
/// rules over. What the front ends say is said of the place in the structural tag.
export class Embedder {
  readonly #source: StructuralTagSource;
  readonly #rules: RuleList;
  /// Equal texts are one rule.
  readonly #known = new Map<string, Expression>();
  /// Schemas that may share, by how they are laid out.
  readonly #groups = new Map<string, SchemaGroup>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(source: StructuralTagSource, rules: RuleList) {
    this.#source = source;
    this.#rules = rules;
  }

  /// The texts of `format`; `name` is for its rules. Nothing, if there were errors.
  expression(format: EmbeddedFormat, name: string): Expression {
    const node = format.kind === "json-schema" ? format.schema : format.text.node;
    const { text } = this.#source;
    const key = `${variantOf(format)} ${text.slice(node.offset, node.offset + node.length)}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = this.#read(format, node, name);
      this.#known.set(key, found);
    }
    return found;
  }

  #read(format: EmbeddedFormat, node: SchemaNode, name: string): Expression {
    if (format.kind === "json-schema" && node.type !== "string") {
      return this.#group(format, node).documents(node, name, format.style) ?? nothing();
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
    const place = (): DiagnosticLocation => ({
      kind: "json-pointer",
      ...(this.#source.file === undefined ? {} : { file: this.#source.file }),
      pointer: pointerOf(node),
      span: { from: node.offset, to: node.offset + node.length },
    });
    const { grammar, diagnostics } = locating(place, () => this.#parse(format, value));
    this.#diagnostics.push(...diagnostics.map((d) => this.#movedTo(node, d, moved)));
    return grammar === undefined ? nothing() : this.#adopt(grammar, moved, name);
  }

  #group(format: SchemaFormat, first: SchemaNode): SchemaGroup {
    const isAlone = !SchemaGroup.takes(first, this.#source.text);
    const key = `${variantOf(format)}${isAlone ? ` ${first.offset}` : ""}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new SchemaGroup(first, this.#schemaSource(format, this.#source.text), this.#rules);
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
  #parse(format: EmbeddedFormat, text: string): ParseResult {
    if (format.kind === "json-schema") return parseJsonSchema(this.#schemaSource(format, text));
    const parsed = format.kind === "regex" ? parseRegex(text) : parseGrammar(format.syntax, text);
    if (parsed.grammar === undefined) return parsed;
    const checked = checkGrammar(parsed.grammar, { leftRecursion: "allowed" });
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

  /// What was said of a text in a string. A pointer could name nothing inside of it.
  #movedTo(node: SchemaNode, d: Diagnostic, moved: Move): Diagnostic {
    const { file } = this.#source;
    const at =
      d.location?.kind === "json-pointer" || d.location?.kind === "text" ? d.location.span : undefined;
    const location: DiagnosticLocation = {
      kind: "json-pointer",
      ...(file === undefined ? {} : { file }),
      pointer: pointerOf(node),
      span: moved(at) ?? { from: node.offset, to: node.offset + node.length },
    };
    return { ...d, location };
  }
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

function parseGrammar(syntax: GrammarSyntax, text: string): ParseResult {
  switch (syntax) {
    case "ebnf":
      return parseEbnf(text);
    case "gbnf":
      return parseGbnf(text);
    case "lark":
      return parseLark(text);
    default:
      throw new Error(`unknown syntax ${syntax satisfies never}`);
  }
}
