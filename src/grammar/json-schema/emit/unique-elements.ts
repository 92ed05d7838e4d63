import { choice, empty, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { type ArraySet, allCounts } from "../array-set.ts";
import { conjoin } from "../conjunction.ts";
import type { Emitter } from "./emitter.ts";
import { type ListedValues, listedValues } from "./listed-values.ts";

/// Values that may be in an array of different ones: each set of them is a rule.
const MAX_VALUES = 10;
/// The same where a grammar may have items in any order.
const MAX_ITEMS = 10_000;

/// The arrays of different elements, of which there are few; undefined if these are too many, or cannot be
/// listed.
export function uniqueElements(emitter: Emitter, set: ArraySet): Expression | undefined {
  const { array, comma } = emitter.layout;
  if (emitter.takesUnordered && set.prefix.length + set.some.length + set.counts.length === 0)
    return inAnyOrder(emitter, set);
  /// What may stand at a place; the last entry is for all places from there on.
  const places: ListedValues[] = [];
  const bits = new Map<string, number>();
  for (const conjunction of [...set.prefix, ...(set.max > set.prefix.length ? [set.rest] : [])]) {
    const listed = listedValues(emitter, conjunction, MAX_VALUES);
    if (listed === undefined) return undefined;
    for (const key of listed.keys()) if (!bits.has(key)) bits.set(key, 1 << bits.size);
    if (bits.size > MAX_VALUES) return undefined;
    places.push(listed);
  }
  const counts = allCounts(set).map(({ of, min, max }) => ({
    bits: bitsIn(emitter, set, bits, of),
    min,
    max,
  }));
  const rules = new Map<number, Expression>();
  /// What follows when the elements of a set are there.
  const after = (there: number, count: number): Expression => {
    const known = rules.get(there);
    if (known !== undefined) return known;
    const isWhole =
      count >= set.min &&
      counts.every(({ bits, min, max }) => {
        const n = ones(there & bits);
        return n >= min && n <= max;
      });
    const ways: Expression[] = isWhole ? [empty()] : [];
    if (count < set.max)
      for (const [key, item] of places[Math.min(count, places.length - 1)]!) {
        const bit = bits.get(key)!;
        if ((there & bit) !== 0) continue;
        const rest = after(there | bit, count + 1);
        if (rest.kind === "nothing") continue;
        ways.push(sequence([...(count === 0 ? [] : [comma]), item, rest]));
      }
    const rule = ways.length === 0 ? choice([]) : emitter.part(choice(ways));
    rules.set(there, rule);
    return rule;
  };
  return emitter.enclosed(array, after(0, 0));
}

function inAnyOrder(emitter: Emitter, { rest, min, max }: ArraySet): Expression | undefined {
  const { array, comma } = emitter.layout;
  const listed = listedValues(emitter, rest, MAX_ITEMS);
  if (listed === undefined) return undefined;
  const some: Expression = {
    kind: "unordered",
    items: [...listed.values()].map((expression) => ({ expression, isRequired: false })),
    separator: comma,
    min,
    ...(max === Number.POSITIVE_INFINITY ? {} : { max }),
  };
  const isSome = listed.size >= Math.max(1, min) && max > 0;
  return emitter.enclosed(array, choice([...(min === 0 ? [empty()] : []), ...(isSome ? [some] : [])]));
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/// Which of the values are in `some`, too.
function bitsIn(
  emitter: Emitter,
  { prefix, rest }: ArraySet,
  bits: ReadonlyMap<string, number>,
  some: ArraySet["rest"],
): number {
  let out = 0;
  // A part of what is listed is listed.
  for (const conjunction of [...prefix, rest])
    for (const key of listedValues(emitter, conjoin(conjunction, some), MAX_VALUES)?.keys() ?? [])
      out |= bits.get(key) ?? 0;
  return out;
}
