import assert from "node:assert/strict";
import fc from "fast-check";
import type { Expression } from "../../ir.ts";
import { ALL_STRINGS, type StringSet } from "../string-set.ts";
import { lowered, TextSet } from "../values/text-set.ts";
import { spellingOf } from "./spelling.ts";
import { stringsExpression } from "./strings.ts";

const SPELLING = spellingOf("any");

function expressionOf(asked: Partial<StringSet>): Expression {
  return stringsExpression({ ...ALL_STRINGS, ...asked }, SPELLING);
}

function textsOf(asked: Partial<StringSet>): TextSet {
  return new TextSet(expressionOf(asked));
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

type Way = "itself" | "short" | "lower" | "upper";

/// One way to write a character in a JSON string; another one where the way asked for does not exist.
function spell(character: string, way: Way): string {
  const short = SHORT[character];
  if (way === "short" && short !== undefined) return short;
  if ((way === "itself" || way === "short") && character >= " " && !'"\\'.includes(character))
    return character;
  return [...Array(character.length).keys()]
    .map((i) => {
      const digits = character.charCodeAt(i).toString(16).padStart(4, "0");
      return `\\u${way === "upper" ? digits.toUpperCase() : digits}`;
    })
    .join("");
}

const character = fc.oneof(
  fc.constantFrom("a", "b", "7", " ", "f", "o", "-", "/", "\\", '"', "\n", "\t", "\0", "\x1f", "\x7f"),
  fc.constantFrom(
    "é",
    "ÿ",
    "Ā",
    "€",
    "\u2028",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "😀",
    "\u{10000}",
    "\u{10ffff}",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
const way = fc.constantFrom<Way>("itself", "itself", "short", "lower", "upper");
const spelled = fc
  .array(fc.tuple(character, way), { maxLength: 12 })
  .map((parts) => `"${parts.map(([c, w]) => spell(c, w)).join("")}"`);

/// Printable ASCII, whose `\u` spelling only strings without patterns may have.
function hasNeedlessEscape(text: string): boolean {
  return [...text.matchAll(/\\(?:u([0-9a-fA-F]{4})|.)/g)].some(([, digits]) => {
    const code = digits === undefined ? 0 : Number.parseInt(digits, 16);
    return code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c;
  });
}

describe("any string", () => {
  const any = textsOf({});

  it("takes every spelling of every text", () => {
    fc.assert(
      fc.property(spelled, (text) => {
        JSON.parse(text);
        assert.ok(any.has(text), text);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes what JSON.parse takes", () => {
    const piece = fc.constantFrom(
      "a",
      '"',
      "\\",
      "u",
      "0",
      "D8",
      "\\u",
      "\\ud83d",
      "\n",
      "\t",
      "/",
      "n",
      "é",
      "x",
    );
    const wild = fc.array(piece, { maxLength: 8 }).map((pieces) => `"${pieces.join("")}"`);
    fc.assert(
      fc.property(wild, (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          // No JSON at all.
        }
        assert.equal(any.has(text), typeof value === "string", text);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes escapes of lone surrogates", () => {
    for (const text of ['"\\ud800"', '"\\uDFFFx"', '"\\ude00\\ud83d"', '"\\u0000"'])
      assert.ok(any.has(text), text);
    for (const text of ['"', "", '"a', '"\\ud80"', '"\\x41"', '"\\"', '""x']) assert.ok(!any.has(text), text);
  });
});

describe("the string of one text", () => {
  it("takes its text's spellings and no others", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(character, way), { maxLength: 6 }),
        fc.array(fc.tuple(character, way), { maxLength: 6 }),
        (own, other) => {
          const text = own.map(([c]) => c).join("");
          const set = new TextSet(SPELLING.literal(text));
          assert.ok(set.has(JSON.stringify(text)));
          for (const parts of [own, other]) {
            const written = `"${parts.map(([c, w]) => spell(c, w)).join("")}"`;
            const expected = parts.map(([c]) => c).join("") === text && !hasNeedlessEscape(written);
            assert.equal(set.has(written), expected, written);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("writes lone surrogates as escapes", () => {
    const set = new TextSet(SPELLING.literal("a\ud83d"));
    assert.ok(
      set.has('"a\\ud83d"') && set.has('"a\\uD83D"') && !set.has('"a"') && !set.has('"a\\ud83d\\ude00"'),
    );
  });
});

describe("sets of strings", () => {
  it("counts code points", () => {
    for (const [min, max] of [
      [0, 0],
      [0, 3],
      [2, undefined],
      [3, 5],
    ] as const) {
      const set = textsOf({ minLength: min, ...(max === undefined ? {} : { maxLength: max }) });
      fc.assert(
        fc.property(spelled, (text) => {
          const length = [...(JSON.parse(text) as string)].length;
          assert.equal(set.has(text), length >= min && length <= (max ?? 99), text);
        }),
        { numRuns: 300 },
      );
    }
    assert.ok(textsOf({ minLength: 2, maxLength: 1 }).isEmpty);
    // A lone surrogate stands for no code point that could be counted.
    assert.ok(!textsOf({ maxLength: 3 }).has('"\\ud83d"'));
  });

  const sources = [
    "^[a-z]+$",
    "foo",
    "^fo",
    "o-$",
    "^(?!foo).*$",
    "^.{2,4}$",
    "^.+$",
    "^\\S+$",
    "[^\\s]",
    "^[ab]*7?[^a]$",
    "^(a|bb|[fo-]{3})*$",
    "^(ab?|7{1,2}o)[a-z]*$",
    "^(?=a).*b$",
    "/",
    "\\\\",
    '^[^"]*$',
    "^[é😀]*$",
    "^\\p{L}*$",
    "^a?b?[fo]*$",
    "^$",
    "^(ab)*$",
    "^f(oo|ab){1,9}$",
    "^(|a|ab)-{0,3}(foo){1,2}$",
  ];
  const text = fc
    .array(fc.oneof(character, fc.constantFrom("a", "b", "f", "o", "foo", "7", "-")), { maxLength: 9 })
    .chain((list) => fc.array(way, { minLength: 30, maxLength: 30 }).map((ways) => ({ list, ways })))
    .map(({ list, ways }) => `"${[...list.join("")].map((c, i) => spell(c, ways[i % 30]!)).join("")}"`);
  const lengths: readonly (readonly [number, number | undefined])[] = [
    [0, undefined],
    [0, 3],
    [2, undefined],
    [3, 5],
    [0, 0],
    [6, 60],
  ];
  for (const source of sources) {
    it(`takes the texts of ${source}, with and without lengths`, () => {
      const oracle = new RegExp(source, "u");
      for (const [minLength, maxLength] of lengths) {
        const set = textsOf({
          patterns: [source],
          minLength,
          ...(maxLength === undefined ? {} : { maxLength }),
        });
        fc.assert(
          fc.property(text, (written) => {
            if (hasNeedlessEscape(written)) return;
            const value = JSON.parse(written) as string;
            const length = [...value].length;
            const fits = length >= minLength && length <= (maxLength ?? Number.POSITIVE_INFINITY);
            assert.equal(
              set.has(written),
              fits && oracle.test(value),
              `${written} of ${minLength}–${maxLength}`,
            );
          }),
          { numRuns: 150 },
        );
      }
    });
  }

  it("takes what all patterns take", () => {
    const set = textsOf({ patterns: ["^a", "b$", "^(?!ab)"], maxLength: 4 });
    for (const t of ["aab", "axxb", "aéb"]) assert.ok(set.has(JSON.stringify(t)), t);
    for (const t of ["ab", "abb", "axxxb", "b", ""]) assert.ok(!set.has(JSON.stringify(t)), t);
  });

  it("counts items of several characters", () => {
    const set = textsOf({ patterns: ["^(ab)*$"], minLength: 3, maxLength: 7 });
    for (const [t, expected] of [
      ["", false],
      ["ab", false],
      ["abab", true],
      ["ababab", true],
      ["abababab", false],
    ] as const)
      assert.equal(set.has(JSON.stringify(t)), expected, t);
  });

  it("counts without states where one part of a pattern alone varies", () => {
    for (const source of ["^.+$", "^[a-z0-9_-]*$", "^\\S+$", "^https?://", "^[A-Z]{1,3}-\\d*$", "^#[^#]*$"]) {
      const { size } = lowered(expressionOf({ patterns: [source], minLength: 1, maxLength: 100_000 })).nfa;
      assert.ok(size < 400, `${source}: ${size} states`);
    }
  });

  it("spells the complement of a pattern in every way", () => {
    const set = textsOf({ not: [{ ...ALL_STRINGS, patterns: ["^(é|a)$"] }] });
    for (const t of ['"é"', '"\\u00e9"', '"\\u00E9"', '"a"', '"\\u0061"']) assert.ok(!set.has(t), t);
    for (const t of ['""', '"b"', '"\\u00e8"', '"aé"']) assert.ok(set.has(t), t);
  });
});
