import { choice, empty, nothing, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { Inexpressible } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";

/// Rules that one list may take.
const MAX_RULES = 6000;

export interface SpecialList {
  /// Any item; undefined: only special ones.
  readonly item: Expression | undefined;
  /// Items of which each must be there, in any order. They may be ordinary items, too.
  readonly specials: readonly Expression[];
  /// How many items there are, special ones included. Infinity: no limit.
  readonly min: number;
  readonly max: number;
  /// Nothing stands before the first item, so it has no comma.
  readonly isFirst: boolean;
}

/// Items with commas between them: a rule for each set of special ones that are there and each count of
/// items that matters. Throws `Inexpressible` if these are too many.
export function specialItems(emitter: Emitter, list: SpecialList): Expression {
  const { item, specials, min, max, isFirst } = list;
  const { comma } = emitter.layout;
  const everyOne = 2 ** specials.length - 1;
  // Past the largest count that matters all counts are one; the first item is always told from others.
  const cap = max === Number.POSITIVE_INFINITY ? Math.max(1, min) : max;
  if (2 ** specials.length * (cap + 1) > MAX_RULES)
    throw new Inexpressible("asks for too many kinds of members or elements, or counts too many of them");
  const rules = new Map<number, Expression>();

  const after = (there: number, count: number): Expression => {
    const key = there * (cap + 1) + count;
    const known = rules.get(key);
    if (known !== undefined) return known;
    const rule = emitter.laterPart();
    rules.set(key, rule.expression);
    const ways: Expression[] = there === everyOne && count >= min ? [empty()] : [];
    const loops: Expression[] = [];
    const add = (one: Expression, next: number): void => {
      const nextCount = Math.min(cap, count + 1);
      const left = specials.filter((_, i) => (next & (1 << i)) === 0).length;
      if (count === max || left > max - count - 1) return;
      const head = isFirst && count === 0 ? one : sequence([comma, one]);
      if (next === there && nextCount === count) loops.push(head);
      else ways.push(sequence([head, after(next, nextCount)]));
    };
    if (item !== undefined) add(item, there);
    specials.forEach((special, i) => {
      if ((there & (1 << i)) === 0) add(special, there | (1 << i));
    });
    const end = ways.length === 0 ? nothing() : choice(ways);
    rule.set(loops.length === 0 ? end : sequence([repeat(choice(loops), 0, undefined), end]));
    return rule.expression;
  };
  return after(0, 0);
}
