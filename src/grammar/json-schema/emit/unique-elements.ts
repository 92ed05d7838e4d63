import { choice, empty, literal, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import type { ValueSet } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";
import { exactly } from "./numbers.ts";

/// Values that may be in an array of different ones: each set of them is a rule.
const MAX_VALUES = 10;

/// The arrays of different elements, of which there are few; undefined if these are too many, or not listed.
/// `values` are what an element is.
export function uniqueElements(emitter: Emitter, set: ArraySet, values: ValueSet): Expression | undefined {
  if (set.prefix.length + set.some.length > 0) return undefined;
  const items = listed(emitter, values);
  if (items === undefined || items.length > MAX_VALUES) return undefined;
  const { array, comma } = emitter.layout;
  const rules = new Map<number, Expression>();
  /// What follows when the elements of a set are there.
  const after = (there: number, count: number): Expression => {
    const known = rules.get(there);
    if (known !== undefined) return known;
    const ways: Expression[] = count >= set.min ? [empty()] : [];
    if (count < set.max)
      for (const [i, item] of items.entries()) {
        if ((there & (1 << i)) !== 0) continue;
        const rest = after(there | (1 << i), count + 1);
        if (rest.kind === "nothing") continue;
        ways.push(sequence([...(count === 0 ? [] : [comma]), item, rest]));
      }
    const rule = ways.length === 0 ? choice([]) : emitter.part(choice(ways));
    rules.set(there, rule);
    return rule;
  };
  return emitter.enclosed(array, after(0, 0));
}

/// The texts of each value of a set that lists its values.
function listed({ spelling }: Emitter, set: ValueSet): Expression[] | undefined {
  if (set.arrays.length + set.objects.length > 0) return undefined;
  const strings = new Set<string>();
  for (const { values, formats, not } of set.strings) {
    if (values === undefined || formats.length + not.length > 0) return undefined;
    for (const value of values) strings.add(value);
  }
  const numbers = new Set<string>();
  for (const { values } of set.numbers) {
    if (values === undefined) return undefined;
    for (const value of values) numbers.add(value);
  }
  return [
    ...[...strings].map(spelling.literal),
    ...[...numbers].map(exactly),
    ...(["null", "true", "false"] as const).filter((name) => set[name]).map((name) => literal(name)),
  ];
}
