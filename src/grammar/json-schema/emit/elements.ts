import { choice, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import { normalArrays } from "../array-set.ts";
import { type Conjunction, conjoin, isNever } from "../conjunction.ts";
import { Inexpressible } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";
import { permutations } from "./permutations.ts";

// Arrays longer than this in which some element is special are not written out place by place.
const MAX_PLACES = 64;
const MAX_WAYS = 200;

/// The JSON texts of the arrays. Throws `Inexpressible`.
export function arraysExpression(emitter: Emitter, set: ArraySet): Expression {
  return bracketed(emitter, choice(waysOf(emitter, set, [])));
}

/// Ways to have the elements that must be there: each in the prefix, or after it, and one element may be
/// several of them. `after` are those that are decided to be after the prefix.
function waysOf(emitter: Emitter, set: ArraySet, after: readonly Conjunction[]): Expression[] {
  const [some, ...others] = set.some;
  if (some === undefined)
    return [after.length === 0 ? content(emitter, set) : someOfRest(emitter, set, after)];
  const ways: Expression[] = [];
  set.prefix.forEach((item, i) => {
    const prefix = set.prefix.with(i, conjoin(item, some));
    const way = normalArrays({ ...set, prefix, some: others, min: Math.max(set.min, i + 1) });
    if (way !== undefined && way.prefix.length > i) ways.push(...waysOf(emitter, way, after));
  });
  others.forEach((other, i) => {
    const both = conjoin(some, other);
    if (!isNever(both)) ways.push(...waysOf(emitter, { ...set, some: others.with(i, both) }, after));
  });
  if (!isNever(conjoin(set.rest, some)) && set.max > set.prefix.length)
    ways.push(...waysOf(emitter, { ...set, some: others }, [...after, some]));
  if (ways.length > MAX_WAYS) throw new Inexpressible("asks for too many kinds of elements to be there");
  return ways;
}

function bracketed({ layout }: Emitter, content: Expression): Expression {
  return sequence([layout.openArray, content, layout.closeArray]);
}

function content(emitter: Emitter, { prefix, rest, min, max }: ArraySet): Expression {
  const { comma } = emitter.layout;
  const isOpen = max > prefix.length && !isNever(rest);
  const more = (least: number, most: number): Expression =>
    isOpen ? repeat(sequence([comma, emitter.value(rest)]), Math.max(0, least), bounded(most)) : literal("");
  if (prefix.length === 0) {
    if (!isOpen) return min > 0 ? nothing() : literal("");
    const list = sequence([emitter.value(rest), more(min - 1, max - 1)]);
    return min > 0 ? list : optional(list);
  }
  // What follows the first `i` elements, from the end on.
  let tail = more(min - prefix.length, max - prefix.length);
  for (let i = prefix.length - 1; i >= 0; i--) {
    const item = emitter.value(prefix[i]!);
    const here = sequence([...(i === 0 ? [] : [comma]), item, tail].filter((e) => e.kind !== "empty"));
    tail = emitter.part(i < min ? here : optional(here), i);
  }
  return tail;
}

function someOfRest(emitter: Emitter, set: ArraySet, some: readonly Conjunction[]): Expression {
  const { comma } = emitter.layout;
  const item = emitter.value(set.rest);
  const head = set.prefix.flatMap((element) => [emitter.value(element), comma]);
  const before = sequence([item, comma]);
  const after = sequence([comma, item]);
  const least = set.min - set.prefix.length - some.length;
  const most = set.max - set.prefix.length - some.length;
  if (most < 0) return nothing();
  if (least <= 0 && most === Number.POSITIVE_INFINITY) {
    const anyBefore = repeat(before, 0, undefined);
    const orders = permutations(some.map((one) => emitter.value(conjoin(set.rest, one))));
    return choice(
      orders.map((order) => {
        const parts = order.flatMap((one, i) => [...(i === 0 ? [] : [comma]), anyBefore, one]);
        return sequence([...head, ...parts, repeat(after, 0, undefined)]);
      }),
    );
  }
  if (some.length > 1) throw new Inexpressible("counts elements of which several must be there");
  const special = emitter.value(conjoin(set.rest, some[0]!));
  const way = (from: number, to: number | undefined, min: number, max: number) =>
    sequence([...head, repeat(before, from, to), special, repeat(after, Math.max(0, min), bounded(max))]);
  const places = most === Number.POSITIVE_INFINITY ? least : most;
  if (places > MAX_PLACES) throw new Inexpressible("asks for an element in a long bounded array");
  const ways = Array.from({ length: places + 1 }, (_, i) => way(i, i, least - i, most - i));
  if (most === Number.POSITIVE_INFINITY) ways.push(way(least + 1, undefined, 0, most));
  return choice(ways);
}

function bounded(count: number): number | undefined {
  return count === Number.POSITIVE_INFINITY ? undefined : count;
}
