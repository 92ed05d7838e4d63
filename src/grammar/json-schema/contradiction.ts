import { elements, members, type SchemaNode } from "./document.ts";
import { keywordOf } from "./schema-context.ts";
import type { Schemas } from "./schemas.ts";

/// Why no value fulfils a schema.
export interface Contradiction {
  /// The schema that has none by itself, by which others have none.
  readonly at: SchemaNode;
  /// Keywords of it that leave no value together, and would without any of them; none if that is not known.
  readonly keywords: readonly string[];
}

// Schemas that lead to the one that contradicts itself.
const MAX_DEPTH = 20;

/// Why `schema`, which has no values, has none.
export function contradictionIn(schemas: Schemas, schema: SchemaNode): Contradiction {
  let at = schema;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inner = parts(schemas, at).find((part) => isEmpty(schemas, part));
    if (inner === undefined) break;
    at = inner;
  }
  return { at, keywords: keywordsAtFault(schemas, at) };
}

/// Says what a contradiction is in, in words that end a sentence.
export function contradictionText({ keywords }: Contradiction): string {
  const [first, ...others] = keywords.map((name) => `"${name}"`);
  if (first === undefined) return "its conditions contradict each other";
  if (others.length === 0) return `${first} leaves none`;
  const last = others.pop();
  return `${[first, ...others].join(", ")} and ${last} contradict each other`;
}

function isEmpty(schemas: Schemas, schema: SchemaNode): boolean {
  return schemas.isEmpty([schemas.term(schema)]);
}

/// Schemas without whose values a schema has none.
function parts(schemas: Schemas, schema: SchemaNode): SchemaNode[] {
  if (schema.type !== "object") return [];
  const out: SchemaNode[] = [];
  const ref = keywordOf(schemas, schema, "$ref");
  const target = ref?.type === "string" ? schemas.references.resolve(ref, ref.value) : undefined;
  if (target?.kind === "found") out.push(target.node);
  out.push(...elements(keywordOf(schemas, schema, "allOf")));
  const properties = keywordOf(schemas, schema, "properties");
  if (properties?.type === "object")
    for (const { value: name } of elements(keywordOf(schemas, schema, "required"))) {
      const property = members(properties).get(name)?.value;
      if (property !== undefined) out.push(property);
    }
  // `false` says what it means.
  return out.filter((part) => part.type === "object");
}

function keywordsAtFault(schemas: Schemas, schema: SchemaNode): string[] {
  if (schema.type !== "object") return [];
  let kept = [...members(schema).keys()];
  if (!isEmpty(schemas, only(schema, kept))) return [];
  for (const name of kept) {
    const fewer = kept.filter((other) => other !== name);
    if (isEmpty(schemas, only(schema, fewer))) kept = fewer;
  }
  return kept;
}

/// The schema with some of its keywords, at the same place.
function only(schema: SchemaNode, keywords: readonly string[]): SchemaNode {
  const all = members(schema);
  return { ...schema, memberMap: new Map(keywords.map((name) => [name, all.get(name)!])) };
}
