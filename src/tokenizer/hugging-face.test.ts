import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { arbitraryText, awkwardTexts } from "../../test/support/awkward-texts.ts";
import { utf8DecodeLossy, utf8Encode } from "../base/bytes.ts";
import type { Diagnostic, InputError } from "../base/diagnostic.ts";
import { chunkText } from "./chunks.ts";
import { huggingFaceTokenizer, huggingFaceVocabulary } from "./hugging-face.ts";
import { tokensToBytes } from "./vocabulary.ts";

interface Golden {
  readonly tokenizer: object;
  readonly cases: readonly (readonly [string, number[]])[];
}

const folder = join(process.env.TOKENSIEVE_ROOT!, "test/golden/tokenizers");
const goldens = readdirSync(folder).filter((file) => file.endsWith(".json"));
const readGolden = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Golden;

// Those whose tokens' bytes are the text's.
const EXACT = ["gpt2", "starcoder", "llama3", "punctuation-digits", "contiguous", "merged-with-next"];
const CUTTABLE = [
  "gpt2",
  "starcoder",
  "llama3",
  "qwen2-nfc",
  "bert",
  "unigram-words",
  "words-unknown",
  "end-of-word-suffix",
];

describe("tokenizer.json: the ids of Hugging Face's own library", () => {
  for (const file of goldens) {
    it(file, () => {
      const golden = readGolden(file);
      const tokenizer = huggingFaceTokenizer(golden.tokenizer, { name: file });
      for (const [text, ids] of golden.cases)
        assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
    });
  }
});

describe("tokenizer.json: every byte is kept", () => {
  for (const name of EXACT) {
    it(name, () => {
      const tokenizer = huggingFaceTokenizer(readGolden(`${name}.json`).tokenizer, { name });
      for (const text of awkwardTexts) {
        assert.deepEqual(tokensToBytes(tokenizer.vocabulary, tokenizer.encode(text)), utf8Encode(text));
      }
    });
  }
});

describe("tokenizer.json: chunks encode to the whole's ids", () => {
  for (const file of goldens) {
    it(file, () => {
      const tokenizer = huggingFaceTokenizer(readGolden(file).tokenizer, { name: file });
      assert.equal(tokenizer.cutsAtWords, CUTTABLE.includes(file.replace(".json", "")));
      fc.assert(
        fc.property(arbitraryText, fc.integer({ min: 1, max: 12 }), (text, size) => {
          const chunks = chunkText(tokenizer, text, size).map(({ from, to }) => text.slice(from, to));
          assert.deepEqual(
            chunks.flatMap((chunk) => tokenizer.encode(chunk)),
            tokenizer.encode(text),
          );
        }),
        { numRuns: 60 },
      );
    });
  }
});

// A byte-level tokenizer of a few tokens, with what `change` puts over it.
function tiny(change: object = {}): object {
  return {
    added_tokens: [{ id: 3, content: "<|endoftext|>", special: true }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: { a: 0, Ġ: 1, Ġa: 2 }, merges: ["Ġ a"] },
    ...change,
  };
}

describe("tokenizer.json: vocabulary", () => {
  const check = (what: string, json: object, config: object, expected: object) =>
    it(what, () => {
      const vocabulary = huggingFaceVocabulary(json, { name: "tiny", config });
      const tokens = Array.from({ length: vocabulary.size }, (_, id) => {
        const text = utf8DecodeLossy(vocabulary.bytes(id));
        return vocabulary.kind(id) === "normal" ? text : `${vocabulary.kind(id)}:${text}`;
      });
      const { stopTokens: stop, fim } = vocabulary;
      assert.deepEqual({ tokens, stop, ...(fim && { fim }) }, expected);
    });
  const added = (...contents: string[]) => ({
    added_tokens: contents.map((content, i) => ({ id: 3 + i, content, special: false })),
  });

  check("a marker by its name", tiny(), {}, { tokens: ["a", " ", " a", "special:<|endoftext|>"], stop: [3] });
  check(
    "an end token that the configuration names",
    tiny({ added_tokens: [{ id: 5, content: "STOP", special: true }] }),
    { eos_token: { content: "STOP" } },
    { tokens: ["a", " ", " a", "unused:", "unused:", "special:STOP"], stop: [5] },
  );
  check(
    "ordinary added tokens by their text, spaces and all",
    tiny(added("Ġx", "é")),
    {},
    { tokens: ["a", " ", " a", "Ġx", "é"], stop: [] },
  );
  check(
    "FIM markers that are listed as ordinary tokens",
    tiny(added("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")),
    {},
    {
      tokens: ["a", " ", " a", "special:<|fim_prefix|>", "special:<|fim_middle|>", "special:<|fim_suffix|>"],
      stop: [],
      fim: { prefix: 3, suffix: 5, middle: 4 },
    },
  );
  check(
    "no FIM tokens if one of the three is missing",
    tiny(added("<fim_prefix>", "<fim_suffix>")),
    {},
    { tokens: ["a", " ", " a", "special:<fim_prefix>", "special:<fim_suffix>"], stop: [] },
  );
  check(
    "SentencePiece's spaces and bytes",
    {
      model: {
        type: "BPE",
        vocab: { "<unk>": 0, "<0xE2>": 1, "▁": 2, "▁a": 3, a: 4 },
        merges: ["▁ a"],
        unk_token: "<unk>",
        byte_fallback: true,
      },
      decoder: { type: "Replace", pattern: { String: "▁" }, content: " " },
    },
    {},
    { tokens: ["special:<unk>", "\ufffd", " ", " a", "a"], stop: [] },
  );
  check(
    "WordPiece's continuations",
    { model: { type: "WordPiece", vocab: { "[UNK]": 0, play: 1, "##ing": 2 }, unk_token: "[UNK]" } },
    {},
    { tokens: ["special:[UNK]", "play", "ing"], stop: [] },
  );
});

