import assert from "node:assert/strict";
import fc from "fast-check";
import { SPLIT_PATTERNS, type SplitPatternName, splitStages } from "../tokenizer/split-patterns.ts";
import { Splitter } from "../tokenizer/splitter.ts";
import { endsAtApostrophe, shapeOf } from "./shapes.ts";

function pieceEnds(splitter: Splitter, text: string): number[] {
  const ends: number[] = [];
  let end = 0;
  splitter.forEachPiece(text, (piece) => {
    end += piece.length;
    ends.push(end);
  });
  return ends;
}

/// Texts, each with another of the same shape.
const sameShape: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  { weight: 4, arbitrary: pair("abstxyz", "dqlrevm") },
  { weight: 2, arbitrary: pair("ABSTZ", "MQLRE") },
  { weight: 2, arbitrary: digits() },
  { weight: 2, arbitrary: run(" ") },
  { weight: 1, arbitrary: run("\n") },
  { weight: 1, arbitrary: run("-") },
  { weight: 3, arbitrary: fc.constantFrom(..."\t\r(.,!?|'_/\"#{<>=+$^`~").map((c) => [c, c] as const) },
  { weight: 1, arbitrary: pair("éüß", "ñøå", 1) },
  { weight: 1, arbitrary: pair("中文", "例語", 1) },
  { weight: 1, arbitrary: pair("٣٤", "۵۶", 1) },
  { weight: 1, arbitrary: pair("\u0301\u0302", "\u0303\u0304", 1) },
  { weight: 1, arbitrary: pair("→∀", "⇒∃", 1) },
);

function pair(of: string, others: string, most = 5) {
  return fc
    .tuple(
      fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: most }),
      fc.array(fc.constantFrom(...others), { minLength: 1, maxLength: most }),
    )
    .map(([a, b]) => (most === 1 ? ([a[0]!, b[0]!] as const) : ([a.join(""), b.join("")] as const)));
}

function digits() {
  return fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 2 }))
    .map(([n, more]) => ["1".repeat(n), "9".repeat(n > 3 ? n + 3 * more : n)] as const);
}

function run(character: string) {
  return fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }))
    .map(([n, more]) => [character.repeat(n), character.repeat(n >= 3 ? n + more : n)] as const);
}

describe("texts of one shape", () => {
  it("are what it says", () => {
    assert.equal(shapeOf("  total_Sum12"), "  x_Xx00");
    assert.equal(shapeOf("12345678"), "00000");
    assert.equal(shapeOf("      it's"), "      it's");
    assert.equal(shapeOf("é中"), shapeOf("ü例"));
    assert.notEqual(shapeOf("é"), shapeOf("É"));
  });

  // Cut where tokens meet, `Canonical` asks whether these are ends of pieces, and whether others are.
  for (const name of Object.keys(SPLIT_PATTERNS) as SplitPatternName[]) {
    if (name === "lines") continue;
    it(`are cut alike by ${name}`, () => {
      const splitter = new Splitter(splitStages(name));
      fc.assert(
        fc.property(fc.array(sameShape, { minLength: 1, maxLength: 7 }), (tokens) => {
          // Parts that stand for tokens must each have their shape, with what is known of the text before.
          let before = "";
          for (const [a, b] of tokens) {
            if (endsAtApostrophe(before) && a !== b) return;
            assert.equal(shapeOf(a), shapeOf(b));
            before += a;
          }
          const cut = ([...parts]: readonly string[]) => {
            const ends = new Set(pieceEnds(splitter, parts.join("")));
            let at = 0;
            return parts.map((part) => {
              const from = at;
              at += part.length;
              let inside = false;
              for (let i = from + 1; i < at; i++) inside ||= ends.has(i);
              return `${inside ? "cut" : "whole"}${ends.has(at) ? "|" : ""}`;
            });
          };
          assert.deepEqual(
            cut(tokens.map(([a]) => a)),
            cut(tokens.map(([, b]) => b)),
            JSON.stringify(tokens),
          );
        }),
        { numRuns: 2000 },
      );
    });

    it(`have pieces that ${name} cuts alike from where one ends`, () => {
      const splitter = new Splitter(splitStages(name));
      fc.assert(
        fc.property(fc.array(sameShape, { minLength: 2, maxLength: 7 }), (tokens) => {
          const text = tokens.map(([a]) => a).join("");
          const ends = pieceEnds(splitter, text);
          for (const end of ends) {
            assert.deepEqual(
              pieceEnds(splitter, text.slice(end)).map((at) => end + at),
              ends.filter((at) => at > end),
              JSON.stringify([text, end]),
            );
          }
        }),
        { numRuns: 1000 },
      );
    });
  }
});
