import { spend } from "../work.ts";
import { elements, member, members, type SchemaNode } from "./document.ts";
import { ALL_OBJECTS } from "./object-set.ts";
import { patternTexts } from "./patterns.ts";
import { conjunctionOf, keywordOf } from "./schema-context.ts";
import type { Schemas } from "./schemas.ts";
import { ALL_VALUES, Inexpressible, intersectValues, type ValueSet } from "./value-set.ts";

/// What the schemas that apply to a value look at.
export interface Evaluated {
  readonly names: ReadonlySet<string>;
  readonly patterns: ReadonlySet<string>;
  /// Elements from the start.
  readonly items: number;
  readonly allMembers: boolean;
  readonly allItems: boolean;
}

/// At least this much is looked at of the values in a set.
export interface Way {
  readonly when: ValueSet;
  readonly seen: Evaluated;
}

export type UnevaluatedKeyword = "unevaluatedProperties" | "unevaluatedItems";

const NOTHING: Evaluated = {
  names: new Set(),
  patterns: new Set(),
  items: 0,
  allMembers: false,
  allItems: false,
};
const ALWAYS_NOTHING: Way = { when: ALL_VALUES, seen: NOTHING };
const NONE: readonly Way[] = [ALWAYS_NOTHING];

// Combinations of schemas that may apply to a value.
const MAX_WAYS = 64;
const MAX_DEPTH = 40;

/// What is looked at of the values of `schema`, by the sets of values of which it is: of each value it is what some
/// way says, and no way says too much. So sets may overlap, and those that see less need no condition.
/// Throws `Inexpressible`.
export function waysOf(schemas: Schemas, schema: SchemaNode, keyword: UnevaluatedKeyword): readonly Way[] {
  return new Ways(schemas, keyword).of(schema, true, 0);
}

class Ways {
  readonly #schemas: Schemas;
  readonly #keyword: UnevaluatedKeyword;
  readonly #known = new Map<SchemaNode, readonly Way[]>();

  constructor(schemas: Schemas, keyword: UnevaluatedKeyword) {
    this.#schemas = schemas;
    this.#keyword = keyword;
  }

  /// `isOwn`: it is the schema that asks.
  of(schema: SchemaNode, isOwn: boolean, depth: number): readonly Way[] {
    if (schema.type !== "object") return NONE;
    const known = isOwn ? undefined : this.#known.get(schema);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) throw new Inexpressible("depends on too many schemas");
    // One that leads to itself is an error that is told elsewhere.
    this.#known.set(schema, NONE);
    const ways = this.#read(schema, isOwn, depth);
    this.#known.set(schema, ways);
    return ways;
  }

