import { ALL_ARRAYS } from "./array-set.ts";
import { ANY, type Conjunction, NEVER } from "./conjunction.ts";
import { knows } from "./dialect.ts";
import { elements, member, members, type SchemaNode } from "./document.ts";
import { ALL_OBJECTS, type PropertySet } from "./object-set.ts";
import { conjunctionOf, invalid, isSchema, namesOf } from "./schema-context.ts";
import type { Schemas } from "./schemas.ts";
import { unevaluatedOf } from "./unevaluated.ts";
import { ALL_VALUES, intersectValues, isEmptySet, NO_VALUES, unite, type ValueSet } from "./value-set.ts";

/// A keyword that applies other schemas to the same value.
export interface Applicator {
  readonly keyword: string;
  readonly at: SchemaNode;
  /// The values are those that are not in the set.
  readonly excludes: boolean;
  readonly set: () => ValueSet;
}

/// The applicators of a schema in the order of its text; only `$ref` if it stands alone.
export function applicatorsOf(schemas: Schemas, schema: SchemaNode, refAlone: boolean): Applicator[] {
  const out: Applicator[] = [];
  for (const { name, value } of members(schema).values()) {
    if ((refAlone && name !== "$ref") || !knows(schemas.dialect, name)) continue;
    const twice = name === "not" ? negatedAlone(schemas, value) : undefined;
    const set = applicator(schemas, schema, name, twice ?? value);
    if (set === undefined) continue;
    out.push({ keyword: name, at: value, excludes: name === "not" && twice === undefined, set });
  }
  return out;
}

/// What a schema that says nothing but `not` negates.
function negatedAlone(schemas: Schemas, schema: SchemaNode): SchemaNode | undefined {
  const inner = schema.type === "object" && members(schema).size === 1 ? member(schema, "not") : undefined;
  return inner !== undefined && isSchema(schemas, "not", inner) ? inner : undefined;
}

function applicator(
  schemas: Schemas,
  schema: SchemaNode,
  keyword: string,
  value: SchemaNode,
): (() => ValueSet) | undefined {
  switch (keyword) {
    case "$ref":
    case "$dynamicRef":
    case "$recursiveRef":
      return () => reference(schemas, keyword, value);
    case "allOf":
      return () =>
        branches(schemas, keyword, value).reduce(
          (set, branch) => schemas.meet(set, schemas.setOfConjunction(branch)),
          ALL_VALUES,
        );
    case "anyOf":
      return () => {
        const list = branches(schemas, keyword, value);
        return list.length === 0 ? ALL_VALUES : schemas.uniteOf(list);
      };
    case "oneOf":
      return () => oneOf(schemas, branches(schemas, keyword, value));
    case "not":
      return () => schemas.setOfConjunction(conjunctionOf(schemas, keyword, value));
    case "if":
      return () => conditional(schemas, schema, value);
    case "dependencies":
    case "dependentRequired":
    case "dependentSchemas":
      return () => dependencies(schemas, keyword, value);
    case "unevaluatedProperties":
    case "unevaluatedItems":
      return () => unevaluatedOf(schemas, schema, keyword, value);
    default:
      return undefined;
  }
}

function branches(schemas: Schemas, keyword: string, value: SchemaNode): Conjunction[] {
  if (value.type === "array") {
    if (elements(value).length === 0) invalid(schemas, keyword, value, "an array that is not empty");
    return elements(value).map((node) => conjunctionOf(schemas, keyword, node));
  }
  invalid(schemas, keyword, value, "an array of schemas");
  return [];
}

/// What a reference stands for; any value, and a report, if it stands for nothing.
function reference(schemas: Schemas, keyword: string, value: SchemaNode): ValueSet {
  if (value.type !== "string") {
    invalid(schemas, keyword, value, "a string");
    return ALL_VALUES;
  }
  const target = schemas.references.resolve(value, value.value);
  switch (target.kind) {
    case "found":
      return schemas.setOfConjunction(conjunctionOf(schemas, keyword, target.node));
    case "remote":
      schemas.report.unsupportedAs(
        "schema-remote-ref",
        keyword,
        value,
        `${value.value} is outside of this document, and nothing is fetched`,
        "copy the schema into $defs",
      );
      return ALL_VALUES;
    case "missing":
      schemas.report.error(
        "schema-unresolved-ref",
        value,
        `nothing in this document is at ${value.value}`,
        "correct the reference, or add what it names",
      );
      return ALL_VALUES;
    default:
      return target satisfies never;
  }
}

/// The values of exactly one branch. Branches that have values in common are made to exclude each other.
function oneOf(schemas: Schemas, list: readonly Conjunction[]): ValueSet {
  const sets = list.map((branch) => schemas.withoutEmpty(schemas.setOfConjunction(branch)));
  const isEmpty = (set: ValueSet) => isEmptySet(schemas.withoutEmpty(set));
  const parts = sets.map((set, i) => {
    let left = set;
    sets.forEach((other, k) => {
      if (k !== i && !isEmpty(intersectValues(left, other))) left = schemas.without(left, other);
    });
    return left;
  });
  return parts.length === 0 ? ALL_VALUES : unite(parts);
}

function conditional(schemas: Schemas, schema: SchemaNode, condition: SchemaNode): ValueSet {
  const branch = (keyword: "then" | "else"): ValueSet => {
    const node = member(schema, keyword);
    return node === undefined ? ALL_VALUES : schemas.setOfConjunction(conjunctionOf(schemas, keyword, node));
  };
  const [yes, no] = [branch("then"), branch("else")];
  if (yes === ALL_VALUES && no === ALL_VALUES) return ALL_VALUES;
  const holds = schemas.setOfConjunction(conjunctionOf(schemas, "if", condition));
  const fails = schemas.complement(holds);
  return unite(
    [intersectValues(holds, yes), intersectValues(fails, no)].map((set) => schemas.withoutEmpty(set)),
  );
}

function dependencies(schemas: Schemas, keyword: string, value: SchemaNode): ValueSet {
  if (value.type !== "object") invalid(schemas, keyword, value, "an object");
  let set = ALL_VALUES;
  for (const { name, value: needs } of members(value).values()) {
    const present: ValueSet =
      needs.type === "array" && keyword !== "dependentSchemas"
        ? requiring([name, ...namesOf(schemas, keyword, needs)])
        : intersectValues(
            requiring([name]),
            schemas.setOfConjunction(conjunctionOf(schemas, keyword, needs)),
          );
    set = schemas.meet(set, unite([withoutMember(name), present]));
  }
  return set;
}

const AFTER_REQUIRED = 1e6;

/// Objects that have all these members.
function requiring(names: readonly string[]): ValueSet {
  const properties = new Map<string, PropertySet>();
  // After all that the schema itself requires.
  for (const [i, name] of names.entries())
    properties.set(name, { value: ANY, required: true, declared: false, requiredAt: AFTER_REQUIRED + i });
  return { ...NO_VALUES, objects: [{ ...ALL_OBJECTS, properties }] };
}

/// All values but objects that have the member.
function withoutMember(name: string): ValueSet {
  const properties = new Map([[name, { value: NEVER, required: false, declared: false }]]);
  return { ...ALL_VALUES, arrays: [ALL_ARRAYS], objects: [{ ...ALL_OBJECTS, properties }] };
}
