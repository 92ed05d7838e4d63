import { spend } from "../work.ts";
import { ANY, type Conjunction, conjoin, isNever, NEVER, negate } from "./conjunction.ts";
import { matchesPattern } from "./patterns.ts";

export interface PropertySet {
  readonly value: Conjunction;
  readonly required: boolean;
  /// Named by `properties`, not only by `required` and the like: declared ones are written first.
  readonly declared: boolean;
  /// Its place in the list of required members.
  readonly requiredAt?: number;
}

/// Keys by the patterns they match and do not match, and what their values are.
export interface KeyClass {
  readonly matches: readonly string[];
  readonly avoids: readonly string[];
  readonly value: Conjunction;
}

/// There is a member whose key is none of `except` and in the class, and whose value is in it too.
export interface SomeMember extends KeyClass {
  readonly except: readonly string[];
  /// What its key, as a string, is in.
  readonly names: Conjunction;
}

/// A set of objects.
export interface ObjectSet {
  /// In the order they are written.
  readonly properties: ReadonlyMap<string, PropertySet>;
  /// Disjoint classes of the keys that are not in `properties`; a key in none of them cannot be.
  readonly extras: readonly KeyClass[];
  /// What every key, as a string, is in.
  readonly names: Conjunction;
  readonly min: number;
  /// Infinity: no limit.
  readonly max: number;
  readonly some: readonly SomeMember[];
}

export const ANY_KEY: KeyClass = { matches: [], avoids: [], value: ANY };

export const ALL_OBJECTS: ObjectSet = {
  properties: new Map(),
  extras: [ANY_KEY],
  names: ANY,
  min: 0,
  max: Number.POSITIVE_INFINITY,
  some: [],
};

/// Whether the key is in the class; undefined if a pattern of it cannot be asked.
export function inClass({ matches, avoids }: KeyClass, name: string): boolean | undefined {
  if (matches.length + avoids.length === 0) return true;
  let result: boolean | undefined = true;
  const ask = (pattern: string, wanted: boolean): void => {
    const match = matchesPattern(pattern, name);
    if (match === undefined && result === true) result = undefined;
    if (match === !wanted) result = false;
  };
  for (const pattern of matches) ask(pattern, true);
  for (const pattern of avoids) ask(pattern, false);
  return result;
}

/// Whether a key matches a pattern takes too long to tell.
export class UndecidedKey extends Error {
  constructor(name: string) {
    super(`has a pattern that is too slow to try on the key "${name}"`);
  }
}

/// What a member's value is.
export function memberValue(set: ObjectSet, name: string): Conjunction {
  const property = set.properties.get(name);
  if (property !== undefined) return property.value;
  for (const extra of set.extras) {
    const match = inClass(extra, name);
    if (match === undefined) throw new UndecidedKey(name);
    if (match) return extra.value;
  }
  return NEVER;
}

export function intersectObjects(a: ObjectSet, b: ObjectSet): ObjectSet | undefined {
  // In the order of `a`'s text, then `b`'s: what `a` only requires may be declared by `b`.
  const properties = new Map<string, PropertySet>();
  const late = new Map<string, PropertySet>();
  const others: [string, PropertySet][] = [];
  for (const [name, x] of a.properties) {
    const y = b.properties.get(name);
    const both = y === undefined ? withValue(x, memberValue(b, name)) : bothProperties(x, y);
    if (both.required && isNever(both.value)) return undefined;
    if (x.declared) properties.set(name, both);
    else if (y?.declared === true) late.set(name, both);
    else others.push([name, both]);
  }
  for (const [name, y] of b.properties) {
    const known = late.get(name);
    if (known !== undefined) properties.set(name, known);
    else if (!a.properties.has(name)) {
      const both = withValue(y, memberValue(a, name), true);
      if (both.required && isNever(both.value)) return undefined;
      if (y.declared) properties.set(name, both);
      else others.push([name, both]);
    }
  }
  for (const [name, property] of others) properties.set(name, property);
  const extras: KeyClass[] = [];
  for (const x of a.extras) for (const y of b.extras) extras.push(...intersectClasses(x, y));
  return normalObjects({
    properties,
    extras,
    names: conjoin(a.names, b.names),
    min: Math.max(a.min, b.min),
    max: Math.min(a.max, b.max),
    some: [...a.some, ...b.some.filter((s) => !a.some.includes(s))],
  });
}

