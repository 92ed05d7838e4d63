import assert from "node:assert/strict";
import fc from "fast-check";
import { SPLIT_PATTERNS, type SplitPatternName, splitStages } from "../tokenizer/split-patterns.ts";
import { Splitter } from "../tokenizer/splitter.ts";

function pieces(splitter: Splitter, text: string): string[] {
  const found: string[] = [];
  splitter.forEachPiece(text, (piece) => found.push(piece));
  return found;
}

// What `Canonical` takes for granted about every tokenizer that cuts at words.
describe("pre-tokenizer patterns that cut at words", () => {
  const character = fc.constantFrom(..."aZ9  \t\r\n(.,!?|'sS-/_\"#{é例€٣ʰ\u0301");
  const text = fc.array(character, { maxLength: 14 }).map((characters) => characters.join(""));
  for (const name of Object.keys(SPLIT_PATTERNS) as SplitPatternName[]) {
    if (name === "lines") continue;
    it(name, () => {
      const splitter = new Splitter(splitStages(name));
      fc.assert(
        fc.property(text, (sample) => {
          const whole = pieces(splitter, sample);
          assert.equal(whole.join(""), sample);
          for (const cut of sample.matchAll(/(?<=[A-Za-z0-9])[ \t\r\n(.,!?|]/g)) {
            const parts = [sample.slice(0, cut.index), sample.slice(cut.index)];
            assert.deepEqual(
              parts.flatMap((part) => pieces(splitter, part)),
              whole,
            );
          }
          for (const piece of whole) assert.doesNotMatch(piece, /.[ ][A-Za-z0-9]/s);
        }),
        { numRuns: 500 },
      );
    });
  }
});
