import { utf8DecodeLossy } from "../../../base/bytes.ts";
import { characters, choice, literal, repeat, sequence } from "../../build.ts";
import { ALL_CHARACTERS, intersectRanges, subtractRanges } from "../../code-points.ts";
import type { CodePointRange, Expression } from "../../ir.ts";
import type { JsonEscapes } from "../../source.ts";
import {
  ANY_ONLY_STRING,
  anyString,
  escapedCharacter,
  literalString,
  onlyLiteralString,
  onlySpelling,
} from "../values/index.ts";
import { ANY_TEXT } from "./string-texts.ts";

/// How strings are spelled, keys included; all of these hold the quotes.
export interface Spelling {
  /// Any string.
  readonly any: Expression;
  /// Any string in the spellings of `literal` and `texts`, so that sets of these can be taken out of it.
  readonly anyText: Expression;
  /// The string of exactly this text, which may hold lone surrogates.
  literal(text: string): Expression;
  /// The strings of the texts of `e`, which is regular and over decoded characters.
  texts(e: Expression): Expression;
  /// Strings of `min` … `max` characters.
  counted(min: number, max: number | undefined): Expression;
}

/// How one character out of a set is spelled, and which ASCII characters only stand for themselves.
interface CharacterSpelling {
  of(ranges: readonly CodePointRange[]): Expression;
  isOwn(character: string): boolean;
}

/// Control characters, the quote, the solidus, the backslash, DEL and everything beyond ASCII.
const WITH_ESCAPES: readonly CodePointRange[] = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x2f, 0x2f],
  [0x5c, 0x5c],
  [0x7f, 0xd7ff],
  [0xe000, 0x10ffff],
];
const MAX_CACHED = 500;

// Most sets hold all of the characters with escapes, or one.
function remembered(spell: (ranges: readonly CodePointRange[]) => Expression) {
  const known = new Map<string, Expression>();
  return (ranges: readonly CodePointRange[]): Expression => {
    const plain = subtractRanges(ranges, WITH_ESCAPES);
    const others = intersectRanges(ranges, WITH_ESCAPES);
    if (others.length === 0) return characters(plain);
    const key = others.join();
    let spelling = known.get(key);
    if (spelling === undefined) {
      spelling = spell(others);
      if (known.size >= MAX_CACHED) known.clear();
      known.set(key, spelling);
    }
    return plain.length === 0 ? spelling : choice([characters(plain), spelling]);
  };
}

const isPrintable = (character: string) => character >= " " && character < "\x7f";

/// What JSON allows. Where a schema looks at a string's characters, the ASCII characters that need no escape
/// have no `\u` spelling, so that automata stay small and bytes are forced. All others have every spelling.
function allSpellings(): Spelling {
  const character: CharacterSpelling = {
    of: remembered((ranges) => escapedCharacter(ranges, "plain")),
    isOwn: (c) => isPrintable(c) && !'"/\\'.includes(c),
  };
  const anyCharacter = escapedCharacter(ALL_CHARACTERS, "any");
  return {
    any: anyString(),
    anyText: spelledString(ANY_TEXT, character),
    literal: literalString,
    texts: (e) => spelledString(e, character),
    counted: (min, max) => quoted(repeat(anyCharacter, min, max)),
  };
}

function oneSpelling(escapes: Exclude<JsonEscapes, "any">): Spelling {
  const character: CharacterSpelling = {
    of: remembered((ranges) => onlySpelling(ranges, escapes)),
    isOwn: (c) => isPrintable(c) && !'"\\'.includes(c),
  };
  return {
    any: ANY_ONLY_STRING[escapes],
    anyText: ANY_ONLY_STRING[escapes],
    literal: (text) => onlyLiteralString(text, escapes),
    texts: (e) => spelledString(e, character),
    counted: (min, max) => quoted(repeat(character.of(ALL_CHARACTERS), min, max)),
  };
}

// Made once, so that equal parts of grammars are one object.
const SPELLINGS: Readonly<Record<JsonEscapes, Spelling>> = {
  any: allSpellings(),
  needed: oneSpelling("needed"),
  ascii: oneSpelling("ascii"),
};

export function spellingOf(escapes: JsonEscapes): Spelling {
  return SPELLINGS[escapes];
}

function quoted(content: Expression): Expression {
  return sequence([literal('"'), content, literal('"')]);
}

function spelledString(e: Expression, character: CharacterSpelling): Expression {
  const anySpelling = repeat(character.of(ALL_CHARACTERS), 0, undefined);
  return quoted(spelled(e, character, anySpelling));
}

/// A spelling decodes in one way only, so spelling commutes with intersection, and a complement is taken
/// among the spellings of all texts.
function spelled(e: Expression, character: CharacterSpelling, anySpelling: Expression): Expression {
  const inner = (item: Expression) => spelled(item, character, anySpelling);
  switch (e.kind) {
    case "empty":
    case "nothing":
      return e;
    case "literal":
      return spelledLiteral(e.bytes, character);
    case "characters":
      return character.of(e.ranges);
    case "sequence":
      return sequence(e.items.map(inner));
    case "choice":
      return choice(e.items.map(inner));
    case "repeat":
      return repeat(inner(e.item), e.min, e.max);
    case "intersection":
      return { kind: "intersection", items: e.items.map(inner) };
    case "complement":
      return {
        kind: "intersection",
        items: [anySpelling, { kind: "complement", item: inner(e.item) }],
      };
    case "bytes":
    case "rule":
    case "unordered":
    case "token":
      throw new Error(`a set of texts holds no ${e.kind}`);
    default:
      return e satisfies never;
  }
}

function spelledLiteral(bytes: Uint8Array, { of, isOwn }: CharacterSpelling): Expression {
  const items: Expression[] = [];
  let plain = "";
  for (const character of utf8DecodeLossy(bytes)) {
    const code = character.codePointAt(0)!;
    if (isOwn(character)) plain += character;
    else {
      if (plain !== "") items.push(literal(plain));
      plain = "";
      items.push(of([[code, code]]));
    }
  }
  if (plain !== "") items.push(literal(plain));
  return sequence(items);
}
