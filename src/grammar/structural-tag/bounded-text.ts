import { characters, choice, literal, nothing, repeat, sequence } from "../build.ts";
import { ALL_CHARACTERS } from "../code-points.ts";
import type { Expression } from "../ir.ts";

const CHARACTER = characters(ALL_CHARACTERS);

/// Any text, at most `max` characters of it.
export function anyText(max?: number): Expression {
  return repeat(CHARACTER, 0, max);
}

/// At most `max` characters without the strings `without`. With `ends`, which are among those: up to and
/// including the first of them, which does not count.
///
/// `writeFreeText` says the same without a bound; here the bound makes it an intersection, whose automaton
/// has a state for each count.
export function boundedText(
  max: number,
  without: readonly string[],
  ends: readonly string[] | undefined,
): Expression {
  if (without.length === 0) return anyText(max);
  const holds = sequence([anyText(), choice(without.map((text) => literal(text))), anyText()]);
  const upTo = (refused: Expression): Expression => ({
    kind: "intersection",
    items: [anyText(max), { kind: "complement", item: refused }],
  });
  if (ends === undefined) return upTo(holds);
  return choice(
    ends.map((end) => {
      const heads = headsThatEndBefore(end, without);
      if (heads === undefined) return nothing();
      const overlaps = heads.map((head) => sequence([anyText(), literal(head)]));
      return sequence([upTo(choice([holds, ...overlaps])), literal(end)]);
    }),
  );
}

/// What a text before `end` may not end with, because one of `others` would begin there and be complete
/// before `end` is, or together with it. `undefined`: one is complete inside of `end`.
function headsThatEndBefore(end: string, others: readonly string[]): string[] | undefined {
  const heads: string[] = [];
  for (const other of others) {
    const inside = end.indexOf(other);
    if (inside >= 0 && inside + other.length < end.length) return undefined;
    for (let k = 1; k < other.length; k++) {
      if (end.startsWith(other.slice(k))) heads.push(other.slice(0, k));
    }
  }
  return heads;
}
