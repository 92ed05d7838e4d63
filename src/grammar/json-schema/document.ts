import { printParseErrorCode } from "jsonc-parser";
import type { Span } from "../../base/span.ts";
import type { Steps } from "../work.ts";
import type { SchemaReport } from "./report.ts";
import { MAX_DEPTH, type Member, readTreeInSteps, type SchemaNode } from "./tree.ts";

// A schema's text as a tree whose nodes know their place in it.

export type { Member, SchemaNode };

/// UTF-16 units of schema text.
const MAX_SCHEMA_LENGTH = 32 * 1024 * 1024;

/// Reads the text as strict JSON. Errors: `schema-too-large`, `schema-too-deep`, `schema-syntax`.
export function* readDocument(text: string, report: SchemaReport): Steps<SchemaNode | undefined> {
  if (text.length > MAX_SCHEMA_LENGTH) {
    const message = `the schema has ${text.length} characters; at most ${MAX_SCHEMA_LENGTH} are read`;
    report.text("schema-too-large", { from: 0, to: 0 }, message, "split it, or shorten its enumerations");
    return undefined;
  }
  const { root, errors, tooDeepAt: deep } = yield* readTreeInSteps(text);
  if (deep !== undefined) {
    report.text(
      "schema-too-deep",
      { from: deep, to: deep + 1 },
      `the schema's text is nested more than ${MAX_DEPTH} levels deep`,
      "move inner schemas to $defs and refer to them",
    );
    return undefined;
  }
  for (const { error, offset, length } of errors) {
    const words = printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase();
    report.text(
      "schema-syntax",
      { from: offset, to: offset + length },
      `the schema is not JSON: ${words}`,
      "a JSON Schema is strict JSON, without comments and trailing commas",
    );
  }
  if (root === undefined && errors.length === 0)
    report.text("schema-syntax", { from: 0, to: 0 }, "the schema is empty", "{} accepts any JSON");
  return errors.length > 0 ? undefined : root;
}

/// The members of an object, in order; of a name that is there twice the last, as JSON readers do. None of
/// anything else.
export function members(node: SchemaNode): ReadonlyMap<string, Member> {
  if (node.memberMap !== undefined) return node.memberMap;
  const map = new Map<string, Member>();
  for (const property of node.type === "object" ? node.children! : []) {
    const key = property.children?.[0];
    const value = property.children?.[1];
    if (key !== undefined && value !== undefined) map.set(key.value, { name: key.value, key, value });
  }
  node.memberMap = map;
  return map;
}

export function member(node: SchemaNode, name: string): SchemaNode | undefined {
  return node.type === "object" ? members(node).get(name)?.value : undefined;
}

/// The elements of an array; none of anything else.
export function elements(node: SchemaNode | undefined): readonly SchemaNode[] {
  return node?.type === "array" ? (node.children ?? []) : [];
}

/// The number as it is written, so that no digit is lost.
export function numberText(node: SchemaNode, text: string): string {
  return text.slice(node.offset, node.offset + node.length);
}

/// Where the node stands in the text.
export function spanOf({ offset, length }: SchemaNode): Span {
  return { from: offset, to: offset + length };
}

/// The RFC 6901 pointer of a value or a member's key, from `root` on if that is above it, else from the
/// whole document on.
export function pointerOf(node: SchemaNode, root?: SchemaNode): string {
  const parts: string[] = [];
  let at = node;
  for (let parent = at.parent; parent !== undefined && at !== root; parent = at.parent) {
    if (parent.type === "array") parts.push(String(parent.children!.indexOf(at)));
    else if (parent.type === "property") parts.push(escapePointer(parent.children![0]!.value));
    at = parent;
  }
  let pointer = "";
  for (let i = parts.length - 1; i >= 0; i--) pointer += `/${parts[i]}`;
  return pointer;
}

function escapePointer(name: string): string {
  if (!name.includes("~") && !name.includes("/")) return name;
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/// The value at a pointer below `root`.
export function resolvePointer(root: SchemaNode, pointer: string): SchemaNode | undefined {
  let at: SchemaNode | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (at?.type === "object") at = member(at, name);
    else if (at?.type === "array") at = /^(0|[1-9]\d*)$/.test(name) ? at.children?.[Number(name)] : undefined;
    else return undefined;
  }
  return at;
}
