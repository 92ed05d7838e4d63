import { characters, choice, literal, repeat, sequence } from "../../build.ts";
import { ALL_CHARACTERS, intersectRanges, rangesHave, subtractRanges } from "../../code-points.ts";
import type { CodePointRange, Expression } from "../../ir.ts";

// RFC 8259, section 7: a string's characters stand for themselves, except the quote, the backslash and
// control characters, and any UTF-16 code unit may be written \uXXXX.

export const MUST_ESCAPE: readonly CodePointRange[] = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];

export const SHORT: readonly (readonly [codePoint: number, letter: string])[] = [
  [0x22, '"'],
  [0x5c, "\\"],
  [0x2f, "/"],
  [0x08, "b"],
  [0x0c, "f"],
  [0x0a, "n"],
  [0x0d, "r"],
  [0x09, "t"],
];

/// Whether digits beyond 9 are letters of both cases or of the lower one.
type HexCase = "both" | "lower";

const HEX_DIGIT: Readonly<Record<HexCase, Expression>> = {
  both: characters([
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ]),
  lower: characters([
    [0x30, 0x39],
    [0x61, 0x66],
  ]),
};

/// Which characters may be written `\uXXXX`. `any`: all of them. `plain`: all but the printable ones of
/// ASCII, which nobody escapes, so that automata of ASCII texts stay as small as the texts.
type Spelling = "any" | "plain";

const BY_CODE: Readonly<Record<Spelling, readonly CodePointRange[]>> = {
  any: ALL_CHARACTERS,
  plain: [
    [0, 0x1f],
    [0x22, 0x22],
    [0x5c, 0x5c],
    [0x7f, 0xd7ff],
    [0xe000, 0x10ffff],
  ],
};

/// The spellings, inside of a JSON string, of one character out of `ranges`: as itself, by its short
/// escape, or as `\uXXXX` (two of them for a character beyond U+FFFF).
export function escapedCharacter(ranges: readonly CodePointRange[], spelling: Spelling): Expression {
  const raw = characters(subtractRanges(ranges, MUST_ESCAPE));
  const short = SHORT.filter(([codePoint]) => rangesHave(ranges, codePoint)).map(([, letter]) => letter);
  const escapes = [
    ...(short.length > 0
      ? [characters(short.map((c): CodePointRange => [c.charCodeAt(0), c.charCodeAt(0)]))]
      : []),
    ...unicodeEscapes(intersectRanges(ranges, BY_CODE[spelling]), "both").map((digits) =>
      sequence([literal("u"), digits]),
    ),
  ];
  if (escapes.length === 0) return raw;
  return choice([raw, sequence([literal("\\"), choice(escapes)])].filter((e) => e.kind !== "nothing"));
}

/// What follows `\u`, for all characters of `ranges`.
export function unicodeEscapes(ranges: readonly CodePointRange[], hexCase: HexCase): Expression[] {
  const units = intersectRanges(ranges, [[0, 0xffff]]).map(([from, to]) => codeUnit(from, to, hexCase));
  const astral = intersectRanges(ranges, [[0x10000, 0x10ffff]]).flatMap(([from, to]) =>
    surrogatePairs(from, to, hexCase),
  );
  return [...units, ...astral];
}

/// The four digits of the UTF-16 units `from` … `to`.
export function codeUnit(from: number, to: number, hexCase: HexCase): Expression {
  return hexRange(from, to, 4, hexCase);
}

function surrogatePairs(from: number, to: number, hexCase: HexCase): Expression[] {
  const high = (codePoint: number) => 0xd800 + ((codePoint - 0x10000) >>> 10);
  const low = (codePoint: number) => 0xdc00 + ((codePoint - 0x10000) & 0x3ff);
  const pair = (h0: number, h1: number, l0: number, l1: number) =>
    sequence([codeUnit(h0, h1, hexCase), literal("\\u"), codeUnit(l0, l1, hexCase)]);
  const [h0, h1] = [high(from), high(to)];
  if (h0 === h1) return [pair(h0, h0, low(from), low(to))];
  const parts: Expression[] = [];
  let first = h0;
  let last = h1;
  if (low(from) !== 0xdc00) {
    parts.push(pair(h0, h0, low(from), 0xdfff));
    first++;
  }
  if (low(to) !== 0xdfff) {
    parts.push(pair(h1, h1, 0xdc00, low(to)));
    last--;
  }
  if (first <= last) parts.push(pair(first, last, 0xdc00, 0xdfff));
  return parts;
}

