import assert from "node:assert/strict";
import fc from "fast-check";
import { SPLIT_PATTERNS, type SplitPatternName, splitStages } from "../../tokenizer/split-patterns.ts";
import { Splitter } from "../../tokenizer/splitter.ts";
import { cutText, nextCut } from "./cuts.ts";

describe("cutText", () => {
  const check = (text: string, target: number, expected: string[]) =>
    it(JSON.stringify(text), () => {
      const parts = cutText(text, true, target);
      assert.deepEqual(
        parts.map((part) => (part.seam ? "" : "!") + part.text),
        expected,
      );
    });
  check("", 3, [""]);
  check("abc", 3, ["abc"]);
  check("ab\ncd ef", 3, ["ab\n", "cd", " ef"]);
  // No seam: cut anywhere, but not inside a surrogate pair.
  check("(((((((", 3, ["(((", "!(((("]);
  check("((😀😀😀", 3, ["((😀", "!😀😀"]);
  // Better after a line break than anywhere.
  check("((\n((((", 3, ["((\n", "!(((("]);

  it("keeps the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 80 }),
        fc.integer({ min: 2, max: 9 }),
        fc.boolean(),
        (text, n, words) => {
          const parts = cutText(text, words, n);
          assert.equal(parts.map((part) => part.text).join(""), text);
          for (const part of parts.slice(1)) assert.ok(!/^[\udc00-\udfff]/.test(part.text));
        },
      ),
    );
  });
});

describe("seams are piece borders under every pretokenizer that cuts at words", () => {
  const pieces = (splitter: Splitter, text: string) => {
    const out: string[] = [];
    splitter.forEachPiece(text, (piece) => out.push(piece));
    return out;
  };
  const text = fc
    .array(
      fc.constantFrom(
        "a",
        "B",
        "z",
        "7",
        "42",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        ".",
        "/",
        "'s",
        "'",
        "é",
        "語",
        "_",
        "(",
        "$",
        "😀",
      ),
      {
        minLength: 4,
        maxLength: 40,
      },
    )
    .map((words) => words.join(""));
  for (const name of Object.keys(SPLIT_PATTERNS) as SplitPatternName[]) {
    if (name === "lines") continue;
    it(name, () => {
      const splitter = new Splitter(splitStages(name));
      fc.assert(
        fc.property(text, fc.nat(30), (text, from) => {
          fc.pre(from < text.length - 4);
          const { at, seam } = nextCut(text, from, true, 4);
          fc.pre(seam);
          assert.deepEqual(
            [...pieces(splitter, text.slice(0, at)), ...pieces(splitter, text.slice(at))],
            pieces(splitter, text),
          );
        }),
        { numRuns: 1000 },
      );
    });
  }
});
