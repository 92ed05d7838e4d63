import { member, type SchemaNode } from "./document.ts";
import { patternTexts, textsOfPattern } from "./patterns.ts";
import { countOf, invalid, type SchemaContext } from "./schema-context.ts";
import { ALL_STRINGS, intersectStrings, type StringSet, stringsOf } from "./string-set.ts";
import { hasBoundedTexts, isKnownFormat } from "./values/index.ts";

/// The strings that `minLength`, `maxLength`, `pattern` and `format` leave; undefined: none.
export function readStrings(cx: SchemaContext, schema: SchemaNode): StringSet | undefined {
  const minLength = countOf(cx, "minLength", member(schema, "minLength"));
  const maxLength = countOf(cx, "maxLength", member(schema, "maxLength"));
  const pattern = readPattern(cx, "pattern", member(schema, "pattern"));
  const formatNode = member(schema, "format");
  const format = readFormat(cx, formatNode);
  if (format !== undefined && maxLength !== undefined && hasBoundedTexts(format))
    cx.report.info(
      "schema-uri-length",
      formatNode!,
      "because of maxLength, URIs with an address in brackets are allowed only in usual forms: without a user name, with a scheme of up to 16 letters, and well within the bound",
      "leave out maxLength, or the format, to allow all",
    );
  if (minLength === undefined && maxLength === undefined && pattern === undefined && format === undefined)
    return ALL_STRINGS;
  // A pattern that spells its texts is a list of them: it tells alternatives apart as `enum` does.
  const texts = pattern === undefined ? undefined : textsOfPattern(pattern);
  return intersectStrings(texts === undefined ? ALL_STRINGS : stringsOf(texts), {
    ...ALL_STRINGS,
    minLength: minLength ?? 0,
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { patterns: [pattern] }),
    ...(format === undefined ? {} : { formats: [format] }),
  });
}

/// A pattern that can be enforced. Reports any other. `at` holds it, or is the key that is it.
export function readPattern(
  cx: SchemaContext,
  keyword: string,
  at: SchemaNode | undefined,
): string | undefined {
  if (at === undefined) return undefined;
  if (at.type !== "string") {
    invalid(cx, keyword, at, "a regular expression");
    return undefined;
  }
  const problem = patternTexts(at.value).diagnostics.find((d) => d.severity === "error");
  if (problem === undefined) return at.value;
  if (problem.code === "regex-syntax")
    cx.report.error("schema-invalid", at, `${keyword}: ${problem.message}`, problem.hint ?? "correct it");
  else
    cx.report.unsupported(
      keyword,
      at,
      `${keyword}: ${problem.message}`,
      problem.hint ?? "use another pattern",
    );
  return undefined;
}

function readFormat(cx: SchemaContext, node: SchemaNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type !== "string") {
    invalid(cx, "format", node, "a string");
    return undefined;
  }
  if (isKnownFormat(node.value)) return node.value;
  cx.report.info(
    "schema-unknown-format",
    node,
    `the format "${node.value}" is not known, so any string has it`,
    "use pattern to say what the string looks like",
  );
  return undefined;
}
