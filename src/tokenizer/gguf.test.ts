import assert from "node:assert/strict";
import { utf8DecodeLossy } from "../base/bytes.ts";
import type { InputError } from "../base/diagnostic.ts";
import { ggufTokenizer, ggufVocabulary } from "./gguf.ts";
import type { GgufMetadata, GgufValue } from "./gguf-metadata.ts";

const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;
const BYTE = 6;

type Token = readonly [text: string, type: number, score?: number];

function metadata(
  model: string,
  tokens: readonly Token[],
  more: Readonly<Record<string, GgufValue>> = {},
): GgufMetadata {
  return new Map<string, GgufValue>([
    ["tokenizer.ggml.model", model],
    ["tokenizer.ggml.tokens", tokens.map(([text]) => text)],
    ["tokenizer.ggml.token_type", Int32Array.from(tokens, ([, type]) => type)],
    ["tokenizer.ggml.scores", Float32Array.from(tokens, ([, , score]) => score ?? 0)],
    ...Object.entries(more).map(([key, value]): [string, GgufValue] => [`tokenizer.ggml.${key}`, value]),
  ]);
}

const BPE: readonly Token[] = [
  ["a", NORMAL],
  ["Ġ", NORMAL],
  ["Ġa", NORMAL],
  ["<|endoftext|>", CONTROL],
  ["<tool>", USER_DEFINED],
  ["[PAD5]", UNUSED],
];
const SPM: readonly Token[] = [
  ["<unk>", UNKNOWN],
  ["</s>", CONTROL],
  ["<0x0A>", BYTE],
  ["▁", NORMAL, -3],
  ["a", NORMAL, -4],
  ["b", NORMAL, -5],
  ["▁a", NORMAL, -2],
  ["ab", NORMAL, -1],
];

function show(data: GgufMetadata): object {
  const vocabulary = ggufVocabulary(data);
  const tokens = Array.from({ length: vocabulary.size }, (_, id) => {
    const text = utf8DecodeLossy(vocabulary.bytes(id));
    return vocabulary.kind(id) === "normal" ? text : `${vocabulary.kind(id)}:${text}`;
  });
  const { stopTokens: stop, fim } = vocabulary;
  return { tokens, stop, ...(fim && { fim }) };
}

describe("ggufVocabulary", () => {
  const check = (what: string, data: GgufMetadata, expected: object) =>
    it(what, () => assert.deepEqual(show(data), expected));
  check("byte-level BPE", metadata("gpt2", BPE), {
    tokens: ["a", " ", " a", "special:<|endoftext|>", "<tool>", "unused:[PAD5]"],
    stop: [3],
  });
  check("SentencePiece", metadata("llama", SPM), {
    tokens: ["special:<unk>", "special:</s>", "\n", " ", "a", "b", " a", "ab"],
    stop: [1],
  });
  check("end tokens by their keys", metadata("gpt2", BPE, { eos_token_id: 1, eot_token_id: 5 }), {
    tokens: ["a", "special: ", " a", "special:<|endoftext|>", "<tool>", "special:[PAD5]"].map((text) =>
      text === "special: " ? "special:Ġ" : text,
    ),
    stop: [1, 3, 5],
  });
  check(
    "end tokens out of range are not there",
    metadata("gpt2", BPE, { eos_token_id: 77 }),
    show(metadata("gpt2", BPE)),
  );
  check(
    "FIM tokens by their keys, the older ones too",
    metadata("gpt2", BPE, { fim_pre_token_id: 4, suffix_token_id: 5, fim_mid_token_id: 3 }),
    {
      tokens: ["a", " ", " a", "special:<|endoftext|>", "special:<tool>", "special:[PAD5]"],
      stop: [3],
      fim: { prefix: 4, suffix: 5, middle: 3 },
    },
  );
  check(
    "FIM tokens by their names, whatever their type says",
    metadata("gpt2", [
      ["<fim_suffix>", USER_DEFINED],
      ["<fim_middle>", NORMAL],
      ["<fim_prefix>", CONTROL],
    ]),
    {
      tokens: ["special:<fim_suffix>", "special:<fim_middle>", "special:<fim_prefix>"],
      stop: [],
      fim: { prefix: 2, suffix: 0, middle: 1 },
    },
  );
  check(
    "of a model that text cannot be encoded for",
    metadata("t5", [
      ["▁x", NORMAL],
      ["</s>", CONTROL],
    ]),
    {
      tokens: [" x", "special:</s>"],
      stop: [1],
    },
  );
  check("of an unknown pre-tokenizer", metadata("gpt2", BPE, { pre: "magic" }), show(metadata("gpt2", BPE)));

  it("is named after the model", () => {
    const named = new Map([...metadata("gpt2", BPE), ["general.name", "Tiny"]] as const);
    assert.equal(ggufVocabulary(named).name, "Tiny");
    assert.equal(ggufVocabulary(named, { name: "mine" }).name, "mine");
  });
});

