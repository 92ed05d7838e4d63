import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8Encode } from "../base/bytes.ts";
import { type TokenSpec, vocabularyFromTokens, writeUtf8 } from "./flat-vocabulary.ts";

describe("vocabularyFromTokens", () => {
  const tokens: TokenSpec[] = [
    "a",
    "é",
    Uint8Array.of(0xe2, 0x82),
    "",
    { special: "</s>" },
    { unused: true },
  ];
  const vocabulary = vocabularyFromTokens(tokens);

  it("keeps bytes, kinds and ends", () => {
    assert.equal(vocabulary.size, 6);
    assert.deepEqual(
      tokens.map((_, id) => [...vocabulary.bytes(id)]),
      [[0x61], [0xc3, 0xa9], [0xe2, 0x82], [], [...utf8Encode("</s>")], []],
    );
    assert.deepEqual(
      tokens.map((_, id) => vocabulary.kind(id)),
      ["normal", "normal", "normal", "unused", "special", "unused"],
    );
    assert.deepEqual(vocabulary.stopTokens, [4]);
  });

  it("refuses ids that it does not have", () => {
    for (const id of [-1, 6, Number.NaN])
      assert.throws(() => vocabulary.bytes(id), /outside of the vocabulary/);
  });
});

describe("the id of a vocabulary", () => {
  const fim = { prefix: 0, suffix: 1, middle: 0 };
  const idOf = (tokens: TokenSpec[], options = {}) => vocabularyFromTokens(tokens, options).id;
  const base = idOf(["a", "b"]);

  it("is the content's", () => {
    assert.equal(idOf(["a", "b"], { name: "other" }), base);
    assert.match(base, /^[0-9a-f]{32}$/);
  });
  const check = (what: string, tokens: TokenSpec[], options = {}) =>
    it(`differs with ${what}`, () => assert.notEqual(idOf(tokens, options), base));
  check("bytes", ["a", "c"]);
  check("borders of tokens", ["ab", ""]);
  check("kinds", ["a", { special: "b" }], { stopTokens: [] });
  check("stop tokens", ["a", "b"], { stopTokens: [1] });
  check("FIM tokens", ["a", "b"], { fim });
});

describe("writeUtf8", () => {
  it("writes what TextEncoder does, lone surrogates included", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
        (text) => {
          const bytes = new Uint8Array(text.length * 3);
          assert.deepEqual(bytes.subarray(0, writeUtf8(text, bytes, 0)), utf8Encode(text));
        },
      ),
    );
  });
});
