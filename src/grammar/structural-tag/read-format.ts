import { closest } from "../did-you-mean.ts";
import { pointerOf, type SchemaNode } from "../json-schema/document.ts";
import { PARAMETER_STYLES } from "../json-schema/emit/parameters.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import type { Format, GrammarSyntax } from "./format.ts";
import { readDispatch, readTag, readTagList, readTokenDispatch, readTriggeredTags } from "./read-tags.ts";
import { ObjectReader } from "./reader.ts";

/// Reads a format object. `undefined`: it, or a part of it, was reported.
export function readFormat(node: SchemaNode, report: SchemaReport): Format | undefined {
  if (node.type !== "object") {
    report.error("structural-tag-invalid", node, "a format must be an object", 'write {"type": …}');
    return undefined;
  }
  const type = new ObjectReader(node, "this format", report).text("type");
  if (type === undefined) return undefined;
  const read = READERS.get(type.value);
  if (read !== undefined) {
    const from = new ObjectReader(node, `the format "${type.value}"`, report);
    return read(from, report);
  }
  const guess = closest(type.value, READERS.keys());
  report.error(
    "structural-tag-unknown-format",
    type.node,
    `there is no format "${type.value}"`,
    guess === undefined ? `the formats are ${[...READERS.keys()].join(", ")}` : `did you mean "${guess}"?`,
  );
  return undefined;
}

type Read = (from: ObjectReader, report: SchemaReport) => Format | undefined;

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["const_string", readConstString],
  ["json_schema", readJsonSchema],
  ["qwen_xml_parameter", readQwenXml],
  ["grammar", readGrammar],
  ["regex", readRegex],
  ["any_text", readAnyText],
  ["sequence", (from, report) => readElements(from, report, "sequence")],
  ["or", (from, report) => readElements(from, report, "or")],
  ["optional", (from, report) => readRepetition(from, report, 0, 1)],
  ["plus", (from, report) => readRepetition(from, report, 1, undefined)],
  ["star", (from, report) => readRepetition(from, report, 0, undefined)],
  ["repeat", readRepeat],
  ["tag", readTag],
  ["triggered_tags", readTriggeredTags],
  ["tags_with_separator", readTagList],
  ["dispatch", readDispatch],
  ["token", readToken],
  ["exclude_token", (from) => readOtherToken(from)],
  ["any_tokens", readAnyTokens],
  ["token_triggered_tags", readTokenDispatch],
  ["token_dispatch", readTokenDispatch],
]);

/// The format in the member `key`, which must be there.
export function readMember(from: ObjectReader, key: string, report: SchemaReport): Format | undefined {
  const node = from.need(key);
  return node && readFormat(node, report);
}

/// A part of XGrammar's format that is read but cannot be kept to.
export function unsupported(report: SchemaReport, at: SchemaNode, message: string, hint: string): undefined {
  report.error("structural-tag-unsupported", at, message, hint);
  return undefined;
}

function readConstString(from: ObjectReader): Format | undefined {
  from.allowOnly(["type", "value"]);
  const text = from.text("value");
  return text && { kind: "const-string", node: from.node, text };
}

function readJsonSchema(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "json_schema", "style", "any_order", "max_whitespace_cnt", "excludes"]);
  const named = from.get("style");
  const isJson = named === undefined || named.type === "null" || named.value === "json";
  const style = PARAMETER_STYLES.find((each) => each === named?.value);
  if (!isJson && style === undefined)
    return unsupported(
      report,
      named,
      `parameters in the style ${JSON.stringify(named.value ?? null)} are not read`,
      `the styles are json, ${PARAMETER_STYLES.join(", ")}: write others as tags of their own`,
    );
  const excludes = from.get("excludes");
  if (excludes !== undefined && from.list("excludes").length > 0)
    return unsupported(
      report,
      excludes,
      "strings that the values of a schema may not hold cannot be excluded",
      'remove them; free text knows "excludes"',
    );
  const maxBlanks = from.count("max_whitespace_cnt", 0);
  const schema = from.need("json_schema");
  const anyOrder = from.flag("any_order", false);
  if (schema === undefined) return undefined;
  if (schema.type !== "object" && schema.type !== "boolean")
    return from.invalid(schema, `"json_schema" must be a schema: an object, true or false`);
  return {
    kind: "json-schema",
    node: from.node,
    schema,
    anyOrder,
    ...(style === undefined ? {} : { style }),
    ...(maxBlanks === undefined ? {} : { maxBlanks }),
  };
}

