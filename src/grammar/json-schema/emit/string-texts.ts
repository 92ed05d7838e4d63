import { characters, choice, literal, repeat } from "../../build.ts";
import { ALL_CHARACTERS } from "../../code-points.ts";
import type { Expression } from "../../ir.ts";
import type { KeyClass } from "../object-set.ts";
import { patternTexts } from "../patterns.ts";
import type { StringSet } from "../string-set.ts";
import { formatTexts, withLength } from "../values/index.ts";

// Sets of strings over their decoded characters.

const ANY_CHARACTER = characters(ALL_CHARACTERS);
export const ANY_TEXT: Expression = repeat(ANY_CHARACTER, 0, undefined);

export function textsOf(set: StringSet): Expression {
  const items: Expression[] = [];
  if (set.values !== undefined) items.push(choice([...set.values].map((value) => literal(value))));
  for (const pattern of set.patterns) items.push(patternTexts(pattern).expression!);
  for (const format of set.formats) items.push(formatTexts(format)!);
  for (const n of set.not) items.push(complementOf(n));
  const texts = intersectionOf(items);
  const isBounded = set.minLength > 0 || set.maxLength !== undefined;
  return isBounded ? withLength(texts, set.minLength, set.maxLength) : texts;
}

function complementOf(set: StringSet): Expression {
  return { kind: "complement", item: textsOf(set) };
}

export function intersectionOf(items: readonly Expression[]): Expression {
  const parts = items.filter((item) => item !== ANY_TEXT);
  if (parts.length === 0) return ANY_TEXT;
  return parts.length === 1 ? parts[0]! : { kind: "intersection", items: parts };
}

/// The keys of a class.
export function keyTexts({ matches, avoids }: KeyClass, names?: Expression): Expression {
  const items = matches.map((pattern) => patternTexts(pattern).expression!);
  for (const pattern of avoids) items.push({ kind: "complement", item: patternTexts(pattern).expression! });
  if (names !== undefined) items.push(names);
  return intersectionOf(items);
}
