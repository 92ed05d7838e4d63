import { characters, choice, empty, nothing, repeat, sequence } from "../build.ts";
import { ALL_CHARACTERS, intersectRanges, rangesHave } from "../code-points.ts";
import type { CodePointRange, Expression } from "../ir.ts";

// Facts about, and operations on, the rule-free expressions that a regular expression becomes.

export const ANY_TEXT: Expression = repeat(characters(ALL_CHARACTERS), 0, undefined);

export function isNullable(e: Expression): boolean {
  switch (e.kind) {
    case "empty":
      return true;
    case "literal":
      return e.bytes.length === 0;
    case "nothing":
    case "characters":
    case "bytes":
    case "unordered":
    case "token":
      return false;
    case "sequence":
    case "intersection":
      return e.items.every(isNullable);
    case "choice":
      return e.items.some(isNullable);
    case "repeat":
      return e.min === 0 || isNullable(e.item);
    case "complement":
      return !isNullable(e.item);
    case "rule":
      throw new Error("regular expressions name no rules");
    default:
      return e satisfies never;
  }
}

/// Fewest and most bytes of a text of `e`; bounds, not exact, where sets are combined.
export function lengthBounds(e: Expression): readonly [min: number, max: number] {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return [0, 0];
    case "literal":
      return [e.bytes.length, e.bytes.length];
    case "characters":
      return [1, 4];
    case "bytes":
      return [1, 1];
    case "sequence": {
      const parts = e.items.map(lengthBounds);
      return [parts.reduce((sum, p) => sum + p[0], 0), parts.reduce((sum, p) => sum + p[1], 0)];
    }
    case "choice": {
      const parts = e.items.map(lengthBounds);
      return [Math.min(...parts.map((p) => p[0])), Math.max(...parts.map((p) => p[1]))];
    }
    case "intersection": {
      const parts = e.items.map(lengthBounds);
      return [Math.max(...parts.map((p) => p[0])), Math.min(...parts.map((p) => p[1]))];
    }
    case "repeat": {
      const [min, max] = lengthBounds(e.item);
      const rounds = e.max ?? Number.POSITIVE_INFINITY;
      return [min * e.min, max === 0 ? 0 : max * rounds];
    }
    case "complement":
    case "unordered":
    case "token":
      return [0, Number.POSITIVE_INFINITY];
    case "rule":
      throw new Error("regular expressions name no rules");
    default:
      return e satisfies never;
  }
}

/// Texts that all of `items` match.
export function intersection(items: readonly Expression[]): Expression {
  if (items.some((item) => item.kind === "nothing")) return nothing();
  const parts = items.filter((item) => item !== ANY_TEXT);
  if (parts.length === 0) return ANY_TEXT;
  if (parts.length === 1) return parts[0]!;
  if (parts.some((item) => item.kind === "empty")) return parts.every(isNullable) ? empty() : nothing();
  return { kind: "intersection", items: parts };
}

export function complement(item: Expression): Expression {
  return item.kind === "nothing" ? ANY_TEXT : { kind: "complement", item };
}

/// The texts of `e` whose first character is one of `set`. The empty text is not among them.
export function startingWith(e: Expression, set: readonly CodePointRange[]): Expression {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return nothing();
    case "literal":
      return rangesHave(set, firstCharacter(e.bytes)) ? e : nothing();
    case "characters":
      return characters(intersectRanges(e.ranges, set), false, e.span);
    case "sequence": {
      const [head, ...tail] = e.items as [Expression, ...Expression[]];
      const taken = startingWith(head, set);
      const withHead = taken.kind === "nothing" ? nothing() : sequence([taken, ...tail], e.span);
      return isNullable(head) ? anyOf([withHead, startingWith(sequence(tail), set)]) : withHead;
    }
    case "choice":
      return anyOf(e.items.map((item) => startingWith(item, set)));
    case "repeat": {
      // A nullable item may leave the first rounds empty, so its least number of rounds means nothing.
      const first = startingWith(e.item, set);
      if (first.kind === "nothing") return first;
      const min = isNullable(e.item) ? 0 : Math.max(0, e.min - 1);
      const rest = repeat(e.item, min, e.max === undefined ? undefined : e.max - 1, e.span);
      return rest.kind === "empty" ? first : sequence([first, rest], e.span);
    }
    default:
      return intersection([e, sequence([characters(set), ANY_TEXT])]);
  }
}

/// The texts of `e` whose last character is one of `set`. The empty text is not among them.
export function endingWith(e: Expression, set: readonly CodePointRange[]): Expression {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return nothing();
    case "literal":
      return rangesHave(set, lastCharacter(e.bytes)) ? e : nothing();
    case "characters":
      return characters(intersectRanges(e.ranges, set), false, e.span);
    case "sequence": {
      const last = e.items.at(-1)!;
      const front = e.items.slice(0, -1);
      const taken = endingWith(last, set);
      const withLast = taken.kind === "nothing" ? nothing() : sequence([...front, taken], e.span);
      return isNullable(last) ? anyOf([withLast, endingWith(sequence(front), set)]) : withLast;
    }
    case "choice":
      return anyOf(e.items.map((item) => endingWith(item, set)));
    case "repeat": {
      const last = endingWith(e.item, set);
      if (last.kind === "nothing") return last;
      const min = isNullable(e.item) ? 0 : Math.max(0, e.min - 1);
      const rest = repeat(e.item, min, e.max === undefined ? undefined : e.max - 1, e.span);
      return rest.kind === "empty" ? last : sequence([rest, last], e.span);
    }
    default:
      return intersection([e, sequence([ANY_TEXT, characters(set)])]);
  }
}

function anyOf(items: readonly Expression[]): Expression {
  return choice(items.filter((item) => item.kind !== "nothing"));
}

function firstCharacter(bytes: Uint8Array): number {
  return decode(bytes, 0);
}

function lastCharacter(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at > 0 && (bytes[at]! & 0xc0) === 0x80) at--;
  return decode(bytes, at);
}

function decode(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let code = length === 1 ? lead : lead & (0x7f >> length);
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return code;
}
