import { utf8Encode } from "../base/bytes.ts";
import type { Span } from "../base/span.ts";
import { invertRanges, normalizeRanges } from "./code-points.ts";
import type { CodePointRange, Expression } from "./ir.ts";

// Constructors that keep the IR's invariants and drop needless wrappers.

const spanOf = (span: Span | undefined) => (span === undefined ? {} : { span });

export function empty(span?: Span): Expression {
  return { kind: "empty", ...spanOf(span) };
}

export function nothing(span?: Span): Expression {
  return { kind: "nothing", ...spanOf(span) };
}

/// The UTF-8 of `text`, which must not hold lone surrogates.
export function literal(text: string, span?: Span): Expression {
  if (text === "") return empty(span);
  return { kind: "literal", bytes: utf8Encode(text), ...spanOf(span) };
}

/// One character out of `ranges`, or outside of them if `negated`. No character at all is `nothing`.
export function characters(ranges: Iterable<CodePointRange>, negated = false, span?: Span): Expression {
  const positive = normalizeRanges(ranges);
  const set = negated ? invertRanges(positive) : positive;
  if (set.length === 0) return nothing(span);
  return { kind: "characters", ranges: set, ...spanOf(span) };
}

export function sequence(items: readonly Expression[], span?: Span): Expression {
  if (items.length === 0) return empty(span);
  if (items.length === 1) return items[0]!;
  return { kind: "sequence", items, ...spanOf(span) };
}

export function choice(items: readonly Expression[], span?: Span): Expression {
  if (items.length === 0) return nothing(span);
  if (items.length === 1) return items[0]!;
  return { kind: "choice", items, ...spanOf(span) };
}

/// `item` at least `min` and at most `max` times. Where both are one of `?`, `*` and `+`, a repetition of
/// a repetition is one repetition: `(x+)?` is `x*`.
export function repeat(item: Expression, min: number, max: number | undefined, span?: Span): Expression {
  if (max === 0) return empty(span);
  if (min === 1 && max === 1) return item;
  if (item.kind === "repeat" && isSign(item.min, item.max) && isSign(min, max))
    return repeat(
      item.item,
      Math.min(item.min, min),
      item.max === undefined || max === undefined ? undefined : 1,
      span,
    );
  return { kind: "repeat", item, min, ...(max === undefined ? {} : { max }), ...spanOf(span) };
}

function isSign(min: number, max: number | undefined): boolean {
  return min <= 1 && (max === undefined || max === 1);
}

/// What an `unordered` expression is made of.
export function partsOf({ items, more, separator }: Expression & { kind: "unordered" }): Expression[] {
  const parts = items.map((item) => item.expression);
  if (more !== undefined) parts.push(more);
  if (separator !== undefined) parts.push(separator);
  return parts;
}

const NO_EXPRESSIONS: readonly Expression[] = [];

/// The expressions that one is made of. A rule's name is made of none.
export function childrenOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "sequence":
    case "choice":
    case "intersection":
      return e.items;
    case "repeat":
    case "complement":
      return [e.item];
    case "unordered":
      return partsOf(e);
    case "empty":
    case "nothing":
    case "literal":
    case "characters":
    case "bytes":
    case "rule":
    case "token":
      return NO_EXPRESSIONS;
    default:
      return e satisfies never;
  }
}

export function optional(item: Expression, span?: Span): Expression {
  return repeat(item, 0, 1, span);
}
