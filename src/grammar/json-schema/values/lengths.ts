import { characters, choice, empty, nothing, repeat, sequence } from "../../build.ts";
import { ALL_CHARACTERS, intersectRanges, normalizeRanges } from "../../code-points.ts";
import type { CodePointRange, Expression } from "../../ir.ts";

// Bounds of length as counters where the expression allows it: an intersection with all texts of up to
// n characters has states for every text's state at every length.

interface Lengths {
  readonly min: number;
  /// Absent: without end.
  readonly max: number | undefined;
}

/// The texts of `e` of `min` … `max` code points. `e` is regular, over characters.
export function withLength(e: Expression, min: number, max: number | undefined): Expression {
  const narrowed = narrow(e, min, max);
  if (narrowed) return narrowed;
  const character = characters(alphabet(e));
  return { kind: "intersection", items: [e, repeat(character, min, max)] };
}

/// The same without an intersection; undefined if `e` is not made so.
function narrow(e: Expression, min: number, max: number | undefined): Expression | undefined {
  const lengths = lengthsOf(e);
  if (!lengths || (lengths.max ?? Number.POSITIVE_INFINITY) < min || (max !== undefined && lengths.min > max))
    return nothing();
  if (lengths.min >= min && (max === undefined || (lengths.max !== undefined && lengths.max <= max)))
    return e;
  switch (e.kind) {
    case "choice": {
      const items: Expression[] = [];
      for (const item of e.items) {
        const narrowed = narrow(item, min, max);
        if (!narrowed) return undefined;
        if (narrowed.kind !== "nothing") items.push(narrowed);
      }
      return choice(items);
    }
    case "intersection":
      for (const [i, item] of e.items.entries()) {
        const narrowed = narrow(item, min, max);
        if (narrowed) return { ...e, items: e.items.with(i, narrowed) };
      }
      return undefined;
    case "sequence":
      return narrowSequence(e.items, min, max);
    case "repeat": {
      if (e.min === 0 && e.max === 1) return narrow(choice([empty(), e.item]), min, max);
      const item = lengthsOf(e.item);
      if (!item || item.min !== item.max || item.min === 0) return undefined;
      const least = Math.max(e.min, Math.ceil(min / item.min));
      const most = max === undefined ? e.max : Math.min(e.max ?? max, Math.floor(max / item.min));
      return most !== undefined && most < least ? nothing() : repeat(e.item, least, most);
    }
    default:
      return undefined;
  }
}

/// Alternatives that a sequence may be written out to.
const MAX_ALTERNATIVES = 24;

/// A sequence in which one item alone has texts of many lengths. Others of a few are written out.
function narrowSequence(
  items: readonly Expression[],
  min: number,
  max: number | undefined,
): Expression | undefined {
  let fixed: { readonly items: readonly Expression[]; readonly length: number }[] = [
    { items: [], length: 0 },
  ];
  let variable: number | undefined;
  for (const [i, item] of items.entries()) {
    const parts = byLength(item);
    if (parts.length * fixed.length > MAX_ALTERNATIVES) return undefined;
    if (parts.length > 0) {
      fixed = fixed.flatMap((before) =>
        parts.map((part) => ({ items: [...before.items, part.item], length: before.length + part.length })),
      );
      continue;
    }
    if (variable !== undefined) return undefined;
    variable = i;
    fixed = fixed.map((before) => ({ items: [...before.items, item], length: before.length }));
  }
  const out: Expression[] = [];
  for (const { items: own, length } of fixed) {
    let all = own;
    if (max !== undefined && length > max) continue;
    if (variable === undefined) {
      if (length < min) continue;
    } else {
      const rest = max === undefined ? undefined : max - length;
      const narrowed = narrow(own[variable]!, Math.max(0, min - length), rest);
      if (!narrowed) return undefined;
      if (narrowed.kind === "nothing") continue;
      all = own.with(variable, narrowed);
    }
    out.push(sequence(all.filter((item) => item.kind !== "empty")));
  }
  return choice(out);
}

