import { choice, literal } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import type { Conjunction } from "../conjunction.ts";
import { hasNumber, type NumberSet } from "../number-set.ts";
import type { ObjectSet } from "../object-set.ts";
import { hasString, type StringSet } from "../string-set.ts";
import { compareDecimals, type Decimal, decimal, decimalText, scaled } from "../values/decimal.ts";
import { arraysExpression } from "./elements.ts";
import type { Emitter } from "./emitter.ts";
import { objectsExpression } from "./members.ts";
import { exactly } from "./numbers.ts";

/// A value → its JSON texts. The same value has the same key, whatever set it is in.
export type ListedValues = ReadonlyMap<string, Expression>;

// Arrays and objects in one another, and elements of one, up to which a value counts as listed.
const MAX_DEPTH = 8;
const MAX_ELEMENTS = 100;

/// The values of a conjunction, if there are at most `most` and they can be told one by one.
export function listedValues(emitter: Emitter, of: Conjunction, most: number): ListedValues | undefined {
  return valuesIn(emitter, of, most, 0);
}

function valuesIn(emitter: Emitter, of: Conjunction, most: number, depth: number): ListedValues | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const set = emitter.setOf(of);
  const out = new Map<string, Expression>();
  /// The same value may be listed with its members in several orders.
  const add = (key: string, write: () => Expression): void => {
    const [known, texts] = [out.get(key), emitter.inside(write)];
    out.set(key, known === undefined ? texts : choice([known, texts]));
  };
  for (const name of ["null", "true", "false"] as const) if (set[name]) out.set(name, literal(name));
  for (const strings of set.strings) {
    const values = stringsIn(strings);
    if (values === undefined) return undefined;
    for (const value of values) out.set(JSON.stringify(value), emitter.spelling.literal(value));
  }
  for (const numbers of set.numbers) {
    const values = numbersIn(numbers, most);
    if (values === undefined) return undefined;
    for (const value of values) out.set(value, exactly(value));
  }
  for (const array of set.arrays) {
    const key = keyOfArray(emitter, array, depth);
    if (key === undefined) return undefined;
    add(key, () => arraysExpression(emitter, array));
  }
  for (const object of set.objects) {
    const key = keyOfObject(emitter, object, depth);
    if (key === undefined) return undefined;
    add(key, () => objectsExpression(emitter, [object], undefined));
  }
  return out.size > most ? undefined : out;
}

function stringsIn(set: StringSet): string[] | undefined {
  if (set.values === undefined) return undefined;
  const out: string[] = [];
  for (const value of set.values) {
    const isIn = hasString(set, value);
    if (isIn === undefined) return undefined;
    if (isIn) out.push(value);
  }
  return out;
}

/// The numbers of a set that lists them, or that is bounded on both sides and goes in steps.
function numbersIn(set: NumberSet, most: number): readonly string[] | undefined {
  if (set.values !== undefined) return set.values;
  const low = set.minimum ?? set.exclusiveMinimum;
  const high = set.maximum ?? set.exclusiveMaximum;
  if (low === undefined || high === undefined) return undefined;
  if (compareDecimals(low, high) === 0) return [decimalText(low)];
  const step = largestStep(set);
  if (step === undefined) return undefined;
  const scale = Math.max(low.scale, high.scale, step.scale);
  // Division rounds towards zero: one step more at either end is surely outside.
  const first = scaled(low, scale) / scaled(step, scale) - 1n;
  const last = scaled(high, scale) / scaled(step, scale) + 1n;
  if (last - first > BigInt(most) + 4n) return undefined;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    const value = decimalText({ unscaled: n * step.unscaled, scale: step.scale });
    if (hasNumber(set, value)) out.push(value);
  }
  return out;
}

function largestStep({ integer, multipleOf }: NumberSet): Decimal | undefined {
  let largest: Decimal | undefined;
  for (const text of [...(integer ? ["1"] : []), ...multipleOf]) {
    const step = decimal(text)!;
    if (largest === undefined || compareDecimals(step, largest) > 0) largest = step;
  }
  return largest;
}

/// Undefined unless it is an array of one value.
function keyOfArray(
  emitter: Emitter,
  { prefix, rest, min, max, some, counts }: ArraySet,
  depth: number,
): string | undefined {
  if (min !== max || max > MAX_ELEMENTS || some.length + counts.length > 0) return undefined;
  const keys: string[] = [];
  for (let i = 0; i < max; i++) {
    const key = onlyKey(emitter, prefix[i] ?? rest, depth);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return `[${keys.join()}]`;
}

/// Undefined unless it is an object of one value.
function keyOfObject(
  emitter: Emitter,
  { properties, extras, names, min, some }: ObjectSet,
  depth: number,
): string | undefined {
  if (extras.length + names.length + some.length > 0 || min > properties.size) return undefined;
  const keys: string[] = [];
  for (const [name, { required, value }] of properties) {
    const key = required ? onlyKey(emitter, value, depth) : undefined;
    if (key === undefined) return undefined;
    keys.push(`${JSON.stringify(name)}:${key}`);
  }
  return `{${keys.sort().join()}}`;
}

function onlyKey(emitter: Emitter, value: Conjunction, depth: number): string | undefined {
  const listed = valuesIn(emitter, value, 1, depth + 1);
  return listed?.size === 1 ? [...listed.keys()][0] : undefined;
}
