import { ALL_ARRAYS, normalArrays } from "./array-set.ts";
import { ANY, type Conjunction } from "./conjunction.ts";
import { elements, member, members, type SchemaNode } from "./document.ts";
import { ALL_OBJECTS, classesOf, type PropertySet } from "./object-set.ts";
import { mayMeet } from "./pattern-meeting.ts";
import { patternTexts } from "./patterns.ts";
import { conjunctionOf } from "./schema-context.ts";
import type { Schemas } from "./schemas.ts";
import { ALL_VALUES, Inexpressible, type ValueSet } from "./value-set.ts";

/// What the schemas that apply to a value have looked at.
interface Evaluated {
  readonly names: Set<string>;
  readonly patterns: Set<string>;
  /// Elements from the start.
  items: number;
  allMembers: boolean;
  allItems: boolean;
}

// Keywords under which schemas apply only to some values: what they look at depends on the value.
const CONDITIONAL = [
  ..."anyOf oneOf if then else dependentSchemas dependencies contains".split(" "),
  ..."$dynamicRef $recursiveRef".split(" "),
];

/// The values whose members (or elements) that no other keyword looks at are in `value`. Throws
/// `Inexpressible` where that depends on the value.
export function unevaluatedOf(
  schemas: Schemas,
  schema: SchemaNode,
  keyword: "unevaluatedProperties" | "unevaluatedItems",
  value: SchemaNode,
): ValueSet {
  const rest = conjunctionOf(schemas, keyword, value);
  if (rest.length === 0) return ALL_VALUES;
  const seen: Evaluated = {
    names: new Set(),
    patterns: new Set(),
    items: 0,
    allMembers: false,
    allItems: false,
  };
  collect(schemas, schema, seen, keyword, new Set());
  return keyword === "unevaluatedItems" ? restOfItems(seen, rest) : restOfMembers(seen, rest);
}

function restOfItems(seen: Evaluated, rest: Conjunction): ValueSet {
  if (seen.allItems) return ALL_VALUES;
  const prefix = Array.from({ length: seen.items }, () => ANY);
  const set = normalArrays({ ...ALL_ARRAYS, prefix, rest });
  return { ...ALL_VALUES, arrays: set === undefined ? [] : [set] };
}

function restOfMembers(seen: Evaluated, rest: Conjunction): ValueSet {
  if (seen.allMembers) return ALL_VALUES;
  const properties = new Map<string, PropertySet>();
  for (const name of seen.names) properties.set(name, { value: ANY, required: false, declared: false });
  const patterns = [...seen.patterns].map((pattern) => ({ pattern, value: ANY }));
  const extras = classesOf(patterns, rest, mayMeet);
  if (extras === undefined) throw new Inexpressible("depends on too many patterns");
  return { ...ALL_VALUES, objects: [{ ...ALL_OBJECTS, properties, extras }] };
}

function collectPatterns(map: SchemaNode, seen: Evaluated): void {
  for (const pattern of members(map).keys()) {
    // One that cannot be read is told of where it stands. Which members it looks at is not known.
    if (patternTexts(pattern).expression === undefined) seen.allMembers = true;
    else seen.patterns.add(pattern);
  }
}

function collect(
  schemas: Schemas,
  schema: SchemaNode,
  seen: Evaluated,
  self: string | undefined,
  visited: Set<SchemaNode>,
): void {
  if (schema.type !== "object" || visited.has(schema)) return;
  visited.add(schema);
  for (const { name, value } of members(schema).values()) {
    if (CONDITIONAL.includes(name)) throw new Inexpressible(`depends on what ${name} decides`);
    if (name === "properties") for (const key of members(value).keys()) seen.names.add(key);
    if (name === "patternProperties") collectPatterns(value, seen);
    if (name === "additionalProperties") seen.allMembers = true;
    if (name === "prefixItems" || (name === "items" && value.type === "array"))
      seen.items = Math.max(seen.items, elements(value).length);
    else if (name === "items" || name === "additionalItems") seen.allItems = true;
    if (self === undefined && name === "unevaluatedProperties") seen.allMembers = true;
    if (self === undefined && name === "unevaluatedItems") seen.allItems = true;
    if (name === "allOf")
      for (const part of elements(value)) collect(schemas, part, seen, undefined, visited);
  }
  const ref = member(schema, "$ref");
  const target = ref?.type === "string" ? schemas.references.resolve(ref, ref.value) : undefined;
  if (target?.kind === "found") collect(schemas, target.node, seen, undefined, visited);
}