/// The texts of `e` by their lengths, if these are few and easily told apart; else nothing.
function byLength(e: Expression): { readonly item: Expression; readonly length: number }[] {
  const lengths = lengthsOf(e)!;
  if (lengths.min === lengths.max) return [{ item: e, length: lengths.min }];
  if (e.kind === "choice") {
    const parts = e.items.filter((item) => lengthsOf(item)).map(byLength);
    return parts.some((part) => part.length === 0) ? [] : parts.flat();
  }
  if (e.kind !== "repeat" || e.max === undefined || e.max - e.min > 3) return [];
  const item = lengthsOf(e.item)!;
  if (item.min !== item.max) return [];
  return Array.from({ length: e.max - e.min + 1 }, (_, i) => ({
    item: repeat(e.item, e.min + i, e.min + i),
    length: item.min * (e.min + i),
  }));
}

/// Bounds of the lengths of all texts, in code points; undefined if `e` visibly has none. An
/// intersection's or a complement's may be wider than need be.
function lengthsOf(e: Expression): Lengths | undefined {
  switch (e.kind) {
    case "empty":
      return { min: 0, max: 0 };
    case "nothing":
      return undefined;
    case "literal": {
      // Bytes but those that go on with a character.
      const length = e.bytes.reduce((n, b) => n + ((b & 0xc0) === 0x80 ? 0 : 1), 0);
      return { min: length, max: length };
    }
    case "characters":
      return e.ranges.length === 0 ? undefined : { min: 1, max: 1 };
    case "sequence": {
      let all: Lengths = { min: 0, max: 0 };
      for (const item of e.items) {
        const one = lengthsOf(item);
        if (!one) return undefined;
        all = { min: all.min + one.min, max: add(all.max, one.max) };
      }
      return all;
    }
    case "choice": {
      let all: Lengths | undefined;
      for (const item of e.items) {
        const one = lengthsOf(item);
        if (one) all = all ? { min: Math.min(all.min, one.min), max: larger(all.max, one.max) } : one;
      }
      return all;
    }
    case "repeat": {
      const item = lengthsOf(e.item);
      if (!item) return e.min === 0 ? { min: 0, max: 0 } : undefined;
      const max =
        item.max === 0 ? 0 : item.max === undefined || e.max === undefined ? undefined : item.max * e.max;
      return { min: item.min * e.min, max };
    }
    case "intersection": {
      let all: Lengths = { min: 0, max: undefined };
      for (const item of e.items) {
        const one = lengthsOf(item);
        if (!one) return undefined;
        all = { min: Math.max(all.min, one.min), max: smaller(all.max, one.max) };
      }
      return all.max !== undefined && all.max < all.min ? undefined : all;
    }
    case "complement":
      return { min: 0, max: undefined };
    case "bytes":
    case "rule":
    case "unordered":
    case "token":
      throw new Error(`a ${e.kind} expression is no set of texts over characters`);
    default:
      throw new Error(`unknown expression ${e satisfies never}`);
  }
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/// Characters that texts of `e` are made of, perhaps with some more: counting only these keeps the
/// automaton of a bound as small as the expression's own characters.
function alphabet(e: Expression): readonly CodePointRange[] {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return [];
    case "literal":
      return e.bytes.every((b) => b < 0x80)
        ? [...e.bytes].map((b): CodePointRange => [b, b])
        : ALL_CHARACTERS;
    case "characters":
      return e.ranges;
    case "sequence":
    case "choice":
      return e.items.flatMap(alphabet);
    case "intersection":
      return e.items.map((item) => normalizeRanges(alphabet(item))).reduce((a, b) => intersectRanges(a, b));
    case "repeat":
      return alphabet(e.item);
    default:
      return ALL_CHARACTERS;
  }
}
