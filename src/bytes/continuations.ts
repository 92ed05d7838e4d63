/// Texts that may follow a place, by what pre-tokenizers tell apart.
///
/// Whether a tokenizer makes a token sequence of some text is a question about all texts that begin
/// with its bytes. Two things about what follows matter: of which kind it is, as pre-tokenizers look
/// ahead (white space before a letter is cut elsewhere than before white space), and whether it merges
/// with what is before it. So there is a list for each kind, and in a list different characters: if
/// the first merges, a later one may not.
export type ContinuationKind = readonly string[];

const ASCII = (pattern: RegExp): string[] =>
  Array.from({ length: 127 }, (_, i) => String.fromCharCode(i)).filter((c) => pattern.test(c));

// From common to rare, and of every length in UTF-8.
const LOWER = [...ASCII(/[a-z]/), "ß", "ʭ", "ա", "ᴀ", "ꭀ", "\u{10428}"];
const UPPER = [...ASCII(/[A-Z]/), "À", "Ա", "Ꭱ", "Ꜧ", "\u{10400}"];
const OTHER_LETTERS = ["中", "א", "ก", "ꀀ", "가", "ʰ", "\u{10000}", "\u{20000}"];
const MARKS = ["\u0301", "\u0483", "\u0903", "\u{101fd}"];
const DIGITS = [...ASCII(/[0-9]/), "²", "٠", "०", "Ⅷ", "\u{1d7ce}"];
const PUNCTUATION = [...ASCII(/[!-/:-@[-`{-~]/), "¡", "·", "…", "、", "\u{10100}"];
const SYMBOLS = ["€", "×", "→", "\u{1f600}", "\u0000", "\u200d", "\u{e000}"];
const BLANKS = [" ", "\t", "\u00a0", "\u3000", "\u1680"];
const BREAKS = ["\n", "\r", "\r\n", "\n\n"];

const joined = (firsts: readonly string[], seconds: readonly string[]): string[] =>
  firsts.flatMap((first) => seconds.map((second) => first + second));

const few = [LOWER[0]!, "z", LOWER.at(-1)!];

/// The end of the text.
export const END: ContinuationKind = [""];

/// A letter that goes on with a word.
export const LETTER: ContinuationKind = LOWER;

/// Every kind, those that usually decide first.
export const ALL_KINDS: readonly ContinuationKind[] = [
  END,
  LOWER,
  joined(BLANKS, ["!", ...few]),
  BREAKS,
  UPPER,
  DIGITS,
  PUNCTUATION,
  OTHER_LETTERS,
  SYMBOLS,
  MARKS,
  joined(BLANKS, ["  !", "\t"]),
  joined(BLANKS, BREAKS),
  joined(BREAKS, few),
  // What stands behind an apostrophe as one piece.
  ["s", "t", "m", "d", "S", "T", "M", "D"],
  ["re", "RE", "rE", "Re"],
  ["ve", "VE", "vE", "Ve"],
  ["ll", "LL", "lL", "Ll"],
  ["'s", "'z", "''", "' "],
  // Digits in groups of three, counted from either end.
  joined(DIGITS.slice(0, 10), ["0", "1", "9"]),
  ["012", "111", "999"],
];

const completions = new Map<string, readonly string[]>();

/// Characters that begin with some bytes of UTF-8, which are no whole character: all of them if one
/// byte is missing; else some of each general category and of each next byte. As text behind those
/// bytes: what is to be appended is the character's bytes from `start.length` on.
export function charactersFrom(start: Uint8Array): readonly string[] {
  const key = String.fromCharCode(...start);
  let found = completions.get(key);
  if (found === undefined) {
    found = findCharacters(start);
    completions.set(key, found);
  }
  return found;
}

const CATEGORIES = ["Ll", "Lu", "Lo", "Lm", "M", "Nd", "N", "P", "S", "Z", "C"].map(
  (name) => new RegExp(`^\\p{${name}}$`, "u"),
);
// Of each category, beginning with characters far apart.
const OF_EACH = 4;
const SAMPLES = 4096;

function findCharacters(start: Uint8Array): readonly string[] {
  const lead = start[0]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead > 0xf4 || start.length >= length) return [];
  let code = lead & (0x7f >> length);
  for (let i = 1; i < start.length; i++) code = (code << 6) | (start[i]! & 0x3f);
  const missing = 6 * (length - start.length);
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const from = Math.max(code << missing, least);
  const to = Math.min(((code + 1) << missing) - 1, 0x10ffff);

  const characters: string[] = [];
  const counts = new Uint32Array(CATEGORIES.length);
  const nextBytes = new Set<number>();
  const step = Math.max(1, Math.floor((to - from + 1) / SAMPLES));
  for (let point = from; point <= to; point += step) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    const nextByte = point >> (missing - 6);
    const category = CATEGORIES.findIndex((pattern) => pattern.test(character));
    const wanted = missing === 6 || !nextBytes.has(nextByte) || counts[category]! < OF_EACH;
    if (!wanted) continue;
    nextBytes.add(nextByte);
    counts[category]!++;
    characters.push(character);
  }
  return characters;
}
