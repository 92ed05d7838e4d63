import { ALL_ARRAYS, type ArraySet, normalArrays } from "./array-set.ts";
import { ANY, type Conjunction } from "./conjunction.ts";
import { elements, member, type SchemaNode } from "./document.ts";
import { conjunctionOf, countOf, keywordOf, type SchemaContext } from "./schema-context.ts";

/// The arrays that the keywords about elements leave; undefined: none.
export function readArrays(cx: SchemaContext, schema: SchemaNode): ArraySet | undefined {
  const items = member(schema, "items");
  const tuple = keywordOf(cx, schema, "prefixItems") ?? (items?.type === "array" ? items : undefined);
  const tupleKeyword = tuple === items ? "items" : "prefixItems";
  const prefix = elements(tuple).map((node) => conjunctionOf(cx, tupleKeyword, node));
  const min = countOf(cx, "minItems", member(schema, "minItems")) ?? 0;
  const max = countOf(cx, "maxItems", member(schema, "maxItems")) ?? Number.POSITIVE_INFINITY;
  const unique = member(schema, "uniqueItems");
  const set: ArraySet = {
    prefix,
    rest: restOf(cx, schema, items, tuple),
    min,
    max,
    ...readContains(cx, schema),
    ...(unique?.value === true ? { unique } : {}),
  };
  const isAll =
    prefix.length === 0 &&
    set.rest.length === 0 &&
    min === 0 &&
    max === Number.POSITIVE_INFINITY &&
    set.some.length + set.counts.length === 0 &&
    set.unique === undefined;
  return isAll ? ALL_ARRAYS : normalArrays(set);
}

function restOf(
  cx: SchemaContext,
  schema: SchemaNode,
  items: SchemaNode | undefined,
  tuple: SchemaNode | undefined,
): Conjunction {
  if (items !== undefined && items.type !== "array") return conjunctionOf(cx, "items", items);
  const additional = tuple === undefined ? undefined : member(schema, "additionalItems");
  return additional === undefined ? ANY : conjunctionOf(cx, "additionalItems", additional);
}

/// `contains` asks for one element, unless its other keywords count.
function readContains(cx: SchemaContext, schema: SchemaNode): Pick<ArraySet, "some" | "counts"> {
  const contains = keywordOf(cx, schema, "contains");
  if (contains === undefined) return { some: [], counts: [] };
  const of = conjunctionOf(cx, "contains", contains);
  const min = countOf(cx, "minContains", keywordOf(cx, schema, "minContains")) ?? 1;
  const max = countOf(cx, "maxContains", keywordOf(cx, schema, "maxContains")) ?? Number.POSITIVE_INFINITY;
  if (max === Number.POSITIVE_INFINITY && min <= 1) return { some: min === 0 ? [] : [of], counts: [] };
  return { some: [], counts: [{ of, min, max }] };
}
