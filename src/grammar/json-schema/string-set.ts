import { matchesPattern } from "./patterns.ts";

/// A set of strings: those that fulfil all conditions, and are none of `not`.
export interface StringSet {
  /// Only these.
  readonly values?: ReadonlySet<string>;
  readonly minLength: number;
  readonly maxLength?: number;
  /// Sources of regular expressions that must match somewhere.
  readonly patterns: readonly string[];
  readonly formats: readonly string[];
  readonly not: readonly StringSet[];
}

export const ALL_STRINGS: StringSet = { minLength: 0, patterns: [], formats: [], not: [] };

export function stringsOf(values: Iterable<string>): StringSet {
  return { ...ALL_STRINGS, values: new Set(values) };
}

export function intersectStrings(a: StringSet, b: StringSet): StringSet | undefined {
  const maxLength = Math.min(
    a.maxLength ?? Number.POSITIVE_INFINITY,
    b.maxLength ?? Number.POSITIVE_INFINITY,
  );
  const both: StringSet = {
    minLength: Math.max(a.minLength, b.minLength),
    ...(maxLength === Number.POSITIVE_INFINITY ? {} : { maxLength }),
    patterns: eachOnce(a.patterns, b.patterns),
    formats: eachOnce(a.formats, b.formats),
    not: eachOnce(a.not, b.not),
  };
  if (a.values === undefined && b.values === undefined) return isEmptyStrings(both) ? undefined : both;
  const [values, other] = a.values !== undefined ? [a.values, b.values] : [b.values!, undefined];
  const left: string[] = [];
  for (const value of values)
    if ((other === undefined || other.has(value)) && hasString(both, value) !== false) left.push(value);
  if (left.length === 0) return undefined;
  // Patterns and lengths were applied to the values; formats are told by their automata only.
  return {
    ...stringsOf(left),
    formats: both.formats,
    not: both.not.filter((n) => left.some((value) => hasString(n, value) === undefined)),
  };
}

function eachOnce<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...new Set([...a, ...b])];
}

/// Lengths up to which they may be part of an automaton that is turned round.
const MAX_NEGATED_LENGTH = 100;

/// The strings that are not in the set, as sets whose union it is. Lengths are told apart from other
/// conditions where they are long: as bounds of their own they are counters.
export function negateStrings(set: StringSet): StringSet[] {
  const { minLength, maxLength, ...others } = set;
  const isOnlyLength =
    set.values === undefined && set.patterns.length + set.formats.length + set.not.length === 0;
  if (!isOnlyLength && Math.max(minLength, maxLength ?? 0) <= MAX_NEGATED_LENGTH)
    return [{ ...ALL_STRINGS, not: [set] }];
  const out: StringSet[] = isOnlyLength ? [] : [{ ...ALL_STRINGS, not: [{ ...others, minLength: 0 }] }];
  if (minLength > 0) out.push({ ...ALL_STRINGS, maxLength: minLength - 1 });
  if (maxLength !== undefined) out.push({ ...ALL_STRINGS, minLength: maxLength + 1 });
  return out;
}

/// Whether `text` is in the set; undefined if that takes an automaton.
export function hasString(set: StringSet, text: string): boolean | undefined {
  if (set.values !== undefined && !set.values.has(text)) return false;
  if (set.minLength > 0 || set.maxLength !== undefined) {
    const length = [...text].length;
    if (length < set.minLength || length > (set.maxLength ?? length)) return false;
  }
  let certain = set.formats.length === 0;
  for (const pattern of set.patterns) {
    const match = matchesPattern(pattern, text);
    if (match === false) return false;
    if (match === undefined) certain = false;
  }
  for (const n of set.not) {
    const match = hasString(n, text);
    if (match === true) return false;
    if (match === undefined) certain = false;
  }
  return certain ? true : undefined;
}

function isEmptyStrings(set: StringSet): boolean {
  return set.minLength > (set.maxLength ?? set.minLength) || set.not.some((n) => implies(set, n));
}

/// Whether every string of `a` is surely one of `b`.
function implies(a: StringSet, b: StringSet): boolean {
  return (
    b.values === undefined &&
    a.minLength >= b.minLength &&
    (b.maxLength === undefined || (a.maxLength !== undefined && a.maxLength <= b.maxLength)) &&
    b.patterns.every((pattern) => a.patterns.includes(pattern)) &&
    b.formats.every((format) => a.formats.includes(format)) &&
    b.not.every((n) => a.not.includes(n))
  );
}