function bothProperties(x: PropertySet, y: PropertySet): PropertySet {
  const requiredAt = x.requiredAt ?? y.requiredAt;
  return {
    value: conjoin(x.value, y.value),
    required: x.required || y.required,
    declared: x.declared || y.declared,
    ...(requiredAt === undefined ? {} : { requiredAt }),
  };
}

/// The property with a value that is in `other`, too. `isFirst`: `other` comes first in the text.
function withValue(property: PropertySet, other: Conjunction, isFirst = false): PropertySet {
  const value = isFirst ? conjoin(other, property.value) : conjoin(property.value, other);
  return value === property.value ? property : { ...property, value };
}

function intersectClasses(a: KeyClass, b: KeyClass): KeyClass[] {
  spend(5);
  const value = conjoin(a.value, b.value);
  const matches = union(a.matches, b.matches);
  const avoids = union(a.avoids, b.avoids);
  if (isNever(value) || matches.some((pattern) => avoids.includes(pattern))) return [];
  return [{ matches, avoids, value }];
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return b.every((x) => a.includes(x)) ? a : [...new Set([...a, ...b])];
}

/// Whether the two surely have no object in common: a member that one of them requires, and both name, has
/// no value.
export function excludeEachOther(
  a: ObjectSet,
  b: ObjectSet,
  isEmpty: (conjunction: Conjunction) => boolean,
): boolean {
  for (const [name, x] of a.properties) {
    const y = b.properties.get(name);
    if (y === undefined || !(x.required || y.required) || x.value === y.value) continue;
    if (isEmpty(conjoin(x.value, y.value))) return true;
  }
  return false;
}

/// The same set, or undefined if a count or a required member cannot be.
export function normalObjects(set: ObjectSet): ObjectSet | undefined {
  let required = 0;
  let possible = 0;
  for (const property of set.properties.values()) {
    if (isNever(property.value)) {
      if (property.required) return undefined;
    } else possible++;
    if (property.required) required++;
  }
  const most = set.extras.length > 0 ? Number.POSITIVE_INFINITY : possible;
  if (required > set.max || set.min > Math.min(set.max, most)) return undefined;
  if (set.some.some(({ value, names }) => isNever(value) || isNever(names))) return undefined;
  return set;
}

/// The objects that are not in `set`; undefined if that cannot be said this way. `hasFewValues` tells conjunctions
/// of a few values.
export function negateObjects(
  set: ObjectSet,
  hasFewValues: (conjunction: Conjunction) => boolean,
): ObjectSet[] | undefined {
  const out: ObjectSet[] = [];
  // Members with few values often tell the alternatives of a schema apart, so what else may be wrong is
  // said of objects in which these are right: then it has nothing in common with other alternatives.
  let usual = ALL_OBJECTS;
  const add = (object: ObjectSet): void => {
    const both = intersectObjects(usual, object);
    if (both !== undefined) out.push(both);
  };
  const only = (name: string, property: PropertySet) =>
    add({ ...ALL_OBJECTS, properties: new Map([[name, property]]) });
  const wrong = (name: string, { value }: PropertySet): void => {
    for (const other of negate(value)) only(name, { value: other, required: true, declared: false });
  };
  for (const [name, property] of set.properties) {
    if (!hasFewValues(property.value)) continue;
    wrong(name, property);
    const properties = new Map(usual.properties);
    properties.set(name, { value: property.value, required: false, declared: false });
    usual = { ...usual, properties };
  }
  for (const names of negate(set.names))
    add({ ...ALL_OBJECTS, some: [{ ...ANY_KEY, except: [], names }], min: 1 });
  if (set.min > 0) add({ ...ALL_OBJECTS, max: set.min - 1 });
  if (set.max !== Number.POSITIVE_INFINITY) add({ ...ALL_OBJECTS, min: set.max + 1 });
  for (const [name, property] of set.properties) {
    if (!hasFewValues(property.value)) wrong(name, property);
    if (property.required) only(name, { value: NEVER, required: false, declared: false });
  }
  const except = [...set.properties.keys()];
  for (const extra of set.extras)
    for (const value of negate(extra.value))
      add({ ...ALL_OBJECTS, some: [{ ...extra, except, names: ANY, value }], min: 1 });
  for (const forbidden of outside(set.extras))
    add({ ...ALL_OBJECTS, some: [{ ...forbidden, except, names: ANY }], min: 1 });
  for (const some of set.some) {
    const without = withoutSome(some);
    if (without === undefined) return undefined;
    add(without);
  }
  return out;
}

