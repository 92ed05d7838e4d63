import { knows } from "./dialect.ts";
import { member, members, type SchemaNode } from "./document.ts";
import type { SchemaContext } from "./schema-context.ts";

const ENFORCED =
  "$ref $dynamicRef $recursiveRef type enum const properties required additionalProperties " +
  "patternProperties propertyNames minProperties maxProperties items prefixItems additionalItems " +
  "minItems maxItems uniqueItems contains minContains maxContains minLength maxLength pattern format " +
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf anyOf oneOf allOf not if then else " +
  "dependentRequired dependentSchemas dependencies unevaluatedProperties unevaluatedItems";
const SAYS_NOTHING =
  "$schema $id id $anchor $dynamicAnchor $recursiveAnchor $vocabulary $comment $defs definitions title " +
  "description default examples example deprecated readOnly writeOnly contentEncoding contentMediaType " +
  "contentSchema";
const KNOWN = new Set(`${ENFORCED} ${SAYS_NOTHING}`.split(" "));

/// Says which members of a schema mean nothing, as JSON Schema asks of unknown keywords.
export function checkKeywords(cx: SchemaContext, schema: SchemaNode): void {
  for (const { name, key } of members(schema).values()) {
    if (!knows(cx.dialect, name)) {
      cx.report.warning(
        "schema-later-keyword",
        key,
        `${name} means nothing in the draft of JSON Schema that $schema names: a later one brought it`,
        "name a later draft in $schema",
      );
      continue;
    }
    if (KNOWN.has(name) || name.startsWith("x-")) continue;
    cx.report.info(
      "schema-unknown-keyword",
      key,
      `the keyword ${JSON.stringify(name)} is not known and means nothing`,
      "check its spelling",
    );
  }
  for (const name of ["then", "else"]) {
    const at = member(schema, name);
    if (at !== undefined && knows(cx.dialect, name) && member(schema, "if") === undefined)
      cx.report.info("schema-unknown-keyword", at, `${name} means nothing without if`, "add an if");
  }
}
