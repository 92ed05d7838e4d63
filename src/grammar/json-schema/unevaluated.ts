import { ALL_ARRAYS, normalArrays } from "./array-set.ts";
import { ANY, type Conjunction } from "./conjunction.ts";
import type { SchemaNode } from "./document.ts";
import { type Evaluated, type UnevaluatedKeyword, waysOf } from "./evaluated.ts";
import { ALL_OBJECTS, classesOf, type PropertySet } from "./object-set.ts";
import { mayMeet } from "./pattern-meeting.ts";
import { conjunctionOf } from "./schema-context.ts";
import type { Schemas } from "./schemas.ts";
import { ALL_VALUES, Inexpressible, unite, type ValueSet } from "./value-set.ts";

/// The values whose members (or elements) that no other keyword looks at are in `value`. Throws
/// `Inexpressible` where that depends on too much.
export function unevaluatedOf(
  schemas: Schemas,
  schema: SchemaNode,
  keyword: UnevaluatedKeyword,
  value: SchemaNode,
): ValueSet {
  const rest = conjunctionOf(schemas, keyword, value);
  if (rest.length === 0) return ALL_VALUES;
  const sets = waysOf(schemas, schema, keyword).map(({ when, seen }) => {
    const left = keyword === "unevaluatedItems" ? restOfItems(seen, rest) : restOfMembers(seen, rest);
    return schemas.withoutEmpty(schemas.meet(when, left));
  });
  return unite(sets);
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
