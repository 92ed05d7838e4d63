import { rangesHave } from "../../code-points.ts";
import type { Expression } from "../../ir.ts";
import { isNullable } from "../../regex/language.ts";
import { spend } from "../../work.ts";

/// What a text must still fulfil, read character by character: one state of an automaton that is made as
/// far as texts go. Conditions that texts of one condition come to are equal only if they are one object.
export interface TextCondition {
  /// The text may end here.
  readonly accepts: boolean;
  /// Nothing fulfils it.
  readonly isDead: boolean;
  after(character: number): TextCondition;
}

/// The conditions that texts come to from one, each made once.
class Family<T> {
  readonly #known = new Map<string, TextCondition>();
  readonly #make: (state: T) => { readonly accepts: boolean; after(character: number): T | undefined };
  readonly #keyOf: (state: T) => string;

  constructor(
    keyOf: (state: T) => string,
    make: (state: T) => { readonly accepts: boolean; after(character: number): T | undefined },
  ) {
    this.#keyOf = keyOf;
    this.#make = make;
  }

  /// The condition of a state.
  at(state: T): TextCondition {
    const long = this.#keyOf(state);
    let condition = this.#known.get(long);
    if (condition === undefined) {
      const { accepts, after } = this.#make(state);
      condition = conditionWith(accepts, (character) => {
        const reached = after(character);
        return reached === undefined ? DEAD : this.at(reached);
      });
      this.#known.set(long, condition);
    }
    return condition;
  }
}

const DEAD: TextCondition = { accepts: false, isDead: true, after: () => DEAD };

/// A condition that works out once what comes after each character.
function conditionWith(accepts: boolean, after: (character: number) => TextCondition): TextCondition {
  const next: (TextCondition | undefined)[] = [];
  return {
    accepts,
    isDead: false,
    after: (character) => {
      const found = next[character] ?? after(character);
      next[character] = found;
      return found;
    },
  };
}

/// The condition that a state stands for, where `make` says what it takes; undefined: nothing.
export function conditionOf<T>(
  start: T,
  keyOf: (state: T) => string,
  make: (state: T) => { readonly accepts: boolean; after(character: number): T | undefined },
): TextCondition {
  return new Family(keyOf, make).at(start);
}

/// The texts of an expression, which is regular and over characters: its derivatives (Brzozowski, 1964).
export function matching(e: Expression): TextCondition {
  if (e.kind === "nothing") return DEAD;
  return conditionOf(e, keyOf, (rest) => ({
    accepts: isNullable(rest),
    after: (character) => {
      const next = derivative(rest, character);
      return next.kind === "nothing" ? undefined : next;
    },
  }));
}

export function all(conditions: readonly TextCondition[]): TextCondition {
  return conditions.length === 0 ? ANYTHING : conditions.reduce((a, b) => new Pairs().at(a, b));
}

/// What two conditions come to together, each pair made once.
class Pairs {
  readonly #known = new Map<TextCondition, Map<TextCondition, TextCondition>>();

  at(a: TextCondition, b: TextCondition): TextCondition {
    if (a.isDead || b.isDead) return DEAD;
    let others = this.#known.get(a);
    if (others === undefined) {
      others = new Map();
      this.#known.set(a, others);
    }
    let both = others.get(b);
    if (both === undefined) {
      both = conditionWith(a.accepts && b.accepts, (character) =>
        this.at(a.after(character), b.after(character)),
      );
      others.set(b, both);
    }
    return both;
  }
}

const negations = new WeakMap<TextCondition, TextCondition>();

export function not(condition: TextCondition): TextCondition {
  // What a dead condition refuses is everything, whatever it died of.
  if (condition.isDead) return ANYTHING;
  let negation = negations.get(condition);
  if (negation === undefined) {
    negation = conditionWith(!condition.accepts, (character) => not(condition.after(character)));
    negations.set(condition, negation);
  }
  return negation;
}

const ANYTHING: TextCondition = { accepts: true, isDead: false, after: () => ANYTHING };

