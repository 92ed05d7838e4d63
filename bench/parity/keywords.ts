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
