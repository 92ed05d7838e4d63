import type { ArraySet } from "./array-set.ts";
import { type Conjunction, isNever } from "./conjunction.ts";
import {
  inClass,
  type KeyClass,
  memberValue,
  type ObjectSet,
  type SomeMember,
  UndecidedKey,
} from "./object-set.ts";

/// Alternatives beyond which looking for ones that others hold costs more than it saves.
const MAX_COMPARED = 300;

/// The alternatives without those that another one surely holds: each text of theirs is a text of the other.
export function withoutAbsorbed<T>(items: readonly T[], isWithin: (a: T, b: T) => boolean): readonly T[] {
  if (items.length < 2 || items.length > MAX_COMPARED) return items;
  const kept: T[] = [];
  for (const item of items) {
    if (kept.some((other) => isWithin(item, other))) continue;
    let count = 0;
    for (const other of kept) if (!isWithin(other, item)) kept[count++] = other;
    kept.length = count;
    kept.push(item);
  }
  return kept.length === items.length ? items : kept;
}

/// Whether every value of `a` is surely one of `b`.
function implies(a: Conjunction, b: Conjunction): boolean {
  return isNever(a) || b.every((term) => a.includes(term));
}

export function isArrayWithin(a: ArraySet, b: ArraySet): boolean {
  if (a.min < b.min || a.max > b.max || (b.unique !== undefined && a.unique === undefined)) return false;
  if (!b.counts.every((count) => a.counts.includes(count))) return false;
  const length = Math.max(a.prefix.length, b.prefix.length);
  for (let i = 0; i < length; i++)
    if (i < a.max && !implies(a.prefix[i] ?? a.rest, b.prefix[i] ?? b.rest)) return false;
  if (a.max > length && !implies(a.rest, b.rest)) return false;
  return b.some.every((wanted) => a.some.some((there) => implies(there, wanted)));
}

/// Whether every text of an object of `a` is surely one of `b`: as members are written in the order of
/// `properties`, those of `b` must be the first ones of `a`.
export function isObjectWithin(a: ObjectSet, b: ObjectSet): boolean {
  if (a.min < b.min || a.max > b.max || !implies(a.names, b.names)) return false;
  if (a.properties.size < b.properties.size) return false;
  const own = a.properties.entries();
  for (const [name, { value, required, declared }] of b.properties) {
    const [ownName, first] = own.next().value!;
    if (ownName !== name || first.declared !== declared || (required && !first.required)) return false;
    if (!implies(first.value, value)) return false;
  }
  try {
    // The rest of `a`.
    for (const [name, { value, declared }] of own)
      if (declared || !implies(value, memberValue(b, name))) return false;
    return (
      a.extras.every((extra) => b.extras.some((other) => isClassWithin(extra, other))) &&
      b.some.every((wanted) => isThere(a, wanted))
    );
  } catch (error) {
    if (error instanceof UndecidedKey) return false;
    throw error;
  }
}

function isClassWithin(a: KeyClass, b: KeyClass): boolean {
  return (
    b.matches.every((pattern) => a.matches.includes(pattern)) &&
    b.avoids.every((pattern) => a.avoids.includes(pattern)) &&
    implies(a.value, b.value)
  );
}

/// Whether every object of the set surely has such a member.
function isThere(set: ObjectSet, wanted: SomeMember): boolean {
  for (const [name, { value, required }] of set.properties)
    if (
      required &&
      wanted.names.length === 0 &&
      implies(value, wanted.value) &&
      !wanted.except.includes(name) &&
      inClass(wanted, name) === true
    )
      return true;
  return set.some.some(
    (there) =>
      isClassWithin(there, wanted) &&
      implies(there.names, wanted.names) &&
      wanted.except.every((name) => there.except.includes(name)),
  );
}
