import { type TokenSpec, vocabularyFromTokens } from "../../src/tokenizer/index.ts";

const WORDS =
  "the and name value true false null item root select from where date type object string http www com ab abc";
const MARKS =
  '"," ":" {" "} [" "] }} ]} "}, ": ", \\" \\n \\u // /* ** ++ -- == :: () ), ); <a </ 00 10 12 2026 -1 .5 e9';

function fragments(): string[] {
  const words = WORDS.split(" ");
  return [
    ...words,
    ...words.map((word) => ` ${word}`),
    ...words.map((word) => `${word}"`),
    ...words.map((word) => `"${word}":`),
    ...MARKS.split(" "),
    ..."abcdefghijklmnopqrstuvwxyz".split("").flatMap((a) => ["e", "n", "s"].map((b) => a + b)),
    ...["  ", "    ", "\n\n", "\n  ", ", ", ": ", "é", "ß", "€", "日本", "😀", "aaaaaaaaaaaaaaaaaaaaaaaa"],
  ];
}

// Tokens that hold parts of characters.
const PARTS = [
  [0xe2, 0x82],
  [0x82, 0xac],
  [0xf0, 0x9f],
  [0x98, 0x80],
  [0x22, 0xc3],
  [0xa9, 0x22],
  [0xac, 0x2c, 0x20],
];

const SPECIALS: readonly TokenSpec[] = [
  { special: "<end>" },
  { special: "<stop>" },
  { special: "<think>" },
  { special: "</think>" },
  { special: "<x>" },
  { unused: true },
];

/// Every byte, fragments of the texts that grammars speak of, tokens that split characters, markers.
/// Small, so that an engine is ready for it in a millisecond.
export const FUZZ_VOCABULARY = (() => {
  const tokens: TokenSpec[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const stop = tokens.length;
  tokens.push(...SPECIALS, ...new Set(fragments()), ...PARTS.map((bytes) => Uint8Array.from(bytes)));
  return vocabularyFromTokens(tokens, { name: "fuzz", stopTokens: [stop, stop + 1] });
})();