/// The objects in which no member is like that; undefined if that cannot be said this way.
function withoutSome(some: SomeMember): ObjectSet | undefined {
  if (some.names.length > 0) {
    const isOnlyName =
      some.except.length + some.matches.length + some.avoids.length + some.value.length === 0;
    const names = negate(some.names);
    return isOnlyName && names.length === 1 ? { ...ALL_OBJECTS, names: names[0]! } : undefined;
  }
  // The keys left out are free, the rest of the class has other values.
  const others = negate(some.value);
  if (others.length > 1) return undefined;
  const properties = new Map(
    some.except.map((name) => [name, { value: ANY, required: false, declared: false }]),
  );
  const extras: KeyClass[] = outside([some]).map((c) => ({ ...c, value: ANY }));
  if (others.length === 1) extras.push({ matches: some.matches, avoids: some.avoids, value: others[0]! });
  return { ...ALL_OBJECTS, properties, extras };
}

/// Disjoint classes of the keys that are in none of `classes`.
function outside(classes: readonly KeyClass[]): KeyClass[] {
  let left: KeyClass[] = [ANY_KEY];
  for (const { matches, avoids } of classes) {
    const parts: KeyClass[] = [];
    // Each part goes along with the conditions before the one it breaks, so that parts are disjoint.
    let before: KeyClass = ANY_KEY;
    for (const pattern of matches) {
      parts.push({ ...before, avoids: [...before.avoids, pattern] });
      before = { ...before, matches: [...before.matches, pattern] };
    }
    for (const pattern of avoids) {
      parts.push({ ...before, matches: [...before.matches, pattern] });
      before = { ...before, avoids: [...before.avoids, pattern] };
    }
    left = left.flatMap((x) => parts.flatMap((y) => intersectClasses(x, y)));
  }
  return left;
}

export interface PatternProperty {
  readonly pattern: string;
  readonly value: Conjunction;
}

// Ways in which a key may match some patterns and not others; they double with each pattern.
const MAX_KEY_CLASSES = 256;

/// The classes of one schema's `patternProperties` and `additionalProperties`; undefined if they are too
/// many. `mayMeet` says which patterns may match one key.
export function classesOf(
  patterns: readonly PatternProperty[],
  additional: Conjunction,
  mayMeet: (matches: readonly string[]) => boolean,
): KeyClass[] | undefined {
  let classes: { matches: string[]; avoids: string[]; values: Conjunction[] }[] = [
    { matches: [], avoids: [], values: [] },
  ];
  for (const { pattern, value } of patterns) {
    classes = classes.flatMap(({ matches, avoids, values }) => {
      spend(5);
      const outside = { matches, avoids: [...avoids, pattern], values };
      const inside = { matches: [...matches, pattern], avoids, values: [...values, value] };
      return mayMeet(inside.matches) ? [inside, outside] : [outside];
    });
    if (classes.length > MAX_KEY_CLASSES) return undefined;
  }
  return classes
    .map(({ matches, avoids, values }) => ({
      matches,
      avoids,
      value: matches.length === 0 ? additional : conjoin(...values),
    }))
    .filter(({ value }) => !isNever(value));
}
