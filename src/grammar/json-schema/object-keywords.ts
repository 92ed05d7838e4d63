import { ANY, conjoin } from "./conjunction.ts";
import { member, members, type SchemaNode } from "./document.ts";
import {
  ALL_OBJECTS,
  classesOf,
  memberValue,
  normalObjects,
  type ObjectSet,
  type PatternProperty,
  type PropertySet,
} from "./object-set.ts";
import { mayMeet } from "./pattern-meeting.ts";
import { matchesPattern } from "./patterns.ts";
import { conjunctionOf, countOf, invalid, keywordOf, namesOf, type SchemaContext } from "./schema-context.ts";
import { readPattern } from "./string-keywords.ts";

/// The objects that the keywords about members leave; undefined: none.
export function readObjects(cx: SchemaContext, schema: SchemaNode): ObjectSet | undefined {
  const patterns = readPatternProperties(cx, schema);
  const additional = member(schema, "additionalProperties");
  const rest = additional === undefined ? ANY : conjunctionOf(cx, "additionalProperties", additional);
  const properties = readProperties(cx, schema, patterns);
  const names = keywordOf(cx, schema, "propertyNames");
  let extras = patterns.length === 0 && rest.length === 0 ? ALL_OBJECTS.extras : undefined;
  extras ??= classesOf(patterns, rest, mayMeet);
  if (extras === undefined) {
    const at = member(schema, "patternProperties")!;
    cx.report.unsupported(
      "patternProperties",
      at,
      "too many of these patterns may match the same key",
      "make patterns that exclude each other",
    );
    extras = ALL_OBJECTS.extras;
  }
  const min = countOf(cx, "minProperties", member(schema, "minProperties")) ?? 0;
  const max = countOf(cx, "maxProperties", member(schema, "maxProperties")) ?? Number.POSITIVE_INFINITY;
  const set: ObjectSet = {
    properties,
    extras,
    names: names === undefined ? ANY : conjunctionOf(cx, "propertyNames", names),
    min,
    max,
    some: [],
  };
  const required = readRequired(cx, schema);
  const isAll =
    properties.size + required.length === 0 &&
    extras === ALL_OBJECTS.extras &&
    set.names.length === 0 &&
    min === 0 &&
    max === Number.POSITIVE_INFINITY;
  if (isAll) return ALL_OBJECTS;
  for (const [requiredAt, name] of required.entries()) {
    const own = properties.get(name);
    const value = own?.value ?? memberValue(set, name);
    properties.set(name, { value, required: true, declared: own !== undefined, requiredAt });
  }
  return normalObjects(set);
}

function readRequired(cx: SchemaContext, schema: SchemaNode): string[] {
  const required = member(schema, "required");
  return required === undefined ? [] : namesOf(cx, "required", required);
}

function readProperties(
  cx: SchemaContext,
  schema: SchemaNode,
  patterns: readonly PatternProperty[],
): Map<string, PropertySet> {
  const out = new Map<string, PropertySet>();
  const map = member(schema, "properties");
  if (map !== undefined && map.type !== "object") invalid(cx, "properties", map, "an object of schemas");
  if (map?.type !== "object") return out;
  for (const { name, key, value } of members(map).values()) {
    let set = conjunctionOf(cx, "properties", value);
    for (const { pattern, value: more } of patterns) {
      const match = matchesPattern(pattern, name);
      if (match === undefined) {
        const message = `whether the key matches the pattern ${pattern} takes too long to tell`;
        cx.report.unsupported("patternProperties", key, message, "use a simpler pattern");
      } else if (match) set = conjoin(set, more);
    }
    out.set(name, { value: set, required: false, declared: true });
  }
  if (out.size > 1)
    cx.report.info(
      "schema-property-order",
      map,
      "members are written in the order in which the schema lists them, others after them",
      "order the properties as you want them written",
    );
  return out;
}

function readPatternProperties(cx: SchemaContext, schema: SchemaNode): PatternProperty[] {
  const map = member(schema, "patternProperties");
  if (map === undefined) return [];
  if (map.type !== "object") {
    invalid(cx, "patternProperties", map, "an object of schemas");
    return [];
  }
  const out: PatternProperty[] = [];
  for (const { key, value } of members(map).values()) {
    const pattern = readPattern(cx, "patternProperties", key);
    const set = conjunctionOf(cx, "patternProperties", value);
    if (pattern !== undefined) out.push({ pattern, value: set });
  }
  return out;
}
