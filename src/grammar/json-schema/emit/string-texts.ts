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
  return texts(set, (format) => formatTexts(format, set.minLength, set.maxLength)!);
}

/// `format` gives a format's texts: of those that are taken away, all there are.
function texts(set: StringSet, format: (name: string) => Expression): Expression {
  const items: Expression[] = [];
  if (set.values !== undefined) items.push(choice([...set.values].map((value) => literal(value))));
  for (const pattern of set.patterns) items.push(patternTexts(pattern).expression!);
  for (const name of set.formats) items.push(format(name));
  for (const n of set.not) items.push(complementOf(n));
  const all = intersectionOf(items);
  const isBounded = set.minLength > 0 || set.maxLength !== undefined;
  return isBounded ? withLength(all, set.minLength, set.maxLength) : all;
}

function complementOf(set: StringSet): Expression {
  return { kind: "complement", item: texts(set, (format) => formatTexts(format)!) };
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
