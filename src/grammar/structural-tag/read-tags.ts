import type { SchemaNode } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import type { Format, Tag, Text, TextTag, TokenName, TokenTag } from "./format.ts";
import { readFormat, readMember } from "./read-format.ts";
import { ObjectReader } from "./reader.ts";

export function readTag(from: ObjectReader, report: SchemaReport): Tag | undefined {
  from.allowOnly(["type", "begin", "content", "end"]);
  const begin = readDelimiter(from, "begin", report);
  const content = readMember(from, "content", report);
  const end = readEnd(from, report);
  if (begin === undefined || content === undefined || end === undefined) return undefined;
  return { kind: "tag", node: from.node, begin, content, end };
}

function readDelimiter(
  from: ObjectReader,
  key: "begin" | "end",
  report: SchemaReport,
): Text | TokenName | undefined {
  const node = from.need(key);
  if (node?.type !== "object") return node && from.textAt(node, `"${key}"`);
  const format = readFormat(node, report);
  if (format === undefined || format.kind === "one-token") return format?.token;
  return from.invalid(node, `"${key}" must be a string, or the format "token"`);
}

function readEnd(from: ObjectReader, report: SchemaReport): readonly Text[] | TokenName | undefined {
  if (from.get("end")?.type !== "array") {
    const end = readDelimiter(from, "end", report);
    return end?.kind === "text" ? [end] : end;
  }
  const nodes = from.needList("end");
  const texts = nodes.map((node) => from.textAt(node, 'an element of "end"'));
  const known = texts.filter((text) => text !== undefined);
  return nodes.length === 0 || known.length < nodes.length ? undefined : known;
}

/// The tags in the member "tags"; their type may be left out.
function readTags(from: ObjectReader, report: SchemaReport): Tag[] | undefined {
  const nodes = from.needList("tags");
  const tags: Tag[] = [];
  for (const node of nodes) {
    if (node.type !== "object") {
      from.invalid(node, "a tag must be an object");
      continue;
    }
    const reader = new ObjectReader(node, "a tag", report);
    const type = reader.get("type");
    if (type !== undefined && type.value !== "tag") {
      from.invalid(type, 'only formats of the type "tag" can be in "tags"');
      continue;
    }
    const tag = readTag(reader, report);
    if (tag !== undefined) tags.push(tag);
  }
  return nodes.length === 0 || tags.length < nodes.length ? undefined : tags;
}

function flags(from: ObjectReader) {
  return {
    atLeastOne: from.flag("at_least_one", false),
    stopAfterFirst: from.flag("stop_after_first", false),
  };
}

export function readTriggeredTags(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "triggers", "tags", "at_least_one", "stop_after_first", "excludes"]);
  from.needList("triggers");
  const triggers = from.texts("triggers");
  const excludes = from.texts("excludes");
  const tags = readTags(from, report);
  const { node } = from;
  if (tags === undefined || triggers.length === 0) return undefined;
  const known = tags.filter((tag): tag is TextTag => tag.begin.kind === "text");
  for (const tag of tags) {
    if (tag.begin.kind === "token")
      from.invalid(
        tag.begin.node,
        "a tag that free text leads to must begin with a string",
        'write its text, or use "token_triggered_tags"',
      );
  }
  if (known.length < tags.length) return undefined;
  return { kind: "dispatch", node, triggers, tags: known, excludes, ...flags(from) };
}

export function readTagList(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "tags", "separator", "at_least_one", "stop_after_first"]);
  const tags = readTags(from, report);
  const separator = from.text("separator");
  if (tags === undefined || separator === undefined) return undefined;
  return { kind: "tags-with-separator", node: from.node, tags, separator, ...flags(from) };
}

/// `dispatch`: what comes after a pattern is a tag without an end.
export function readDispatch(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "rules", "loop", "excludes"]);
  const rules = readRules(from, report, (node) => {
    const text = from.textAt(node, "a rule's pattern");
    if (text?.value !== "") return text;
    report.error("structural-tag-empty-string", node, "a rule's pattern is empty", "write what begins it");
    return undefined;
  });
  const excludes = from.texts("excludes");
  const stopAfterFirst = !from.flag("loop", true);
  if (rules === undefined) return undefined;
  const tags = rules.map(({ node, begin, content }): TextTag => {
    return { kind: "tag", node, begin, content, end: [{ kind: "text", value: "", node }] };
  });
  const triggers = rules.map(({ begin }) => begin);
  return { kind: "dispatch", node: from.node, triggers, tags, excludes, atLeastOne: false, stopAfterFirst };
}

interface DispatchRule<Begin> {
  readonly node: SchemaNode;
  readonly begin: Begin;
  readonly content: Format;
}

/// The pairs of what begins a format and the format.
function readRules<Begin>(
  from: ObjectReader,
  report: SchemaReport,
  readBegin: (node: SchemaNode) => Begin | undefined,
): DispatchRule<Begin>[] | undefined {
  const nodes = from.needList("rules");
  const rules: DispatchRule<Begin>[] = [];
  for (const node of nodes) {
    const [first, second, ...more] = node.type === "array" ? (node.children ?? []) : [];
    if (first === undefined || second === undefined || more.length > 0) {
      from.invalid(node, "a rule must be an array of two: what begins it, and a format");
      continue;
    }
    const begin = readBegin(first);
    const content = readFormat(second, report);
    if (begin !== undefined && content !== undefined) rules.push({ node, begin, content });
  }
  return nodes.length === 0 || rules.length < nodes.length ? undefined : rules;
}

/// `token_triggered_tags` and `token_dispatch`.
export function readTokenDispatch(from: ObjectReader, report: SchemaReport): Format | undefined {
  const { node } = from;
  if (from.get("type")!.value === "token_dispatch") {
    from.allowOnly(["type", "rules", "loop", "exclude_tokens"]);
    const rules = readRules(from, report, (at) => from.tokenAt(at, "what begins a rule"));
    const excludes = from.tokens("exclude_tokens");
    const stopAfterFirst = !from.flag("loop", true);
    if (rules === undefined) return undefined;
    const tags = rules.map((rule): TokenTag => {
      return { kind: "tag", ...rule, end: [{ kind: "text", value: "", node: rule.node }] };
    });
    const triggers = rules.map(({ begin }) => begin);
    return { kind: "token-dispatch", node, triggers, tags, excludes, atLeastOne: false, stopAfterFirst };
  }
  from.allowOnly(["type", "trigger_tokens", "tags", "exclude_tokens", "at_least_one", "stop_after_first"]);
  from.needList("trigger_tokens");
  const triggers = from.tokens("trigger_tokens");
  const excludes = from.tokens("exclude_tokens");
  const tags = readTags(from, report);
  if (tags === undefined || triggers.length === 0) return undefined;
  const known = tags.filter((tag): tag is TokenTag => tag.begin.kind === "token");
  for (const tag of tags) {
    if (tag.begin.kind === "text")
      from.invalid(tag.begin.node, 'a tag in "token_triggered_tags" must begin with the format "token"');
  }
  if (known.length < tags.length) return undefined;
  return { kind: "token-dispatch", node, triggers, tags: known, excludes, ...flags(from) };
}
