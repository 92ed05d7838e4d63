import { utf8DecodeLossy } from "../../../base/bytes.ts";
import { characters, choice, literal, repeat, sequence } from "../../build.ts";
import { ALL_CHARACTERS, intersectRanges, subtractRanges } from "../../code-points.ts";
import type { CodePointRange, Expression } from "../../ir.ts";
import { escapedCharacter } from "../values/index.ts";

// How strings with conditions on their characters are spelled: ASCII characters that need no escape stand
// for themselves and have no other spelling, so that automata stay small and bytes are forced. All others
// have every spelling that JSON allows.

/// Control characters, the quote, the solidus, the backslash, DEL and everything beyond ASCII.
const WITH_ESCAPES: readonly CodePointRange[] = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x2f, 0x2f],
  [0x5c, 0x5c],
  [0x7f, 0xd7ff],
  [0xe000, 0x10ffff],
];

const spellings = new Map<string, Expression>();
const MAX_CACHED = 500;

function spelledCharacter(ranges: readonly CodePointRange[]): Expression {
  const plain = subtractRanges(ranges, WITH_ESCAPES);
  const others = intersectRanges(ranges, WITH_ESCAPES);
  if (others.length === 0) return characters(plain);
  // Most sets hold all of the characters with escapes, or one.
  const key = others.join();
  let spelling = spellings.get(key);
  if (spelling === undefined) {
    spelling = escapedCharacter(others);
    if (spellings.size >= MAX_CACHED) spellings.clear();
    spellings.set(key, spelling);
  }
  return plain.length === 0 ? spelling : choice([characters(plain), spelling]);
}

const ANY_SPELLING: Expression = repeat(spelledCharacter(ALL_CHARACTERS), 0, undefined);

/// The spellings, quotes included, of the texts of `e`, which is regular and over decoded characters.
export function spelledString(e: Expression): Expression {
  return sequence([literal('"'), spelled(e), literal('"')]);
}

/// A spelling decodes in one way only, so spelling commutes with intersection, and a complement is taken
/// among the spellings of all texts.
function spelled(e: Expression): Expression {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return e;
    case "literal":
      return spelledLiteral(e.bytes);
    case "characters":
      return spelledCharacter(e.ranges);
    case "sequence":
      return sequence(e.items.map(spelled));
    case "choice":
      return choice(e.items.map(spelled));
    case "repeat":
      return repeat(spelled(e.item), e.min, e.max);
    case "intersection":
      return { kind: "intersection", items: e.items.map(spelled) };
    case "complement":
      return {
        kind: "intersection",
        items: [ANY_SPELLING, { kind: "complement", item: spelled(e.item) }],
      };
    case "bytes":
    case "rule":
    case "token":
      throw new Error(`a set of texts holds no ${e.kind}`);
    default:
      return e satisfies never;
  }
}

function spelledLiteral(bytes: Uint8Array): Expression {
  const items: Expression[] = [];
  let plain = "";
  for (const character of utf8DecodeLossy(bytes)) {
    const code = character.codePointAt(0)!;
    if (code >= 0x20 && code < 0x7f && !'"/\\'.includes(character)) plain += character;
    else {
      if (plain !== "") items.push(literal(plain));
      plain = "";
      items.push(spelledCharacter([[code, code]]));
    }
  }
  if (plain !== "") items.push(literal(plain));
  return sequence(items);
}
