import { characters, choice, literal, repeat } from "../../build.ts";
import { ALL_CHARACTERS } from "../../code-points.ts";
import type { Expression } from "../../ir.ts";
import type { KeyClass } from "../object-set.ts";
import { patternTexts } from "../patterns.ts";
import type { StringSet } from "../string-set.ts";
import { escaped, formatTexts, quoted } from "../values/index.ts";

// Sets of strings over their decoded characters.

const ANY_CHARACTER = characters(ALL_CHARACTERS);
export const ANY_TEXT: Expression = repeat(ANY_CHARACTER, 0, undefined);

export function quotedTexts(texts: Expression): Expression {
  return quoted(escaped(texts));
}

export function textsOf(set: StringSet): Expression {
  const items: Expression[] = [];
  if (set.values !== undefined) items.push(choice([...set.values].map((value) => literal(value))));
  if (set.minLength > 0 || set.maxLength !== undefined)
    items.push(repeat(ANY_CHARACTER, set.minLength, set.maxLength));
  for (const pattern of set.patterns) items.push(patternTexts(pattern).expression!);
  for (const format of set.formats) items.push(formatTexts(format)!);
  for (const n of set.not) items.push(complementOf(n));
  return intersectionOf(items);
}

function complementOf(set: StringSet): Expression {
  const { values } = set;
  if (values !== undefined && set.formats.length + set.not.length === 0) return textsExcept([...values]);
  return { kind: "complement", item: textsOf(set) };
}

export function intersectionOf(items: readonly Expression[]): Expression {
  const parts = items.filter((item) => item !== ANY_TEXT);
  if (parts.length === 0) return ANY_TEXT;
  return parts.length === 1 ? parts[0]! : { kind: "intersection", items: parts };
}

/// The keys of a class that are none of `except`.
export function keyTexts(
  { matches, avoids }: KeyClass,
  except: readonly string[],
  names?: Expression,
): Expression {
  const items = matches.map((pattern) => patternTexts(pattern).expression!);
  for (const pattern of avoids) items.push({ kind: "complement", item: patternTexts(pattern).expression! });
  if (names !== undefined) items.push(names);
  if (except.length > 0) items.push(textsExcept(except));
  return intersectionOf(items);
}

/// Names longer than this, in characters, go through a complement: the other way nests once a character.
const MAX_TRIE_DEPTH = 60;

/// All texts but these, as a tree of their characters, so that no complement has to be computed.
function textsExcept(texts: readonly string[]): Expression {
  const characterLists = texts.map((text) => [...text]);
  if (characterLists.some((list) => list.length > MAX_TRIE_DEPTH))
    return { kind: "complement", item: choice(texts.map((text) => literal(text))) };
  return except(characterLists, 0);
}

function except(texts: readonly (readonly string[])[], depth: number): Expression {
  const byCharacter = new Map<string, (readonly string[])[]>();
  let isEnd = false;
  for (const text of texts) {
    const character = text[depth];
    if (character === undefined) {
      isEnd = true;
      continue;
    }
    const list = byCharacter.get(character);
    if (list === undefined) byCharacter.set(character, [text]);
    else list.push(text);
  }
  const ranges = [...byCharacter.keys()].map((c) => [c.codePointAt(0)!, c.codePointAt(0)!] as const);
  const items: Expression[] = isEnd ? [] : [{ kind: "empty" }];
  items.push({ kind: "sequence", items: [characters(ranges, true), ANY_TEXT] });
  for (const [character, list] of byCharacter)
    items.push({ kind: "sequence", items: [literal(character), except(list, depth + 1)] });
  return choice(items);
}
