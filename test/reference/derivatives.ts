import { ALL_CHARACTERS } from "../../src/grammar/code-points.ts";
import type { Expression, Grammar } from "../../src/grammar/ir.ts";
import { type ByteRange, utf8Sequences } from "./utf8-ranges.ts";

/// Regular languages over bytes by Brzozowski's derivatives: the textbook definition, with just enough
/// simplification that equal states get equal ids and every automaton is finite.
export type Regular = { readonly id: number } & (
  | { readonly kind: "nothing" }
  | { readonly kind: "empty" }
  | { readonly kind: "byte"; readonly range: ByteRange }
  | { readonly kind: "sequence"; readonly head: Regular; readonly tail: Regular }
  | { readonly kind: "choice" | "intersection"; readonly items: readonly Regular[] }
  | { readonly kind: "not"; readonly item: Regular }
  | { readonly kind: "repeat"; readonly item: Regular; readonly min: number; readonly max: number }
);

type Shape = Regular extends infer R ? (R extends Regular ? Omit<R, "id"> : never) : never;

const interned = new Map<string, Regular>();

function intern(key: string, shape: Shape): Regular {
  let found = interned.get(key);
  if (found === undefined) {
    found = { ...shape, id: interned.size } as Regular;
    interned.set(key, found);
  }
  return found;
}

const NOTHING = intern("nothing", { kind: "nothing" });
const EMPTY = intern("empty", { kind: "empty" });

function byte(from: number, to: number): Regular {
  return intern(`byte ${from} ${to}`, { kind: "byte", range: [from, to] });
}

function sequence(head: Regular, tail: Regular): Regular {
  if (head === NOTHING || tail === NOTHING) return NOTHING;
  if (head === EMPTY) return tail;
  if (tail === EMPTY) return head;
  if (head.kind === "sequence") return sequence(head.head, sequence(head.tail, tail));
  return intern(`sequence ${head.id} ${tail.id}`, { kind: "sequence", head, tail });
}

function joined(kind: "choice" | "intersection", parts: readonly Regular[]): Regular {
  const neutral = kind === "choice" ? NOTHING : EVERYTHING;
  const absorbing = kind === "choice" ? EVERYTHING : NOTHING;
  const flat = parts.flatMap((p) => (p.kind === kind ? p.items : [p])).filter((p) => p !== neutral);
  const items = [...new Set(flat)].sort((a, b) => a.id - b.id);
  if (items.includes(absorbing)) return absorbing;
  if (items.length === 0) return neutral;
  if (items.length === 1) return items[0]!;
  return intern(`${kind} ${items.map((i) => i.id).join(" ")}`, { kind, items });
}

function not(item: Regular): Regular {
  return item.kind === "not" ? item.item : intern(`not ${item.id}`, { kind: "not", item });
}

function repeat(item: Regular, min: number, max: number): Regular {
  if (max === 0 || item === EMPTY) return EMPTY;
  if (item === NOTHING) return min === 0 ? EMPTY : NOTHING;
  if (min === 1 && max === 1) return item;
  return intern(`repeat ${item.id} ${min} ${max}`, { kind: "repeat", item, min, max });
}

const EVERYTHING = not(NOTHING);

export function isNullable(r: Regular): boolean {
  switch (r.kind) {
    case "nothing":
    case "byte":
      return false;
    case "empty":
      return true;
    case "sequence":
      return isNullable(r.head) && isNullable(r.tail);
    case "choice":
      return r.items.some(isNullable);
    case "intersection":
      return r.items.every(isNullable);
    case "not":
      return !isNullable(r.item);
    case "repeat":
      return r.min === 0 || isNullable(r.item);
    default:
      return r satisfies never;
  }
}

const derivatives = new Map<string, Regular>();

/// What may follow `b` at the start of a text of `r`.
export function derivative(r: Regular, b: number): Regular {
  const key = `${r.id} ${b}`;
  let found = derivatives.get(key);
  if (found === undefined) {
    found = derive(r, b);
    derivatives.set(key, found);
  }
  return found;
}

function derive(r: Regular, b: number): Regular {
  switch (r.kind) {
    case "nothing":
    case "empty":
      return NOTHING;
    case "byte":
      return b >= r.range[0] && b <= r.range[1] ? EMPTY : NOTHING;
    case "sequence": {
      const first = sequence(derivative(r.head, b), r.tail);
      return isNullable(r.head) ? joined("choice", [first, derivative(r.tail, b)]) : first;
    }
    case "choice":
    case "intersection":
      return joined(
        r.kind,
        r.items.map((i) => derivative(i, b)),
      );
    case "not":
      return not(derivative(r.item, b));
    case "repeat":
      return sequence(derivative(r.item, b), repeat(r.item, Math.max(0, r.min - 1), r.max - 1));
    default:
      return r satisfies never;
  }
}

const viable = new Map<Regular, boolean>();

/// Whether any text matches.
export function isViable(r: Regular): boolean {
  const known = viable.get(r);
  if (known !== undefined) return known;
  const seen = new Set([r]);
  let answer = false;
  for (const state of seen) {
    if (isNullable(state) || viable.get(state) === true) {
      answer = true;
      break;
    }
    for (let b = 0; b < 256; b++) seen.add(derivative(state, b));
  }
  // If nothing matches, nothing matches any state seen on the way either.
  if (answer) viable.set(r, true);
  else for (const state of seen) viable.set(state, false);
  return answer;
}

function character(ranges: Iterable<readonly [number, number]>): Regular {
  const sequences = [...ranges].flatMap((range) => utf8Sequences(range));
  const parts = sequences.map((bytes) =>
    bytes.reduceRight((tail, [a, b]) => sequence(byte(a, b), tail), EMPTY),
  );
  return joined("choice", parts);
}

const WELL_FORMED = repeat(character(ALL_CHARACTERS), 0, Number.POSITIVE_INFINITY);

/// The regular language of an expression that reaches no recursive rule and no token.
export function toRegular(e: Expression, grammar: Grammar): Regular {
  switch (e.kind) {
    case "empty":
      return EMPTY;
    case "nothing":
      return NOTHING;
    case "literal":
      return [...e.bytes].reduceRight((tail: Regular, b) => sequence(byte(b, b), tail), EMPTY);
    case "characters":
      return character(e.ranges);
    case "bytes":
      return joined(
        "choice",
        e.ranges.map(([a, b]) => byte(a, b)),
      );
    case "sequence":
      return e.items.reduceRight((tail: Regular, item) => sequence(toRegular(item, grammar), tail), EMPTY);
    case "choice":
    case "intersection":
      return joined(
        e.kind,
        e.items.map((item) => toRegular(item, grammar)),
      );
    case "repeat":
      return repeat(toRegular(e.item, grammar), e.min, e.max ?? Number.POSITIVE_INFINITY);
    case "rule":
      return toRegular(grammar.rules[e.rule]!.expression, grammar);
    case "complement":
      return joined("intersection", [WELL_FORMED, not(toRegular(e.item, grammar))]);
    case "unordered":
      throw new Error("items in any order are not regular");
    case "token":
      return NOTHING;
    default:
      return e satisfies never;
  }
}
