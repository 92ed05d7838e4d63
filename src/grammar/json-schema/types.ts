import { elements, member, type SchemaNode } from "./document.ts";
import { invalid, type SchemaContext } from "./schema-context.ts";

export interface Types {
  null: boolean;
  boolean: boolean;
  numbers: false | "integer" | "number";
  strings: boolean;
  arrays: boolean;
  objects: boolean;
}

/// The types of values that a schema lets through; all if it does not say.
export function readTypes(cx: SchemaContext, schema: SchemaNode): Types {
  const type = member(schema, "type");
  const all = type === undefined;
  const types: Types = {
    null: all,
    boolean: all,
    numbers: all ? "number" : false,
    strings: all,
    arrays: all,
    objects: all,
  };
  if (type !== undefined)
    for (const node of type.type === "array" ? elements(type) : [type]) add(cx, types, node);
  return types;
}

function add(cx: SchemaContext, types: Types, node: SchemaNode): void {
  switch (node.value) {
    case "null":
      types.null = true;
      break;
    case "boolean":
      types.boolean = true;
      break;
    case "number":
      types.numbers = "number";
      break;
    case "integer":
      types.numbers ||= "integer";
      break;
    case "string":
      types.strings = true;
      break;
    case "array":
      types.arrays = true;
      break;
    case "object":
      types.objects = true;
      break;
    default:
      invalid(
        cx,
        "type",
        node,
        "null, boolean, number, integer, string, array or object, or a list of these",
      );
  }
}