/// The older name of a `json_schema` in the style "qwen_xml".
function readQwenXml(from: ObjectReader): Format | undefined {
  from.allowOnly(["type", "json_schema"]);
  const schema = from.need("json_schema");
  if (schema === undefined) return undefined;
  if (schema.type !== "object") return from.invalid(schema, '"json_schema" must be a schema of an object');
  return { kind: "json-schema", node: from.node, schema, anyOrder: false, style: "qwen_xml" };
}

const SYNTAXES: readonly GrammarSyntax[] = ["ebnf", "gbnf", "lark"];

function readGrammar(from: ObjectReader): Format | undefined {
  from.allowOnly(["type", "grammar", "syntax"]);
  const text = from.text("grammar");
  const named = from.get("syntax");
  const syntax = named === undefined ? "ebnf" : SYNTAXES.find((s) => s === named.value);
  if (syntax === undefined) return from.invalid(named!, `"syntax" must be one of ${SYNTAXES.join(", ")}`);
  return text && { kind: "grammar", node: from.node, syntax, text };
}

function readRegex(from: ObjectReader): Format | undefined {
  from.allowOnly(["type", "pattern"]);
  const text = from.text("pattern");
  return text && { kind: "regex", node: from.node, text };
}

function readAnyText(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "excludes", "max_chars", "max_tokens"]);
  const tokens = from.get("max_tokens");
  if (tokens !== undefined && tokens.type !== "null")
    return unsupported(
      report,
      tokens,
      "a bound on the tokens of a text cannot be enforced: text is read by its bytes, however it is cut",
      'bound its characters with "max_chars", or write "any_tokens" instead: its "max_tokens" is exact, but it keeps out tokens only, no strings',
    );
  const excludes = from.texts("excludes");
  const maxChars = from.count("max_chars", 0);
  return {
    kind: "any-text",
    node: from.node,
    excludes,
    ...(maxChars === undefined ? {} : { maxChars }),
  };
}

function readElements(from: ObjectReader, report: SchemaReport, kind: "sequence" | "or"): Format | undefined {
  from.allowOnly(["type", "elements"]);
  const nodes = from.needList("elements");
  const elements = nodes.map((node) => readFormat(node, report)).filter((format) => format !== undefined);
  return nodes.length === 0 || elements.length < nodes.length
    ? undefined
    : { kind, node: from.node, elements };
}

function readRepetition(
  from: ObjectReader,
  report: SchemaReport,
  min: number,
  max: number | undefined,
): Format | undefined {
  from.allowOnly(["type", "content"]);
  const content = readMember(from, "content", report);
  return content && { kind: "repeat", node: from.node, content, min, ...(max === undefined ? {} : { max }) };
}

function readRepeat(from: ObjectReader, report: SchemaReport): Format | undefined {
  from.allowOnly(["type", "content", "min", "max"]);
  const content = readMember(from, "content", report);
  const bounds = [from.need("min"), from.need("max")];
  const min = from.count("min", 0);
  const max = from.count("max", -1);
  if (content === undefined || bounds.includes(undefined)) return undefined;
  if (min === undefined || max === undefined)
    return from.invalid(from.node, '"min" and "max" must be numbers', 'write "max": -1 for no upper bound');
  if (max >= 0 && max < min)
    return from.invalid(bounds[1]!, '"max" is less than "min"', 'write "max": -1 for no upper bound');
  return { kind: "repeat", node: from.node, content, min, ...(max < 0 ? {} : { max }) };
}

function readToken(from: ObjectReader): Format | undefined {
  from.allowOnly(["type", "token"]);
  const node = from.need("token");
  const token = node && from.tokenAt(node, '"token"');
  return token && { kind: "one-token", node: from.node, token };
}

function readOtherToken(from: ObjectReader): Format {
  from.allowOnly(["type", "exclude_tokens"]);
  return { kind: "other-token", node: from.node, excludes: from.tokens("exclude_tokens") };
}

function readAnyTokens(from: ObjectReader): Format {
  from.allowOnly(["type", "exclude_tokens", "max_tokens"]);
  const excludes = from.tokens("exclude_tokens");
  const max = from.count("max_tokens", 0);
  const content: Format = { kind: "other-token", node: from.node, excludes };
  return { kind: "repeat", node: from.node, content, min: 0, ...(max === undefined ? {} : { max }) };
}

/// For messages about two places at once.
export function placeName(node: SchemaNode): string {
  return `#${pointerOf(node)}`;
}
