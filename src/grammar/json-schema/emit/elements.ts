import { choice, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import { normalArrays } from "../array-set.ts";
import { conjoin, isNever } from "../conjunction.ts";
import { Inexpressible } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";

// Arrays longer than this in which some element is special are not written out place by place.
const MAX_PLACES = 64;

/// The JSON texts of the arrays. Throws `Inexpressible`.
export function arraysExpression(emitter: Emitter, set: ArraySet): Expression {
  if (set.some.length > 1) throw new Inexpressible("asks for more than one kind of element to be there");
  const [some] = set.some;
  if (some === undefined) return bracketed(emitter, content(emitter, set));
  // Either an element of the prefix is the one, or one of those after it.
  const ways: Expression[] = [];
  set.prefix.forEach((item, i) => {
    const prefix = set.prefix.with(i, conjoin(item, some));
    const way = normalArrays({ ...set, prefix, some: [], min: Math.max(set.min, i + 1) });
    if (way !== undefined) ways.push(content(emitter, way));
  });
  if (!isNever(conjoin(set.rest, some))) ways.push(someOfRest(emitter, set, some));
  return bracketed(emitter, choice(ways));
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

function someOfRest(emitter: Emitter, set: ArraySet, some: ArraySet["rest"]): Expression {
  const { comma } = emitter.layout;
  const special = emitter.value(conjoin(set.rest, some));
  const head = set.prefix.flatMap((item) => [emitter.value(item), comma]);
  const before = sequence([emitter.value(set.rest), comma]);
  const after = sequence([comma, emitter.value(set.rest)]);
  const [min, max] = [set.min - set.prefix.length - 1, set.max - set.prefix.length - 1];
  const way = (least: number, most: number | undefined, min: number, max: number) =>
    sequence([...head, repeat(before, least, most), special, repeat(after, Math.max(0, min), bounded(max))]);
  if (min <= 0 && max === Number.POSITIVE_INFINITY) return way(0, undefined, 0, max);
  const places = max === Number.POSITIVE_INFINITY ? min : max;
  if (places > MAX_PLACES) throw new Inexpressible("asks for an element in a long bounded array");
  const ways = Array.from({ length: places + 1 }, (_, i) => way(i, i, min - i, max - i));
  if (max === Number.POSITIVE_INFINITY) ways.push(way(min + 1, undefined, 0, max));
  return choice(ways);
}

function bounded(count: number): number | undefined {
  return count === Number.POSITIVE_INFINITY ? undefined : count;
}