const NOTHING: Expression = { kind: "nothing" };
const EMPTY: Expression = { kind: "empty" };

/// What may follow `character` (ASCII) in the texts of `e`.
function derivative(e: Expression, character: number): Expression {
  spend();
  switch (e.kind) {
    case "empty":
    case "nothing":
      return NOTHING;
    case "literal":
      return e.bytes[0] === character ? literalFrom(e.bytes.subarray(1)) : NOTHING;
    case "characters":
      return rangesHave(e.ranges, character) ? EMPTY : NOTHING;
    case "sequence":
      return derivativeOfSequence(e.items, character);
    case "choice":
      return either(e.items.map((item) => derivative(item, character)));
    case "repeat": {
      const most = e.max === undefined ? undefined : e.max - 1;
      const rest: Expression =
        most === 0
          ? EMPTY
          : {
              kind: "repeat",
              item: e.item,
              min: Math.max(0, e.min - 1),
              ...(most === undefined ? {} : { max: most }),
            };
      return inTurn([derivative(e.item, character), rest]);
    }
    case "intersection": {
      const items = e.items.map((item) => derivative(item, character));
      return items.some((item) => item.kind === "nothing") ? NOTHING : { kind: "intersection", items };
    }
    case "complement":
      return { kind: "complement", item: derivative(e.item, character) };
    case "bytes":
    case "rule":
    case "unordered":
    case "token":
      throw new Error(`a condition of characters holds no ${e.kind}`);
    default:
      return e satisfies never;
  }
}

function derivativeOfSequence(items: readonly Expression[], character: number): Expression {
  const parts: Expression[] = [];
  for (const [i, item] of items.entries()) {
    parts.push(inTurn([derivative(item, character), ...items.slice(i + 1)]));
    if (!isNullable(item)) break;
  }
  return either(parts);
}

function literalFrom(bytes: Uint8Array): Expression {
  return bytes.length === 0 ? EMPTY : { kind: "literal", bytes };
}

function inTurn(items: readonly Expression[]): Expression {
  if (items.some((item) => item.kind === "nothing")) return NOTHING;
  const flat = items
    .flatMap((item) => (item.kind === "sequence" ? item.items : [item]))
    .filter((item) => item.kind !== "empty");
  if (flat.length === 0) return EMPTY;
  return flat.length === 1 ? flat[0]! : { kind: "sequence", items: flat };
}

/// A choice in which each item is there once, in one order: derivatives are then finitely many.
function either(items: readonly Expression[]): Expression {
  const byKey = new Map<string, Expression>();
  for (const item of items)
    for (const one of item.kind === "choice" ? item.items : [item])
      if (one.kind !== "nothing") byKey.set(keyOf(one), one);
  const kept = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  if (kept.length === 0) return NOTHING;
  return kept.length === 1 ? kept[0]! : { kind: "choice", items: kept };
}

const keys = new WeakMap<Expression, string>();

function keyOf(e: Expression): string {
  let key = keys.get(e);
  if (key === undefined) {
    key = writeKey(e);
    keys.set(e, key);
  }
  return key;
}

function writeKey(e: Expression): string {
  spend();
  switch (e.kind) {
    case "empty":
      return "e";
    case "nothing":
      return "0";
    case "literal":
      return `"${e.bytes.join()}"`;
    case "characters":
      return `[${e.ranges.join(";")}]`;
    case "sequence":
      return `(${e.items.map(keyOf).join(" ")})`;
    case "choice":
      return `(${e.items.map(keyOf).join("|")})`;
    case "intersection":
      return `(${e.items.map(keyOf).join("&")})`;
    case "repeat":
      return `${keyOf(e.item)}{${e.min},${e.max ?? ""}}`;
    case "complement":
      return `!${keyOf(e.item)}`;
    case "bytes":
    case "rule":
    case "unordered":
    case "token":
      throw new Error(`a condition of characters holds no ${e.kind}`);
    default:
      return e satisfies never;
  }
}
