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
    some: readContains(cx, schema),
    ...(unique?.value === true ? { unique } : {}),
  };
  const isAll =
    prefix.length === 0 &&
    set.rest.length === 0 &&
    min === 0 &&
    max === Number.POSITIVE_INFINITY &&
    set.some.length === 0 &&
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

function readContains(cx: SchemaContext, schema: SchemaNode): readonly Conjunction[] {
  const contains = keywordOf(cx, schema, "contains");
  if (contains === undefined) return [];
  const least = keywordOf(cx, schema, "minContains");
  const most = keywordOf(cx, schema, "maxContains");
  const min = countOf(cx, "minContains", least) ?? 1;
  if (most !== undefined) {
    const hint = "bound the number of items instead";
    cx.report.unsupported("maxContains", most, "the number of matching items cannot be bounded", hint);
  }
  if (least !== undefined && min > 1)
    cx.report.unsupported(
      "minContains",
      least,
      "more than one matching item cannot be asked for",
      "use minContains 1",
    );
  return min === 0 ? [] : [conjunctionOf(cx, "contains", contains)];
}
