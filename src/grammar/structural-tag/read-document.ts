import type { SchemaNode } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import type { Steps } from "../work.ts";
import type { Format, TextTag } from "./format.ts";
import { placeName, readFormat } from "./read-format.ts";
import { readJson } from "./read-json.ts";
import { ObjectReader } from "./reader.ts";

/// Reads a structural tag's text. `undefined`: errors were reported.
export function* readStructuralTag(text: string, report: SchemaReport): Steps<Format | undefined> {
  const root = yield* readJson(text, "the structural tag", report);
  if (root === undefined) return undefined;
  if (root.type !== "object") {
    const hint = 'write {"type": "structural_tag", "format": {…}}';
    report.error("structural-tag-invalid", root, "a structural tag must be an object", hint);
    return undefined;
  }
  yield;
  reportDuplicates(root, report);
  const from = new ObjectReader(root, "the structural tag", report);
  if (from.get("structures") !== undefined) return readLegacy(from, report);
  from.allowOnly(["type", "format"]);
  checkType(from);
  const format = from.need("format");
  return format && readFormat(format, report);
}

function checkType(from: ObjectReader): void {
  const type = from.get("type");
  if (type !== undefined && type.value !== "structural_tag")
    from.invalid(
      type,
      'the type of a structural tag is "structural_tag"',
      'wrap a format: {"type": "structural_tag", "format": {"type": …}}',
    );
}

/// The older form: `{"structures": [{"begin", "schema", "end"}], "triggers": […]}`.
function readLegacy(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "structures", "triggers"]);
  checkType(from);
  const nodes = from.needList("structures");
  from.needList("triggers");
  const triggers = from.texts("triggers");
  const tags: TextTag[] = [];
  for (const node of nodes) {
    if (node.type !== "object") {
      from.invalid(node, "a structure must be an object");
      continue;
    }
    const structure = new ObjectReader(node, "a structure", report);
    structure.allowOnly(["begin", "schema", "end"]);
    const begin = structure.text("begin");
    const end = structure.text("end");
    const schema = structure.need("schema");
    if (begin === undefined || end === undefined || schema === undefined) continue;
    if (schema.type !== "object" && schema.type !== "boolean" && schema.type !== "string") {
      structure.invalid(schema, '"schema" must be a schema, or a string that holds one');
      continue;
    }
    const content: Format = { kind: "json-schema", node: schema, schema, anyOrder: false };
    tags.push({ kind: "tag", node, begin, content, end: [end] });
  }
  if (tags.length === 0 || tags.length < nodes.length || triggers.length === 0) return undefined;
  const { node } = from;
  const excludes: readonly never[] = [];
  return { kind: "dispatch", node, triggers, tags, excludes, atLeastOne: false, stopAfterFirst: false };
}

/// A member that is there twice: JSON readers differ in which one counts. Schemas are left to their
/// own reader.
function reportDuplicates(root: SchemaNode, report: SchemaReport): void {
  const work = [root];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (node.type === "array") work.push(...(node.children ?? []));
    if (node.type !== "object") continue;
    const seen = new Map<string, SchemaNode>();
    for (const { children } of node.children ?? []) {
      const [key, value] = children ?? [];
      if (key === undefined || value === undefined) continue;
      const before = seen.get(key.value);
      if (before !== undefined)
        report.error(
          "structural-tag-duplicate-key",
          key,
          `"${key.value}" is there twice, first at ${placeName(before)}`,
          "remove one of them",
        );
      seen.set(key.value, key);
      if (key.value !== "json_schema" && key.value !== "schema") work.push(value);
    }
  }
}
