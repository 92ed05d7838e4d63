import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { MAX_SCHEMA_DEPTH, tooDeepAt } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import { MAX_SOURCE_LENGTH } from "../limits.ts";
import type { Format, TextTag } from "./format.ts";
import { placeName, readFormat } from "./read-format.ts";
import { ObjectReader } from "./reader.ts";

/// Reads a structural tag's text. `undefined`: errors were reported.
export function readStructuralTag(text: string, report: SchemaReport): Format | undefined {
  const root = readJson(text, report);
  if (root === undefined) return undefined;
  if (root.type !== "object") {
    const hint = 'write {"type": "structural_tag", "format": {…}}';
    report.error("structural-tag-invalid", root, "a structural tag must be an object", hint);
    return undefined;
  }
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

function readJson(text: string, report: SchemaReport): Node | undefined {
  if (text.length > MAX_SOURCE_LENGTH) {
    const message = `the structural tag has ${text.length} characters; at most ${MAX_SOURCE_LENGTH} are read`;
    report.text("grammar-too-large", { from: 0, to: 0 }, message, "split it, or shorten its schemas");
    return undefined;
  }
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    const message = `the structural tag is nested more than ${MAX_SCHEMA_DEPTH} levels deep`;
    report.text("grammar-too-deep", { from: deep, to: deep + 1 }, message, "nest less");
    return undefined;
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  for (const { error, offset, length } of errors) {
    const words = printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase();
    report.text(
      "structural-tag-syntax",
      { from: offset, to: offset + length },
      `the structural tag is not JSON: ${words}`,
      "a structural tag is strict JSON, without comments and trailing commas",
    );
  }
  if (root === undefined && errors.length === 0) {
    const hint = 'write {"type": "structural_tag", "format": {…}}';
    report.text("structural-tag-syntax", { from: 0, to: 0 }, "the structural tag is empty", hint);
  }
  return errors.length > 0 ? undefined : root;
}

/// A member that is there twice: JSON readers differ in which one counts. Schemas are left to their
/// own reader.
function reportDuplicates(root: Node, report: SchemaReport): void {
  const work = [root];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (node.type === "array") work.push(...(node.children ?? []));
    if (node.type !== "object") continue;
    const seen = new Map<string, Node>();
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
