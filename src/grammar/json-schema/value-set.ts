import { spend } from "../work.ts";
import { isArrayWithin, isObjectWithin, withoutAbsorbed } from "./absorption.ts";
import { ALL_ARRAYS, type ArraySet, intersectArrays, negateArrays } from "./array-set.ts";
import type { Conjunction } from "./conjunction.ts";
import { ALL_NUMBERS, intersectNumbers, type NumberSet } from "./number-set.ts";
import { ALL_OBJECTS, excludeEachOther, intersectObjects, type ObjectSet } from "./object-set.ts";
import { ALL_STRINGS, intersectStrings, negateStrings, type StringSet } from "./string-set.ts";

/// A set of JSON values: of each type, the union of the sets listed.
export interface ValueSet {
  readonly null: boolean;
  readonly true: boolean;
  readonly false: boolean;
  readonly numbers: readonly NumberSet[];
  readonly strings: readonly StringSet[];
  readonly arrays: readonly ArraySet[];
  readonly objects: readonly ObjectSet[];
}

export const NO_VALUES: ValueSet = {
  null: false,
  true: false,
  false: false,
  numbers: [],
  strings: [],
  arrays: [],
  objects: [],
};

export const ALL_VALUES: ValueSet = {
  null: true,
  true: true,
  false: true,
  numbers: [ALL_NUMBERS],
  strings: [ALL_STRINGS],
  arrays: [ALL_ARRAYS],
  objects: [ALL_OBJECTS],
};

/// Alternatives of one type beyond this are too many to be a useful grammar.
const MAX_ALTERNATIVES = 1000;

/// A union grew too large, or a complement cannot be written down.
export class Inexpressible extends Error {}

export function intersectValues(a: ValueSet, b: ValueSet): ValueSet {
  if (a === ALL_VALUES) return b;
  if (b === ALL_VALUES) return a;
  return {
    null: a.null && b.null,
    true: a.true && b.true,
    false: a.false && b.false,
    numbers: product(a.numbers, b.numbers, ALL_NUMBERS, intersectNumbers),
    strings: product(a.strings, b.strings, ALL_STRINGS, intersectStrings),
    arrays: product(a.arrays, b.arrays, ALL_ARRAYS, intersectArrays),
    objects: product(a.objects, b.objects, ALL_OBJECTS, intersectObjects),
  };
}

function product<T>(
  a: readonly T[],
  b: readonly T[],
  all: T,
  intersect: (x: T, y: T) => T | undefined,
): readonly T[] {
  // What is already whole stays shared, which is most of what schemas ask.
  if (a.length === 0 || (b.length === 1 && b[0] === all)) return a;
  if (b.length === 0 || (a.length === 1 && a[0] === all)) return b;
  const out: T[] = [];
  for (const x of a) {
    for (const y of b) {
      spend(5);
      const both = intersect(x, y);
      if (both !== undefined) out.push(both);
    }
    if (out.length > MAX_ALTERNATIVES) throw new Inexpressible("has too many alternatives");
  }
  return out;
}

/// The same set without alternatives that others hold.
export function withoutAbsorbedValues(set: ValueSet): ValueSet {
  const arrays = withoutAbsorbed(set.arrays, isArrayWithin);
  const objects = withoutAbsorbed(set.objects, isObjectWithin);
  return arrays === set.arrays && objects === set.objects ? set : { ...set, arrays, objects };
}

export function unite(sets: readonly ValueSet[]): ValueSet {
  if (sets.length === 1) return sets[0]!;
  const join = <T>(pick: (set: ValueSet) => readonly T[]): readonly T[] => {
    const out = new Set<T>();
    for (const set of sets) for (const item of pick(set)) out.add(item);
    if (out.size > MAX_ALTERNATIVES) throw new Inexpressible("has too many alternatives");
    return [...out];
  };
  return {
    null: sets.some((set) => set.null),
    true: sets.some((set) => set.true),
    false: sets.some((set) => set.false),
    numbers: join((set) => set.numbers),
    strings: join((set) => set.strings),
    arrays: join((set) => set.arrays),
    objects: join((set) => set.objects),
  };
}

/// What is asked about sets of members and elements while values are taken away.
export interface Questions {
  isEmpty(set: ValueSet): boolean;
  isEmptyConjunction(conjunction: Conjunction): boolean;
  /// `negateObjects`.
  negate(object: ObjectSet): readonly ObjectSet[] | undefined;
}

/// The values of `a` that are not in `b`. Alternatives that `isEmpty` shows to have nothing in common are
/// left alone, so that what excludes itself costs nothing. Throws `Inexpressible`.
export function subtractValues(a: ValueSet, b: ValueSet, questions: Questions): ValueSet {
  const { isEmpty, isEmptyConjunction, negate } = questions;
  return {
    null: a.null && !b.null,
    true: a.true && !b.true,
    false: a.false && !b.false,
    numbers: product(a.numbers, otherNumbers(b.numbers), ALL_NUMBERS, intersectNumbers),
    strings: b.strings.reduce(
      (left, item) => product(left, negateStrings(item), ALL_STRINGS, intersectStrings),
      a.strings,
    ),
    arrays: subtractEach(a.arrays, b.arrays, negateArrays, intersectArrays, isArrayWithin, (array) =>
      isEmpty({ ...NO_VALUES, arrays: [array] }),
    ),
    objects: subtractEach(
      a.objects,
      b.objects,
      negate,
      // Most alternatives are told apart by a member: then they need not be put together first.
      (x, y) => (excludeEachOther(x, y, isEmptyConjunction) ? undefined : intersectObjects(x, y)),
      isObjectWithin,
      (object) => isEmpty({ ...NO_VALUES, objects: [object] }),
    ),
  };
}

function otherNumbers(items: readonly NumberSet[]): readonly NumberSet[] {
  if (items.includes(ALL_NUMBERS)) return [];
  return items.length === 0 ? [ALL_NUMBERS] : [{ ...ALL_NUMBERS, not: items }];
}

function subtractEach<T>(
  from: readonly T[],
  items: readonly T[],
  negate: (item: T) => readonly T[] | undefined,
  intersect: (x: T, y: T) => T | undefined,
  isWithin: (x: T, y: T) => boolean,
  isEmpty: (item: T) => boolean,
): readonly T[] {
  let left = from;
  const common = (x: T, y: T): T | undefined => {
    const both = intersect(x, y);
    return both === undefined || isEmpty(both) ? undefined : both;
  };
  for (const item of items) {
    const next: T[] = [];
    for (const x of left) {
      spend(5);
      if (common(x, item) === undefined) {
        next.push(x);
        continue;
      }
      if (isWithin(x, item)) continue;
      const others = negate(item);
      if (others === undefined) throw new Inexpressible("cannot be negated");
      for (const other of others) {
        const part = common(x, other);
        if (part !== undefined) next.push(part);
      }
      if (next.length > MAX_ALTERNATIVES) throw new Inexpressible("has too many alternatives");
    }
    left = withoutAbsorbed(next, isWithin);
  }
  return left;
}

export function isEmptySet(set: ValueSet): boolean {
  return (
    !(set.null || set.true || set.false) &&
    set.numbers.length + set.strings.length + set.arrays.length + set.objects.length === 0
  );
}