describe("ggufTokenizer", () => {
  const check = (what: string, data: GgufMetadata, text: string, expected: number[]) =>
    it(`${what}: ${JSON.stringify(text)}`, () =>
      assert.deepEqual(ggufTokenizer(data).encode(text), expected));
  const bpe = metadata("gpt2", BPE, { pre: "gpt-2", merges: ["Ġ a"] });
  check("byte-level BPE", bpe, "a a", [0, 2]);
  check("user-defined tokens are found in text", bpe, "a<tool>a", [0, 4, 0]);
  check("control tokens are not; bytes without a token are left out", bpe, "<|endoftext|> a", [2]);
  const spm = metadata("llama", SPM, { unknown_token_id: 0 });
  check("SentencePiece: best score first", spm, "ab a", [3, 7, 6]);
  check("SentencePiece: bytes, and unknown characters", spm, "\nc", [3, 2, 0]);
  check(
    "SentencePiece: without the space before the text",
    metadata("llama", SPM, { add_space_prefix: false }),
    "ab",
    [7],
  );
  check("SentencePiece: an empty text", spm, "", []);
});

describe("ggufTokenizer: bad input", () => {
  const check = (what: string, data: GgufMetadata, code: string, message: RegExp, hint: RegExp) =>
    it(what, () => {
      assert.throws(
        () => ggufTokenizer(data, { file: "m.gguf" }),
        (error: InputError) => {
          const [diagnostic] = error.diagnostics;
          assert.equal(diagnostic!.code, code);
          assert.match(diagnostic!.message, message);
          assert.match(diagnostic!.hint ?? "", hint);
          assert.deepEqual(diagnostic!.location, { kind: "file", file: "m.gguf" });
          return true;
        },
      );
    });
  const bpe = (more: Readonly<Record<string, GgufValue>>) =>
    metadata("gpt2", BPE, { merges: ["Ġ a"], ...more });
  check("no tokenizer", new Map(), "tokenizer-unsupported", /has no tokenizer/, /a model file that has one/);
  check(
    "another model",
    metadata("rwkv", BPE),
    "tokenizer-unsupported",
    /"rwkv" is not known/,
    /gpt2, llama/,
  );
  check(
    "a model without an encoder",
    metadata("t5", SPM),
    "tokenizer-unsupported",
    /"t5" cannot encode/,
    /gpt2, llama/,
  );
  check(
    "another pre-tokenizer",
    bpe({ pre: "magic" }),
    "tokenizer-unsupported",
    /"magic" is not known/,
    /qwen2/,
  );
  check("no merges", metadata("gpt2", BPE), "gguf-tokenizer-invalid", /merges is missing/, /Convert/);
  check(
    "a merge of strangers",
    bpe({ merges: ["a x"] }),
    "gguf-tokenizer-invalid",
    /merge 0 \("a x"\) names/,
    /Convert/,
  );
  check("a merge of one", bpe({ merges: ["a"] }), "gguf-tokenizer-invalid", /merge 0/, /Convert/);
  check("no tokens", bpe({ tokens: [] }), "gguf-tokenizer-invalid", /tokens is empty/, /Convert/);
  check(
    "tokens of another type",
    bpe({ tokens: 7 }),
    "gguf-tokenizer-invalid",
    /tokens is missing or not a list/,
    /Convert/,
  );
  check(
    "too few types",
    bpe({ token_type: Int32Array.of(1) }),
    "gguf-tokenizer-invalid",
    /1 entries for 6 tokens/,
    /Convert/,
  );
  check(
    "no scores",
    new Map([...metadata("llama", SPM)].filter(([key]) => !key.endsWith("scores"))),
    "gguf-tokenizer-invalid",
    /scores is missing/,
    /Convert/,
  );
});
