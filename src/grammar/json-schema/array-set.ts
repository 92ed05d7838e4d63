import { ANY, type Conjunction, conjoin, isNever, negate } from "./conjunction.ts";
import type { SchemaNode } from "./document.ts";

/// A set of arrays.
export interface ArraySet {
  /// What the first elements are, those that are there.
  readonly prefix: readonly Conjunction[];
  /// What every element after them is.
  readonly rest: Conjunction;
  readonly min: number;
  /// Infinity: no limit.
  readonly max: number;
  /// For each of these, at least one element is in it.
  readonly some: readonly Conjunction[];
  /// How many elements there are of some kinds.
  readonly counts: readonly Count[];
  /// The keyword that asks for elements that all differ.
  readonly unique?: SchemaNode;
}

/// From `min` to `max` elements are in `of`.
export interface Count {
  readonly of: Conjunction;
  readonly min: number;
  /// Infinity: no limit.
  readonly max: number;
}

/// The counts of a set, with those of which there must be one.
export function allCounts({ some, counts }: ArraySet): readonly Count[] {
  return [...counts, ...some.map((of) => ({ of, min: 1, max: Number.POSITIVE_INFINITY }))];
}

export const ALL_ARRAYS: ArraySet = {
  prefix: [],
  rest: ANY,
  min: 0,
  max: Number.POSITIVE_INFINITY,
  some: [],
  counts: [],
};

export function intersectArrays(a: ArraySet, b: ArraySet): ArraySet | undefined {
  const length = Math.max(a.prefix.length, b.prefix.length);
  const unique = a.unique ?? b.unique;
  return normalArrays({
    prefix: Array.from({ length }, (_, i) => conjoin(a.prefix[i] ?? a.rest, b.prefix[i] ?? b.rest)),
    rest: conjoin(a.rest, b.rest),
    min: Math.max(a.min, b.min),
    max: Math.min(a.max, b.max),
    some: [...a.some, ...b.some],
    counts: [...a.counts, ...b.counts],
    ...(unique === undefined ? {} : { unique }),
  });
}

/// The same set with the limits that follow from elements that cannot be; undefined if it is empty.
export function normalArrays(set: ArraySet): ArraySet | undefined {
  let { max } = set;
  const stop = set.prefix.findIndex(isNever);
  if (stop >= 0) max = Math.min(max, stop);
  else if (isNever(set.rest)) max = Math.min(max, set.prefix.length);
  const counts = set.counts.filter(({ of, min }) => min > 0 || !isNever(of));
  if (counts.some(({ of, min, max }) => isNever(of) || min > max)) return undefined;
  const min = Math.max(set.min, set.some.length > 0 ? 1 : 0, ...counts.map((count) => count.min));
  if (min > max || set.some.some(isNever)) return undefined;
  return {
    ...set,
    prefix: max < set.prefix.length ? set.prefix.slice(0, max) : set.prefix,
    min,
    max,
    counts,
  };
}

/// The arrays that are not in `set`; undefined if that cannot be said this way.
export function negateArrays(set: ArraySet): ArraySet[] | undefined {
  if (set.unique !== undefined) return undefined;
  const out: ArraySet[] = [];
  if (set.min > 0) out.push({ ...ALL_ARRAYS, max: set.min - 1 });
  if (set.max !== Number.POSITIVE_INFINITY) out.push({ ...ALL_ARRAYS, min: set.max + 1 });
  const anys = (length: number) => Array.from({ length }, () => ANY);
  set.prefix.forEach((conjunction, i) => {
    for (const other of negate(conjunction))
      out.push({ ...ALL_ARRAYS, prefix: [...anys(i), other], min: i + 1 });
  });
  if (set.max > set.prefix.length)
    for (const other of negate(set.rest)) {
      if (set.prefix.length > 0) return undefined;
      out.push({ ...ALL_ARRAYS, some: [other], min: 1 });
    }
  for (const some of set.some) {
    // No element is in the conjunction: each is outside of one and the same term only if it has one.
    const others = negate(some);
    if (others.length !== 1) return undefined;
    out.push({ ...ALL_ARRAYS, rest: others[0]! });
  }
  for (const { of, min, max } of set.counts) {
    if (min > 0) out.push({ ...ALL_ARRAYS, counts: [{ of, min: 0, max: min - 1 }] });
    if (max !== Number.POSITIVE_INFINITY)
      out.push({ ...ALL_ARRAYS, counts: [{ of, min: max + 1, max: Number.POSITIVE_INFINITY }] });
  }
  return out.flatMap((array) => normalArrays(array) ?? []);
}
