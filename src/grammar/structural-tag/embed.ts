import type { Diagnostic, DiagnosticLocation } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { nothing } from "../build.ts";
import { parseEbnf } from "../ebnf/ebnf.ts";
import { parseGbnf } from "../gbnf/gbnf.ts";
import type { Expression, Grammar } from "../ir.ts";
import { pointerOf, type SchemaNode } from "../json-schema/document.ts";
import { parseJsonSchema } from "../json-schema/json-schema.ts";
import { parseLark } from "../lark/lark.ts";
import type { ParseResult } from "../parse-result.ts";
import { parseRegex } from "../regex/regex.ts";
import type { GrammarSource } from "../source.ts";
import type { Format, GrammarSyntax } from "./format.ts";
import { unitOffsets } from "./json-string.ts";
import type { RuleList } from "./rule-list.ts";

export type StructuralTagSource = Extract<GrammarSource, { kind: "structural-tag" }>;
type EmbeddedFormat = Extract<Format, { kind: "json-schema" | "grammar" | "regex" }>;

/// A text inside of the structural tag.
interface Part {
  readonly text: string;
  readonly node: SchemaNode;
  /// The place in the structural tag of an offset in `text`.
  place(offset: number): number;
}

/// Reads the schemas, grammars and patterns of a structural tag with their front ends and takes their
/// rules over. What the front ends say is said of the place in the structural tag.
export class Embedder {
  readonly #source: StructuralTagSource;
  readonly #rules: RuleList;
  /// Equal texts are one rule.
  readonly #known = new Map<string, Expression>();
  readonly diagnostics: Diagnostic[] = [];

  constructor(source: StructuralTagSource, rules: RuleList) {
    this.#source = source;
    this.#rules = rules;
  }

  /// The texts of `format`; `name` is for its rules. Nothing, if there were errors.
  expression(format: EmbeddedFormat, name: string): Expression {
    const part = this.#part(format);
    const key = `${format.kind} ${variantOf(format)} ${part.text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { grammar, diagnostics } = this.#parse(format, part.text);
    for (const d of diagnostics) this.diagnostics.push(this.#moved(d, part));
    const made = grammar === undefined ? nothing() : this.#adopt(grammar, part, name);
    this.#known.set(key, made);
    return made;
  }

  #part(format: EmbeddedFormat): Part {
    const node = format.kind === "json-schema" ? format.schema : format.text.node;
    const { text } = this.#source;
    if (node.type !== "string") {
      const { offset, length } = node;
      return { text: text.slice(offset, offset + length), node, place: (at) => offset + at };
    }
    const value: string = node.value;
    let offsets: Int32Array | undefined;
    const place = (at: number): number => {
      offsets ??= unitOffsets(text, node.offset, value.length);
      return offsets[Math.min(at, value.length)]!;
    };
    return { text: value, node, place };
  }

  #parse(format: EmbeddedFormat, text: string): ParseResult {
    if (format.kind === "json-schema") {
      const { whitespace = "flexible", lenient } = this.#source;
      return parseJsonSchema({
        kind: "json-schema",
        text,
        whitespace,
        propertyOrder: format.anyOrder ? "any" : "schema",
        ...(lenient === undefined ? {} : { lenient }),
      });
    }
    return format.kind === "regex" ? parseRegex(text) : parseGrammar(format.syntax, text);
  }

  /// Adds the grammar's rules to ours.
  #adopt(grammar: Grammar, part: Part, name: string): Expression {
    const { rules } = this.#rules;
    const moved = (span: Span | undefined): Span | undefined =>
      span && { from: part.place(span.from), to: part.place(span.to) };
    const first = rules.length;
    for (const rule of grammar.rules) this.#rules.reserve(`${name}-${rule.name}`, moved(rule.span));
    grammar.rules.forEach(({ expression }, i) => {
      this.#rules.set(first + i, moveExpression(expression, first, moved));
    });
    return { kind: "rule", rule: first + grammar.rootRule };
  }

  #moved(d: Diagnostic, { node, place }: Part): Diagnostic {
    const { file } = this.#source;
    const at = d.location;
    const inner = at?.kind === "json-pointer" || at?.kind === "text" ? at.span : undefined;
    // Inside of a string there is nothing that a pointer could name.
    const below = at?.kind === "json-pointer" && node.type !== "string" ? at.pointer : "";
    const span = inner
      ? { from: place(inner.from), to: place(inner.to) }
      : { from: node.offset, to: node.offset + node.length };
    const location: DiagnosticLocation = {
      kind: "json-pointer",
      ...(file === undefined ? {} : { file }),
      pointer: pointerOf(node) + below,
      span,
    };
    return { ...d, location };
  }
}

function variantOf(format: EmbeddedFormat): string {
  if (format.kind === "json-schema") return String(format.anyOrder);
  return format.kind === "grammar" ? format.syntax : "";
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

/// The same expression with rules counted from `first` on. Parts without rules and spans stay the objects
/// they are.
function moveExpression(
  e: Expression,
  first: number,
  moved: (span: Span | undefined) => Span | undefined,
): Expression {
  const span = moved(e.span);
  const at = span === undefined ? {} : { span };
  switch (e.kind) {
    case "empty":
    case "nothing":
    case "literal":
    case "characters":
    case "bytes":
    case "token":
      return span === undefined ? e : { ...e, span };
    case "rule":
      return { kind: "rule", rule: first + e.rule, ...at };
    case "sequence":
    case "choice":
    case "intersection": {
      const items = e.items.map((item) => moveExpression(item, first, moved));
      const isSame = span === undefined && items.every((item, i) => item === e.items[i]);
      return isSame ? e : { kind: e.kind, items, ...at };
    }
    case "repeat":
    case "complement": {
      const item = moveExpression(e.item, first, moved);
      return span === undefined && item === e.item ? e : { ...e, item, ...at };
    }
    default:
      return e satisfies never;
  }
}
