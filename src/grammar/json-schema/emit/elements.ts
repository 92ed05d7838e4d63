import { choice, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import { normalArrays } from "../array-set.ts";
import { type Conjunction, conjoin, isNever } from "../conjunction.ts";
import { Inexpressible } from "../value-set.ts";
import { countedElements } from "./counted-elements.ts";
import type { Emitter } from "./emitter.ts";
import { specialItems } from "./special-items.ts";

const MAX_WAYS = 200;

/// The JSON texts of the arrays. Throws `Inexpressible`.
export function arraysExpression(emitter: Emitter, set: ArraySet): Expression {
  const content = set.counts.length > 0 ? countedElements(emitter, set) : choice(waysOf(emitter, set, []));
  return emitter.enclosed(emitter.layout.array, content);
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
  const head = set.prefix.flatMap((element, i) => [...(i === 0 ? [] : [comma]), emitter.value(element)]);
  const rest = specialItems(emitter, {
    item: emitter.value(set.rest),
    specials: some.map((one) => emitter.value(conjoin(set.rest, one))),
    min: Math.max(0, set.min - set.prefix.length),
    max: set.max - set.prefix.length,
    isFirst: head.length === 0,
  });
  return sequence([...head, rest]);
}

function bounded(count: number): number | undefined {
  return count === Number.POSITIVE_INFINITY ? undefined : count;
}
