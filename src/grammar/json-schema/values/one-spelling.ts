import { characters, choice, literal, repeat, sequence } from "../../build.ts";
import { ALL_CHARACTERS, intersectRanges, rangesHave, subtractRanges } from "../../code-points.ts";
import type { CodePointRange, Expression } from "../../ir.ts";
import type { JsonEscapes } from "../../source.ts";
import { codeUnit, MUST_ESCAPE, quoted, SHORT, unicodeEscapes } from "./escapes.ts";

// Strings of which each has one spelling: that of `JSON.stringify`, or that of Python's `json.dumps`.

type OneSpelling = Exclude<JsonEscapes, "any">;

const BEYOND_ASCII: readonly CodePointRange[] = [
  [0x7f, 0xd7ff],
  [0xe000, 0x10ffff],
];

/// What has no spelling but an escape.
const ESCAPED: Readonly<Record<OneSpelling, readonly CodePointRange[]>> = {
  needed: MUST_ESCAPE,
  ascii: [...MUST_ESCAPE, ...BEYOND_ASCII],
};

// A slash stands for itself.
const NAMED = SHORT.filter(([codePoint]) => codePoint !== 0x2f);
const NAMED_CHARACTERS = NAMED.map(([codePoint]): CodePointRange => [codePoint, codePoint]).sort(
  ([a], [b]) => a - b,
);

/// The spellings, inside of a JSON string, of one character out of `ranges`: one of each.
export function onlySpelling(ranges: readonly CodePointRange[], escapes: OneSpelling): Expression {
  const raw = characters(subtractRanges(ranges, ESCAPED[escapes]));
  const named = NAMED.filter(([codePoint]) => rangesHave(ranges, codePoint)).map(
    ([, letter]): CodePointRange => [letter.charCodeAt(0), letter.charCodeAt(0)],
  );
  const coded = subtractRanges(intersectRanges(ranges, ESCAPED[escapes]), NAMED_CHARACTERS);
  const ways = unicodeEscapes(coded, "lower").map((digits) => sequence([literal("u"), digits]));
  if (named.length > 0) ways.unshift(characters(named));
  if (ways.length === 0) return raw;
  return choice([raw, sequence([literal("\\"), choice(ways)])].filter((e) => e.kind !== "nothing"));
}

/// The JSON string of exactly `text`. A lone surrogate is written as its escape.
export function onlyLiteralString(text: string, escapes: OneSpelling): Expression {
  const json = JSON.stringify(text);
  if (escapes === "needed") return literal(json);
  return literal(
    json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

function anyOnlyString(escapes: OneSpelling): Expression {
  const character = onlySpelling(ALL_CHARACTERS, escapes);
  const unit = (from: number, to: number) => sequence([literal("\\u"), codeUnit(from, to, "lower")]);
  const low = unit(0xdc00, 0xdfff);
  const high = unit(0xd800, 0xdbff);
  // Half surrogate pairs: where pairs are escapes too, any half may follow any other.
  if (escapes === "ascii") return quoted(repeat(choice([character, low, high]), 0, undefined));
  // Else two that make a pair would be a character, which stands for itself.
  const highThenOther = sequence([repeat(high, 1, undefined), character]);
  return quoted(
    sequence([repeat(choice([character, low, highThenOther]), 0, undefined), repeat(high, 0, undefined)]),
  );
}

/// Any JSON string, each in one spelling.
export const ANY_ONLY_STRING: Readonly<Record<OneSpelling, Expression>> = {
  needed: anyOnlyString("needed"),
  ascii: anyOnlyString("ascii"),
};