/// The numbers `from` … `to` in exactly `digits` hexadecimal digits.
function hexRange(from: number, to: number, digits: number, hexCase: HexCase): Expression {
  if (digits === 0) return literal("");
  const size = 16 ** (digits - 1);
  const first = Math.floor(from / size);
  const last = Math.floor(to / size);
  if (from === 0 && to === 16 * size - 1) return repeat(HEX_DIGIT[hexCase], digits, digits);
  const rest = (d: number, low: number, high: number) =>
    sequence([hexDigits(d, d, hexCase), hexRange(low, high, digits - 1, hexCase)]);
  if (first === last) return rest(first, from % size, to % size);
  const parts: Expression[] = [];
  let d0 = first;
  let d1 = last;
  if (from % size !== 0) {
    parts.push(rest(first, from % size, size - 1));
    d0++;
  }
  if (to % size !== size - 1) {
    parts.push(rest(last, 0, to % size));
    d1--;
  }
  if (d0 <= d1)
    parts.push(
      sequence([
        hexDigits(d0, d1, hexCase),
        ...(digits > 1 ? [repeat(HEX_DIGIT[hexCase], digits - 1, digits - 1)] : []),
      ]),
    );
  return choice(parts);
}

function hexDigits(from: number, to: number, hexCase: HexCase): Expression {
  const ranges: CodePointRange[] = [];
  for (let d = from; d <= to; d++) {
    const lower = d.toString(16).charCodeAt(0);
    ranges.push([lower, lower]);
    if (hexCase === "lower") continue;
    const upper = d.toString(16).toUpperCase().charCodeAt(0);
    ranges.push([upper, upper]);
  }
  return characters(ranges);
}

/// A `\u` escape of half a surrogate pair without the other half: legal JSON that stands for no
/// character. Only strings without any constraint on their characters may hold it.
const ANY_UNIT_ESCAPE = sequence([literal("\\u"), repeat(HEX_DIGIT.both, 4, 4)]);

const ANY_STRING = quoted(
  repeat(
    choice([
      characters(subtractRanges(ALL_CHARACTERS, MUST_ESCAPE)),
      sequence([
        literal("\\"),
        characters(SHORT.map(([, c]): CodePointRange => [c.charCodeAt(0), c.charCodeAt(0)])),
      ]),
      ANY_UNIT_ESCAPE,
    ]),
    0,
    undefined,
  ),
);

/// Any JSON string, as RFC 8259 spells it.
export function anyString(): Expression {
  return ANY_STRING;
}

/// Printable characters of ASCII but the quote, the backslash and the slash.
function hasOneSpelling(code: number): boolean {
  return code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c && code !== 0x2f;
}

/// `content` between quotes.
export function quoted(content: Expression): Expression {
  return sequence([literal('"'), content, literal('"')]);
}

/// The same where each character has one spelling: most keys and constants.
function plainString(text: string): Expression {
  const bytes = new Uint8Array(text.length + 2);
  bytes[0] = 0x22;
  for (let i = 0; i < text.length; i++) bytes[i + 1] = text.charCodeAt(i);
  bytes[text.length + 1] = 0x22;
  return { kind: "literal", bytes };
}

/// The JSON string of exactly `text`: as `JSON.stringify` writes it, and with non-ASCII and control
/// characters as `\u` escapes or `/` as `\/`. A lone surrogate is written as its escape.
///
/// Plain ASCII letters have one spelling: keys and constants stay small, and nobody escapes them.
export function literalString(text: string): Expression {
  let isPlain = true;
  for (let i = 0; i < text.length && isPlain; i++) isPlain = hasOneSpelling(text.charCodeAt(i));
  if (isPlain) return plainString(text);
  const items: Expression[] = [];
  let plain = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (hasOneSpelling(code)) {
      plain += character;
      continue;
    }
    items.push(literal(plain));
    plain = "";
    items.push(
      code >= 0xd800 && code <= 0xdfff
        ? sequence([literal("\\u"), codeUnit(code, code, "both")])
        : escapedCharacter([[code, code]], "plain"),
    );
  }
  items.push(literal(`${plain}"`));
  return sequence(items.filter((e) => e.kind !== "empty"));
}
