import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { utf8Encode } from "../base/bytes.ts";
import type { InputError } from "../base/diagnostic.ts";
import { huggingFaceTokenizer } from "../tokenizer/hugging-face.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { CoverStream } from "./cover-stream.ts";
import { takeBack } from "./healing.ts";
import { identifierRemainder, rankMiddles } from "./suffix-ranking.ts";
import { type TextSource, trainedModel } from "./testing/listed-source.ts";
import { toyBpe } from "./testing/toy-bpe.ts";
import { hashedModel } from "./testing/toy-model.ts";
import { toySentencePiece } from "./testing/toy-sentence-piece.ts";

const bundled = huggingFaceTokenizer(
  readFileSync(`${process.env.TOKENSIEVE_ROOT}models/tokenizer.json`, "utf8"),
  { name: "bundled" },
);
const CANONICAL = { kind: "canonical", maxUnchecked: 0 } as const;

describe("takeBack", () => {
  const part = fc.constantFrom(
    ..."import const readFile :// = 12 345 ' 's 'll (x) {\n \t\r\n ;  é 例 😀 _a A B".split(" "),
    " ",
    "  ",
    "\n    ",
  );
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const sentencePiece = toySentencePiece({
    characters: "ab cimport",
    merges: [
      ["i", "m"],
      ["im", "p"],
      [" ", "im"],
      ["a", "b"],
    ],
    fallback: Array.from({ length: 256 }, (_, b) => b),
  });
  const tokenizers: [string, Tokenizer][] = [
    ["the bundled one", bundled],
    ["SentencePiece", sentencePiece],
  ];
  for (const [name, tokenizer] of tokenizers) {
    it(`what stays are the first tokens of every continuation: ${name}`, () => {
      fc.assert(
        fc.property(text, text, (before, after) => {
          for (const mode of ["none", "token", "exact"] as const) {
            const { tokens, bytes } = takeBack(tokenizer, before, mode);
            const joined = [...tokensToBytes(tokenizer.vocabulary, tokens), ...bytes];
            assert.deepEqual(joined, [...utf8Encode(before)]);
            if (mode !== "exact") continue;
            // Behind a line break, as in the middle of a text.
            const all = tokenizer.encode(`\n${before}${after}`);
            const skipped = tokenizer.encode("\n").length;
            if (tokenizer.encode(`\n${before}`)[skipped - 1] !== all[skipped - 1]) continue;
            const spelled = tokensToBytes(tokenizer.vocabulary, all.slice(skipped)).length;
            if (spelled !== utf8Encode(before + after).length) continue;
            assert.deepEqual(
              all.slice(skipped, skipped + tokens.length),
              [...tokens],
              JSON.stringify([before, after]),
            );
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  function check(prefix: string | Uint8Array, mode: "none" | "token" | "exact", expected: string): void {
    it(`${JSON.stringify(prefix)}, ${mode}: ${JSON.stringify(expected)}`, () => {
      const { bytes } = takeBack(bundled, prefix, mode);
      assert.deepEqual([...bytes], [...utf8Encode(expected)]);
    });
  }
  check("see http:", "none", "");
  check("see http:", "token", ":");
  check("see http:", "exact", ":");
  check("return ", "exact", " ");
  check("x = 'a'; impor", "exact", " impor");
  check("", "exact", "");
  check("", "token", "");

  it("half a character is taken back, and may come back whole", async () => {
    const bytes = utf8Encode("x = 'é");
    const cut = bytes.subarray(0, bytes.length - 1);
    for (const mode of ["none", "exact"] as const) {
      const taken = takeBack(bundled, cut, mode);
      assert.equal(taken.bytes.at(-1), 0xc3);
      const stream = CoverStream.open(new ByteModel(hashedModel(bundled, 1)), taken.tokens, {
        kind: "all",
        minShare: 1e-6,
      });
      await stream.advance(Uint8Array.of(...taken.bytes, 0xa9));
    }
  });

  it("bytes that are no text are named by their place", () => {
    assert.throws(
      () => takeBack(bundled, Uint8Array.of(0x61, 0xff, 0x62), "exact"),
      (error: InputError) => {
        assert.equal(error.diagnostics[0]!.code, "bytes-not-utf8");
        assert.deepEqual(error.diagnostics[0]!.location, { kind: "byte", byteOffset: 1 });
        return true;
      },
    );
  });
});

describe("identifierRemainder", () => {
  const check = (suffix: string, expected: string) =>
    it(JSON.stringify(suffix), () => assert.equal(identifierRemainder(suffix), expected));
  check("ame(x)", "ame");
  check(" name", "");
  check("$x_1 = 2", "$x_1");
  check("größe;", "größe");
  check("", "");
});

describe("rankMiddles", () => {
  const source: TextSource = new Map([
    ["getName", 0.5],
    ["getNames", 0.2],
    ["getGame", 0.2],
    ["getFrame", 0.1],
  ]);
  const tokenizer = toyBpe({
    alphabet: "getNamsGFr",
    merges: [
      ["g", "e"],
      ["ge", "t"],
      ["a", "m"],
      ["am", "e"],
      ["N", "ame"],
    ],
    split: { kind: "none" },
  });

  it("ranks by taken back, candidate and remainder together, and by the end behind it", async () => {
    const { tokens, bytes } = takeBack(tokenizer, "get", "exact");
    const stream = CoverStream.open(new ByteModel(trainedModel(tokenizer, source)), tokens, CANONICAL);
    await stream.advance(bytes);
    const candidates = ["G", "N", "Fr", "s", "Nam"].map((text) => utf8Encode(text));
    const ranked = await rankMiddles(stream, candidates, utf8Encode("ame"));
    assert.deepEqual(
      ranked.map(({ index }) => index),
      [1, 0, 2, 3, 4],
    );
    const p = [0.5, 0.2, 0.1];
    for (const [i, { score }] of ranked.slice(0, 3).entries())
      assert.ok(Math.abs(score - Math.log(p[i]!)) < 1e-6);
    for (const { score } of ranked.slice(3)) assert.ok(score < -20, String(score));
    assert.equal(stream.length, bytes.length);
  });

  it("knows how to tell texts that end from those that go on", async () => {
    const stream = CoverStream.open(new ByteModel(trainedModel(tokenizer, source)), [], CANONICAL);
    const [first] = await rankMiddles(stream, [utf8Encode("getN")], utf8Encode("ame"));
    assert.ok(Math.abs(first!.whole - Math.log(0.7)) < 1e-6);
    assert.ok(Math.abs(first!.stop - Math.log(0.5 / 0.7)) < 1e-6);
  });
});