describe("tokenizer.json: special tokens spelled out are text", () => {
  it("in a byte-level tokenizer", () => {
    const { tokenizer } = readGolden("gpt2.json");
    const { vocabulary, encode } = bound(tokenizer);
    const ids = encode("<|endoftext|>");
    assert.ok(ids.length > 1);
    assert.ok(ids.every((id) => vocabulary.kind(id) === "normal"));
  });
  it("in a SentencePiece one, byte tokens too", () => {
    const { tokenizer } = readGolden("gemma.json");
    const { vocabulary, encode } = bound(tokenizer);
    assert.equal(utf8DecodeLossy(tokensToBytes(vocabulary, encode("</s> <0x41>"))), "</s> <0x41>");
  });
  function bound(json: object) {
    const tokenizer = huggingFaceTokenizer(json, { name: "test" });
    return { vocabulary: tokenizer.vocabulary, encode: (text: string) => tokenizer.encode(text) };
  }
});

describe("tokenizer.json: bad input", () => {
  const check = (what: string, json: string | object, code: string, place: string, message: RegExp) =>
    it(what, () => {
      assert.throws(
        () => huggingFaceTokenizer(json, { name: "x", file: "tokenizer.json" }),
        (error: InputError) => {
          const diagnostic = error.diagnostics[0] as Diagnostic;
          assert.equal(diagnostic.code, code);
          assert.match(diagnostic.message, message);
          const { location } = diagnostic;
          assert.equal(location?.kind === "json-pointer" ? location.pointer : location?.kind, place);
          assert.ok(diagnostic.hint);
          return true;
        },
      );
    });
  const model = (change: object) =>
    tiny({ model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: [], ...change } });

  check("empty", "", "tokenizer-json-syntax", "text", /line 1, column 1/);
  check(
    "cut short",
    '{\n  "model": {\n    "type": "BPE",',
    "tokenizer-json-syntax",
    "text",
    /line 3, column \d+/,
  );
  check(
    "a missing comma",
    '{"a": 1\n "b": 2}',
    "tokenizer-json-syntax",
    "text",
    /line 2, column 2: comma expected/,
  );
  check("not an object", "[1]", "tokenizer-json-invalid", "", /not an object/);
  check("no model", { added_tokens: [] }, "tokenizer-json-invalid", "/model", /missing/);
  check("no vocab", { model: { type: "BPE" } }, "tokenizer-json-invalid", "/model/vocab", /missing/);
  check("no tokens", model({ vocab: {} }), "tokenizer-json-invalid", "/model/vocab", /no tokens/);
  check(
    "a bad id",
    model({ vocab: { "a/b": -1 } }),
    "tokenizer-json-invalid",
    "/model/vocab/a~1b",
    /not a token id/,
  );
  check(
    "a huge id",
    model({ vocab: { a: 1e9 } }),
    "tokenizer-json-invalid",
    "/model/vocab/a",
    /not a token id/,
  );
  check(
    "an id twice",
    model({ vocab: { a: 0, b: 0 } }),
    "tokenizer-json-invalid",
    "/model/vocab/b",
    /id 0 of another/,
  );
  check("no merges", model({ merges: undefined }), "tokenizer-json-invalid", "/model/merges", /not a list/);
  check(
    "a merge of one",
    model({ merges: ["ab"] }),
    "tokenizer-json-invalid",
    "/model/merges/0",
    /not a pair/,
  );
  check(
    "a merge of strangers",
    model({ merges: [["a", "c"]] }),
    "tokenizer-json-invalid",
    "/model/merges/0",
    /"c" is not in/,
  );
  check(
    "an added token without text",
    tiny({ added_tokens: [{ id: 9 }] }),
    "tokenizer-json-invalid",
    "/added_tokens/0/content",
    /not a text/,
  );
  check(
    "another model",
    model({ type: "Magic" }),
    "tokenizer-unsupported",
    "/model/type",
    /"Magic" is not supported/,
  );
  check(
    "a subword prefix",
    model({ continuing_subword_prefix: "##" }),
    "tokenizer-unsupported",
    "/model/continuing_subword_prefix",
    /##/,
  );
  check(
    "another pre-tokenizer",
    tiny({ pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Magic" }] } }),
    "tokenizer-unsupported",
    "/pre_tokenizer/pretokenizers/0/type",
    /"Magic"/,
  );
  check(
    "another behavior",
    tiny({ pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "Magic" } }),
    "tokenizer-unsupported",
    "/pre_tokenizer/behavior",
    /"Magic"/,
  );
  check(
    "a bad pattern",
    tiny({ pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" } }),
    "tokenizer-unsupported",
    "/pre_tokenizer/pattern/Regex",
    /cannot be used/,
  );
  check(
    "another normalizer",
    tiny({ normalizer: { type: "Magic" } }),
    "tokenizer-unsupported",
    "/normalizer",
    /Magic/,
  );

  it("points into the text", () => {
    const text = JSON.stringify(model({ merges: [["a", "c"]] }));
    assert.throws(
      () => huggingFaceTokenizer(text, { name: "x" }),
      (error: InputError) => {
        const { location } = error.diagnostics[0]!;
        const span = location?.kind === "json-pointer" ? location.span : undefined;
        assert.equal(text.slice(span!.from, span!.to), '["a","c"]');
        return true;
      },
    );
  });

  it("still gives the vocabulary of a tokenizer that it cannot encode with", () => {
    const json = tiny({ pre_tokenizer: { type: "Magic" } });
    assert.equal(huggingFaceVocabulary(json, { name: "x" }).size, 4);
  });
});
