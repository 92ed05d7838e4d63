import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { arbitraryText, awkwardTexts } from "../../test/support/awkward-texts.ts";
import { alignTexts } from "./align.ts";
import { loadBuiltInTokenizer } from "./built-in.ts";
import { chunkText, safeBoundaries } from "./chunks.ts";
import { vocabularyFromTokens } from "./flat-vocabulary.ts";
import { huggingFaceTokenizer } from "./hugging-face.ts";
import { ENDS_INSIDE, NO_TEXT, STARTS_INSIDE, tokenizePieces } from "./pieces.ts";
import { wellFormed } from "./text-tokenizer.ts";
import type { Tokenizer } from "./vocabulary.ts";

function golden(name: string): Tokenizer {
  const file = join(process.env.TOKENSIEVE_ROOT!, `test/golden/tokenizers/${name}.json`);
  return huggingFaceTokenizer(JSON.parse(readFileSync(file, "utf8")).tokenizer, { name });
}

// A tokenizer of the text's bytes: everything that is no ASCII is split.
const bytewise: Tokenizer = {
  vocabulary: vocabularyFromTokens(Array.from({ length: 256 }, (_, b) => Uint8Array.of(b))),
  encode: (text) => [...Buffer.from(text)],
};

describe("tokenizePieces", () => {
  it("gives every token of a split character that character's place", () => {
    const pieces = tokenizePieces(bytewise, "a😀é");
    const inside = STARTS_INSIDE | ENDS_INSIDE;
    assert.deepEqual([...pieces.byteStarts], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual([...pieces.textStarts], [0, 1, 1, 1, 1, 3, 3]);
    assert.deepEqual([...pieces.textEnds], [1, 3, 3, 3, 3, 4, 4]);
    assert.deepEqual(
      [...pieces.flags],
      [0, ENDS_INSIDE, inside, inside, STARTS_INSIDE, ENDS_INSIDE, STARTS_INSIDE],
    );
    assert.equal(pieces.lossless, true);
  });

  it("takes a token that has parts of two characters to both", () => {
    const tokenizer: Tokenizer = {
      vocabulary: vocabularyFromTokens([Uint8Array.of(0xc3), Uint8Array.of(0xa9, 0xc3), Uint8Array.of(0xa8)]),
      encode: () => [0, 1, 2],
    };
    const pieces = tokenizePieces(tokenizer, "éè");
    assert.deepEqual([...pieces.textStarts], [0, 0, 1]);
    assert.deepEqual([...pieces.textEnds], [1, 2, 2]);
  });

  it("aligns lone surrogates exactly, but does not call them lossless", () => {
    const pieces = tokenizePieces(bytewise, "a\ud800b");
    assert.deepEqual([...pieces.textStarts], [0, 1, 1, 1, 2]);
    assert.equal(pieces.lossless, false);
  });

  it("marks tokens without text", () => {
    const tokenizer: Tokenizer = {
      vocabulary: vocabularyFromTokens(["a", { special: "<unk>" }]),
      encode: () => [0, 1, 0],
    };
    const pieces = tokenizePieces(tokenizer, "a€a");
    assert.deepEqual([...pieces.flags], [0, NO_TEXT, 0]);
    assert.deepEqual([...pieces.textStarts], [0, 1, 2]);
    assert.deepEqual([...pieces.textEnds], [1, 2, 3]);
    assert.equal(pieces.lossless, false);
  });

  const check = (what: string, tokenizer: Tokenizer, text: string, expected: string[]) =>
    it(`${what}: ${JSON.stringify(text)}`, () => {
      const pieces = tokenizePieces(tokenizer, text);
      assert.equal(pieces.lossless, false);
      assert.deepEqual(
        [...pieces.textStarts].map((from, i) => text.slice(from, pieces.textEnds[i]!)),
        expected,
      );
    });
  const spaced = huggingFaceTokenizer(
    {
      model: { type: "BPE", vocab: { "▁": 0, a: 1, "▁a": 2 }, merges: ["▁ a"] },
      pre_tokenizer: { type: "Metaspace" },
    },
    { name: "spaced" },
  );
  check("the space that is put before the text has no place in it", spaced, "a aa", ["a", " a", "a"]);
  const words = huggingFaceTokenizer(
    {
      normalizer: { type: "BertNormalizer", lowercase: true, strip_accents: true },
      pre_tokenizer: { type: "BertPreTokenizer" },
      model: { type: "WordPiece", vocab: { "[UNK]": 0, word: 1, "##s": 2, ",": 3 }, unk_token: "[UNK]" },
    },
    { name: "words" },
  );
  check("case, accents and dropped white space", words, "Words,  wörd", ["Word", "s", ",", "wörd"]);
  check("an unknown word", words, "word xyz word", ["word", " xyz ", "word"]);

  it("covers each text without gaps if it is lossless", async () => {
    const tokenizer = await loadBuiltInTokenizer("cl100k_base");
    const checkText = (text: string) => {
      const { ids, textStarts, textEnds, flags, byteStarts, lossless } = tokenizePieces(tokenizer, text);
      assert.equal(lossless, wellFormed(text) === text);
      assert.equal(byteStarts[ids.length], Buffer.byteLength(text));
      let end = 0;
      for (let i = 0; i < ids.length; i++) {
        if (flags[i]! & STARTS_INSIDE)
          assert.ok(textStarts[i]! < end && textStarts[i]! >= textStarts[i - 1]!);
        else assert.equal(textStarts[i], end);
        end = textEnds[i]!;
      }
      assert.equal(end, text.length);
    };
    awkwardTexts.forEach(checkText);
    fc.assert(fc.property(arbitraryText, checkText), { numRuns: 300 });
  });
});

describe("alignTexts", () => {
  const check = (decoded: string, text: string, starts: number[], ends: number[]) =>
    it(`${JSON.stringify(decoded)} with ${JSON.stringify(text)}`, () => {
      const alignment = alignTexts(decoded, text);
      assert.deepEqual({ starts: [...alignment.starts], ends: [...alignment.ends] }, { starts, ends });
    });
  check("", "", [0], [0]);
  check("ab", "aB", [0, 1, 2], [0, 1, 2]);
  check(" ab", "ab", [0, 0, 1, 2], [0, 0, 1, 2]);
  check("ab", "a-b", [0, 2, 3], [0, 1, 3]);
  check("axcd", "aycd", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]);
  check("xyz", "", [0, 0, 0, 0], [0, 0, 0, 0]);

  it("takes no time for texts that have nothing in common", () => {
    assert.equal(alignTexts("a".repeat(500_000), "b".repeat(500_000)).starts.length, 500_001);
  });
});

describe("chunkText", () => {
  const check = (text: string, size: number, expected: string[]) =>
    it(`${JSON.stringify(text)} by ${size}`, async () => {
      const tokenizer = await loadBuiltInTokenizer("cl100k_base");
      assert.deepEqual(
        chunkText(tokenizer, text, size).map(({ from, to }) => text.slice(from, to)),
        expected,
      );
    });
  check("", 4, []);
  check("a b c d", 3, ["a b", " c d"]);
  check("one;\n\ntwo\nthree", 1, ["one;\n\ntwo", "\nthree"]);
  check("(((((((((", 2, ["((((((((("]);

  it("finds the safe boundaries of a range", async () => {
    const tokenizer = await loadBuiltInTokenizer("cl100k_base");
    assert.deepEqual([...safeBoundaries(tokenizer, "a b\nc. d\t")], [1, 3, 8]);
    assert.deepEqual([...safeBoundaries(tokenizer, "a b\nc. d\t", 2, 7)], [3]);
  });

  it("leaves a text whole where the tokenizer allows no cuts", () => {
    assert.deepEqual(chunkText(golden("llama2"), "a b c", 1), [{ from: 0, to: 5 }]);
  });
});