  #read(schema: SchemaNode, isOwn: boolean, depth: number): Way[] {
    spend(10);
    let ways: Way[] = [{ when: ALL_VALUES, seen: this.#own(schema, isOwn) }];
    const add = (more: readonly Way[]): void => {
      ways = this.#both(ways, more);
    };
    for (const { name, value } of members(schema).values()) {
      if (keywordOf(this.#schemas, schema, name) === undefined) continue;
      switch (name) {
        case "allOf":
          for (const part of elements(value)) add(this.of(part, false, depth + 1));
          break;
        case "$ref": {
          const target =
            value.type === "string" ? this.#schemas.references.resolve(value, value.value) : undefined;
          if (target?.kind === "found") add(this.of(target.node, false, depth + 1));
          break;
        }
        case "anyOf":
          for (const branch of elements(value)) add(this.#branch(branch, name, depth));
          break;
        case "oneOf":
          add(this.#each(elements(value).map((branch) => this.#branch(branch, name, depth))));
          break;
        case "if":
          add(this.#conditional(schema, value, depth));
          break;
        case "dependencies":
        case "dependentSchemas":
          for (const { name: key, value: dependent } of members(value).values())
            if (dependent.type === "object") add(this.#dependent(key, dependent, depth));
          break;
        case "$dynamicRef":
        case "$recursiveRef":
          throw new Inexpressible(`depends on what ${name} decides`);
        case "contains":
          if (this.#keyword === "unevaluatedItems")
            throw new Inexpressible(`depends on what ${name} decides`);
      }
    }
    return ways;
  }

  #own(schema: SchemaNode, isOwn: boolean): Evaluated {
    const names = new Set<string>();
    const patterns = new Set<string>();
    let { items, allMembers, allItems } = NOTHING;
    for (const { name, value } of members(schema).values()) {
      if (name === "properties") for (const key of members(value).keys()) names.add(key);
      if (name === "patternProperties")
        // One that cannot be read is told of where it stands. Which members it looks at is not known.
        for (const pattern of members(value).keys())
          if (patternTexts(pattern).expression === undefined) allMembers = true;
          else patterns.add(pattern);
      if (name === "additionalProperties") allMembers = true;
      if (name === "prefixItems" || (name === "items" && value.type === "array"))
        items = Math.max(items, elements(value).length);
      else if (name === "items" || name === "additionalItems") allItems = true;
      if (!isOwn && name === "unevaluatedProperties") allMembers = true;
      if (!isOwn && name === "unevaluatedItems") allItems = true;
    }
    return { names, patterns, items, allMembers, allItems };
  }

  #setOf(schema: SchemaNode, keyword: string): ValueSet {
    return this.#schemas.setOfConjunction(conjunctionOf(this.#schemas, keyword, schema));
  }

  /// Nothing, or of the values in a set what is looked at in some ways.
  #perhaps(ways: readonly Way[], setOf: () => ValueSet): Way[] {
    const seeing = ways.filter(({ seen }) => this.#seesAny(seen));
    if (seeing.length === 0) return [ALWAYS_NOTHING];
    const set = setOf();
    return [ALWAYS_NOTHING, ...seeing.map(({ when, seen }) => ({ when: this.#meet(set, when), seen }))];
  }

  #branch(schema: SchemaNode, keyword: string, depth: number): Way[] {
    return this.#perhaps(this.of(schema, false, depth + 1), () => this.#setOf(schema, keyword));
  }

  #conditional(schema: SchemaNode, condition: SchemaNode, depth: number): Way[] {
    const branch = (name: "then" | "else") => {
      const node = member(schema, name);
      return node === undefined ? NONE : this.of(node, false, depth + 1);
    };
    const yes = this.#both(this.of(condition, false, depth + 1), branch("then"));
    const no = branch("else");
    const holds = () => this.#setOf(condition, "if");
    return this.#each([
      this.#perhaps(yes, holds),
      this.#perhaps(no, () => this.#schemas.complement(holds())),
    ]);
  }

  #dependent(key: string, schema: SchemaNode, depth: number): Way[] {
    const properties = new Map([[key, { value: [], required: true, declared: false }]]);
    const there: ValueSet = { ...ALL_VALUES, objects: [{ ...ALL_OBJECTS, properties }] };
    return this.#perhaps(this.of(schema, false, depth + 1), () => there);
  }

  /// One of several, all of which may see nothing.
  #each(lists: readonly (readonly Way[])[]): Way[] {
    return [ALWAYS_NOTHING, ...lists.flatMap((ways) => ways.filter((way) => way !== ALWAYS_NOTHING))];
  }

  #both(a: readonly Way[], b: readonly Way[]): Way[] {
    if (b.length === 1 && b[0] === ALWAYS_NOTHING) return [...a];
    if (a.length * b.length > MAX_WAYS) throw new Inexpressible("depends on too many alternatives");
    return a.flatMap((x) =>
      b.map((y) => ({ when: this.#meet(x.when, y.when), seen: united(x.seen, y.seen) })),
    );
  }

  #meet(a: ValueSet, b: ValueSet): ValueSet {
    return a === ALL_VALUES || b === ALL_VALUES ? intersectValues(a, b) : this.#schemas.meet(a, b);
  }

  #seesAny({ names, patterns, items, allMembers, allItems }: Evaluated): boolean {
    return this.#keyword === "unevaluatedItems"
      ? allItems || items > 0
      : allMembers || names.size + patterns.size > 0;
  }
}

function united(a: Evaluated, b: Evaluated): Evaluated {
  return {
    names: new Set([...a.names, ...b.names]),
    patterns: new Set([...a.patterns, ...b.patterns]),
    items: Math.max(a.items, b.items),
    allMembers: a.allMembers || b.allMembers,
    allItems: a.allItems || b.allItems,
  };
}
