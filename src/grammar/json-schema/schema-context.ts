import { MAX_REPEAT } from "../limits.ts";
import type { Conjunction, Term } from "./conjunction.ts";
import { type Dialect, knows } from "./dialect.ts";
import { member, numberText, type SchemaNode } from "./document.ts";
import type { SchemaReport } from "./report.ts";
import { decimal } from "./values/decimal.ts";

/// What the readers of keywords share.
export interface SchemaContext {
  readonly text: string;
  readonly report: SchemaReport;
  readonly dialect: Dialect;
  term(node: SchemaNode): Term;
  /// The set of the one value that `node` is.
  valueTerm(node: SchemaNode): Term;
  isEmpty(conjunction: Conjunction): boolean;
}

/// A keyword of a schema, if its draft has it.
export function keywordOf(cx: SchemaContext, schema: SchemaNode, keyword: string): SchemaNode | undefined {
  return knows(cx.dialect, keyword) ? member(schema, keyword) : undefined;
}

export function invalid(cx: SchemaContext, keyword: string, at: SchemaNode, expected: string): void {
  cx.report.error("schema-invalid", at, `${keyword} must be ${expected}`, "correct the keyword's value");
}

/// A keyword's count. Reports anything else. What no text can reach is no limit.
export function countOf(
  cx: SchemaContext,
  keyword: string,
  node: SchemaNode | undefined,
): number | undefined {
  if (node === undefined) return undefined;
  if (node.type === "number" && Number.isInteger(node.value) && node.value >= 0) {
    if (node.value <= MAX_REPEAT) return node.value;
    if (!keyword.startsWith("max"))
      cx.report.unsupported(keyword, node, "no text can be so long", `use ${MAX_REPEAT} at most`);
    return undefined;
  }
  invalid(cx, keyword, node, "a whole number, 0 or more");
  return undefined;
}

export function numberOf(
  cx: SchemaContext,
  keyword: string,
  node: SchemaNode | undefined,
): string | undefined {
  if (node === undefined) return undefined;
  const text = numberText(node, cx.text);
  if (node.type === "number" && decimal(text) !== undefined) return text;
  invalid(cx, keyword, node, "a number of usual size");
  return undefined;
}

/// The strings of an array. Reports anything else.
export function namesOf(cx: SchemaContext, keyword: string, node: SchemaNode): string[] {
  const items = node.type === "array" ? (node.children ?? []) : undefined;
  if (items === undefined) invalid(cx, keyword, node, "an array of strings");
  const out: string[] = [];
  for (const item of items ?? [])
    if (item.type === "string") out.push(item.value);
    else invalid(cx, keyword, item, "an array of strings");
  return out;
}

/// Whether a node can be a schema. Reports if not.
export function isSchema(cx: SchemaContext, keyword: string, node: SchemaNode): boolean {
  if (node.type === "object" || node.type === "boolean") return true;
  invalid(cx, keyword, node, "a schema: an object, true or false");
  return false;
}

/// A conjunction of the one schema; any value, and a report, if it is none.
export function conjunctionOf(cx: SchemaContext, keyword: string, node: SchemaNode): Conjunction {
  return isSchema(cx, keyword, node) ? [cx.term(node)] : [];
}
