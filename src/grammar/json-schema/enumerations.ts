import type { ArraySet } from "./array-set.ts";
import { ANY, NEVER } from "./conjunction.ts";
import { elements, member, members, numberText, type SchemaNode } from "./document.ts";
import { numbersOf } from "./number-set.ts";
import { ALL_OBJECTS, type ObjectSet, type PropertySet } from "./object-set.ts";
import { invalid, keywordOf, type SchemaContext } from "./schema-context.ts";
import { stringsOf } from "./string-set.ts";
import type { ValueSet } from "./value-set.ts";
import { decimal, decimalText } from "./values/decimal.ts";

/// The lists of values that `enum` and `const` give; a value must be in each.
export function readEnumeration(cx: SchemaContext, schema: SchemaNode): (readonly SchemaNode[])[] {
  const out: (readonly SchemaNode[])[] = [];
  const list = member(schema, "enum");
  if (list?.type === "array") out.push(elements(list));
  else if (list !== undefined) invalid(cx, "enum", list, "an array of values");
  const constant = keywordOf(cx, schema, "const");
  if (constant !== undefined) out.push([constant]);
  return out;
}

export function setOfValues(cx: SchemaContext, nodes: readonly SchemaNode[]): ValueSet {
  const numbers = new Set<string>();
  const strings = new Set<string>();
  const arrays: ArraySet[] = [];
  const objects: ObjectSet[] = [];
  const constants = new Set<unknown>();
  for (const node of nodes) {
    switch (node.type) {
      case "number": {
        const number = decimal(numberText(node, cx.text));
        if (number === undefined) invalid(cx, "enum", node, "made of numbers of usual size");
        else numbers.add(decimalText(number));
        break;
      }
      case "string":
        strings.add(node.value);
        break;
      case "array":
        arrays.push(arrayOf(cx, node));
        break;
      case "object":
        objects.push(objectOf(cx, node));
        break;
      default:
        constants.add(node.value);
    }
  }
  return {
    null: constants.has(null),
    true: constants.has(true),
    false: constants.has(false),
    numbers: numbers.size > 0 ? [numbersOf([...numbers])] : [],
    strings: strings.size > 0 ? [stringsOf(strings)] : [],
    arrays,
    objects,
  };
}

function arrayOf(cx: SchemaContext, node: SchemaNode): ArraySet {
  const prefix = elements(node).map((item) => [cx.valueTerm(item)]);
  return { prefix, rest: NEVER, min: prefix.length, max: prefix.length, some: [], counts: [] };
}

function objectOf(cx: SchemaContext, node: SchemaNode): ObjectSet {
  const properties = new Map<string, PropertySet>();
  for (const { name, value } of members(node).values())
    properties.set(name, { value: [cx.valueTerm(value)], required: true, declared: true });
  return { ...ALL_OBJECTS, properties, extras: [], names: ANY };
}
