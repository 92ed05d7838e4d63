import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import cl100k from "gpt-tokenizer/esm/encoding/cl100k_base";
import o200k from "gpt-tokenizer/esm/encoding/o200k_base";
import { arbitraryText, awkwardTexts } from "../../test/support/awkward-texts.ts";
import { utf8Encode } from "../base/bytes.ts";
import { type BuiltInTokenizerName, builtInTokenizerNames, loadBuiltInTokenizer } from "./built-in.ts";
import { chunkText } from "./chunks.ts";
import { wellFormed } from "./text-tokenizer.ts";
import { tokensToBytes } from "./vocabulary.ts";

// As published: bundles cut everything but the vocabulary out of it.
const { llama3Tokenizer: llama3Reference } = createRequire(import.meta.url)(
  "llama3-tokenizer-js/bundle/commonjs-llama3-tokenizer-with-baked-data.cjs",
) as { llama3Tokenizer: { encode(text: string, options: object): number[] } };

const plain = { disallowedSpecial: new Set<string>() };
const references: Readonly<Record<BuiltInTokenizerName, (text: string) => number[]>> = {
  o200k_base: (text) => o200k.encode(text, plain),
  cl100k_base: (text) => cl100k.encode(text, plain),
  llama3: (text) => llama3Reference.encode(text, { bos: false, eos: false, specialTokenRegex: /(?!)/g }),
};

// JavaScript's \s has U+FEFF and lacks U+0085: the packages differ from the models' own tokenizers there.
const sameForPackages = (text: string) => !/[\u0085\ufeff]/.test(text);

for (const name of builtInTokenizerNames) {
  describe(name, () => {
    const tokenizer = loadBuiltInTokenizer(name);
    const reference = references[name];

    it("encodes as its package does", async () => {
      const { encode } = await bound();
      for (const text of awkwardTexts.filter(sameForPackages)) {
        assert.deepEqual(encode(text), reference(wellFormed(text)), JSON.stringify(text));
      }
      fc.assert(
        fc.property(arbitraryText.filter(sameForPackages), (text) =>
          assert.deepEqual(encode(text), reference(wellFormed(text))),
        ),
        { numRuns: 300 },
      );
    });

    it("keeps every byte", async () => {
      const { encode, vocabulary } = await bound();
      const check = (text: string) =>
        assert.deepEqual(tokensToBytes(vocabulary, encode(text)), utf8Encode(text), JSON.stringify(text));
      awkwardTexts.forEach(check);
      fc.assert(fc.property(arbitraryText, check), { numRuns: 300 });
    });

    it("encodes chunks to the whole's ids", async () => {
      const loaded = await tokenizer;
      fc.assert(
        fc.property(arbitraryText, fc.integer({ min: 1, max: 12 }), (text, size) => {
          const chunks = chunkText(loaded, text, size).map(({ from, to }) => text.slice(from, to));
          assert.equal(chunks.join(""), text);
          assert.deepEqual(
            chunks.flatMap((chunk) => loaded.encode(chunk)),
            loaded.encode(text),
          );
        }),
        { numRuns: 300 },
      );
    });

    it("takes long runs without a boundary in stride", async () => {
      const { encode, vocabulary } = await bound();
      for (const text of ["a".repeat(100_000), " ".repeat(200_000)]) {
        assert.equal(tokensToBytes(vocabulary, encode(text)).length, text.length);
      }
    });

    async function bound() {
      const loaded = await tokenizer;
      return { vocabulary: loaded.vocabulary, encode: (text: string) => loaded.encode(text) };
    }
  });
}

describe("built-in vocabularies", () => {
  const check = (
    name: string,
    size: number,
    specials: Record<string, number>,
    unused: number[],
    stop: number[],
  ) =>
    it(name, async () => {
      const { vocabulary } = await loadBuiltInTokenizer(name);
      assert.equal(vocabulary.size, size);
      for (const [text, id] of Object.entries(specials)) {
        assert.equal(vocabulary.kind(id), "special");
        assert.deepEqual(vocabulary.bytes(id), utf8Encode(text));
      }
      for (const id of unused) assert.equal(vocabulary.kind(id), "unused");
      assert.deepEqual(vocabulary.stopTokens, stop);
      const bytes = new Set(Array.from({ length: 256 }, (_, id) => vocabulary.bytes(id)[0]));
      assert.equal(bytes.size, 256, "the first 256 tokens are the bytes");
    });
  check(
    "o200k_base",
    200_019,
    { "<|endoftext|>": 199_999, "<|endofprompt|>": 200_018 },
    [199_998, 200_000, 200_017],
    [199_999],
  );
  check(
    "cl100k_base",
    100_277,
    { "<|endoftext|>": 100_257, "<|fim_prefix|>": 100_258, "<|endofprompt|>": 100_276 },
    [100_256, 100_261, 100_275],
    [100_257],
  );
  check(
    "llama3",
    128_256,
    { "<|begin_of_text|>": 128_000, "<|eot_id|>": 128_009, "<|reserved_special_token_247|>": 128_255 },
    [],
    [128_001, 128_008, 128_009],
  );

  it("cl100k_base has FIM tokens, the others have none", async () => {
    assert.deepEqual((await loadBuiltInTokenizer("cl100k_base")).vocabulary.fim, {
      prefix: 100_258,
      suffix: 100_260,
      middle: 100_259,
    });
    assert.equal((await loadBuiltInTokenizer("llama3")).vocabulary.fim, undefined);
  });

  it("an unknown name is an input error", async () => {
    await assert.rejects(
      loadBuiltInTokenizer("gpt-9"),
      (error: { diagnostics: { code: string; hint: string }[] }) => {
        assert.equal(error.diagnostics[0]!.code, "tokenizer-unknown");
        assert.match(error.diagnostics[0]!.hint, /o200k_base/);
        return true;
      },
    );
  });
});
