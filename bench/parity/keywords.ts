type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/// Members whose value is data, not a schema.
const DATA = new Set([
  "enum",
  "const",
  "default",
  "examples",
  "required",
  "type",
  "$schema",
  "dependentRequired",
]);
/// Members whose value maps names to schemas.
const MAPS = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);
/// Without these there is little left to compare, or nothing that they refer to.
const KEPT = new Set([
  "properties",
  "$defs",
  "definitions",
  "$schema",
  "title",
  "description",
  "$id",
  "id",
  "$comment",
]);

/// The keywords that a schema has anywhere.
export function keywordsOf(text: string): string[] {
  const found = new Set<string>();
  edit(JSON.parse(text) as Json, (name) => {
    if (!KEPT.has(name)) found.add(name);
    return true;
  });
  return [...found];
}

/// The schema without a keyword, wherever it stands.
export function without(text: string, keyword: string): string {
  return JSON.stringify(edit(JSON.parse(text) as Json, (name) => name !== keyword));
}

type Members = { [key: string]: Json };

/// Changes that say what a difference is about where no single keyword does.
export const CHANGES: readonly { readonly name: string; readonly apply: (text: string) => string }[] = [
  { name: "open objects", apply: changed((schema) => ({ ...schema, additionalProperties: false })) },
  {
    name: "objects without a type",
    apply: changed((schema) => ("type" in schema ? schema : { ...schema, type: "object" })),
  },
];

/// Changes every schema with `properties`.
function changed(change: (schema: Members) => Members): (text: string) => string {
  const visit = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visit(inner)]));
    const isObject = typeof value.properties === "object" && !("enum" in value) && !("const" in value);
    return isObject ? change(members) : members;
  };
  return (text) => JSON.stringify(visit(JSON.parse(text) as Json));
}

function edit(schema: Json, isKept: (name: string) => boolean): Json {
  if (Array.isArray(schema)) return schema.map((item) => edit(item, isKept));
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).filter(([name]) => isKept(name));
  return Object.fromEntries(
    members.map(([name, value]) => {
      if (DATA.has(name)) return [name, value];
      if (!MAPS.has(name) || typeof value !== "object" || value === null) return [name, edit(value, isKept)];
      return [
        name,
        Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, edit(inner, isKept)])),
      ];
    }),
  );
}
