import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Llama } from "node-llama-cpp";
import { arbitraryText, awkwardTexts } from "../../test/support/awkward-texts.ts";
import { type WritableValue, writeGguf } from "../../test/support/gguf-writer.ts";
import { utf8Decode } from "../base/bytes.ts";
import type { InputError } from "../base/diagnostic.ts";
import { chunkText, type Tokenizer, tokensToBytes, type Vocabulary } from "../tokenizer/index.ts";
import { backend } from "./node-llama-cpp/backend.ts";
import { readGgufHeader, readTokenizerFile, readVocabularyFile } from "./tokenizer-files.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const bundled = join(root, "models/tokensieve-mini.gguf");
const bundledJson = join(root, "models/tokenizer.json");
const bundledSpm = join(root, "models/tokensieve-mini-spm.gguf");

// The same texts every time: llama.cpp is slow at some patterns, and a failure must come back.
const texts = [...awkwardTexts, ...fc.sample(arbitraryText, { numRuns: 250, seed: 42 })].filter(
  (text) => !/\p{Surrogate}/u.test(text),
);

interface GoldenModel {
  readonly tokenizer: { model: { vocab: Record<string, number>; merges: (string | [string, string])[] } };
}

async function goldenModel(name: string) {
  const file = join(root, `test/golden/tokenizers/${name}.json`);
  const { vocab, merges } = (JSON.parse(await readFile(file, "utf8")) as GoldenModel).tokenizer.model;
  return {
    tokens: Object.keys(vocab).sort((a, b) => vocab[a]! - vocab[b]!),
    merges: merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" "))),
  };
}

// What llama.cpp wants to see in a model file besides its tokenizer.
function shell(tokens: readonly string[]): Record<string, WritableValue> {
  return {
    "general.architecture": "llama",
    "llama.context_length": 128,
    "llama.embedding_length": 32,
    "llama.block_count": 1,
    "llama.feed_forward_length": 32,
    "llama.attention.head_count": 1,
    "llama.vocab_size": tokens.length,
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.add_bos_token": false,
  };
}

describe("tokenizer files: the ids of llama.cpp", () => {
  let llama: Llama;
  let folder: string;

  before(async () => {
    llama = await backend("cpu");
    folder = await mkdtemp(join(tmpdir(), "tokensieve-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function compare(modelPath: string, tokenizer: Tokenizer, cases: readonly string[]): Promise<void> {
    const model = await llama.loadModel({ modelPath, vocabOnly: true });
    try {
      for (const text of cases) {
        assert.deepEqual(tokenizer.encode(text), [...model.tokenize(text)], JSON.stringify(text));
      }
    } finally {
      await model.dispose();
    }
  }

  it("bundled model", async () => {
    await compare(bundled, await readTokenizerFile(bundled), texts);
  });

  // llama.cpp takes NUL for the end of a token.
  it("bundled SentencePiece model", async () => {
    const cases = texts.filter((text) => !text.includes("\0"));
    await compare(bundledSpm, await readTokenizerFile(bundledSpm), cases);
  });

  it("tokenizer.json beside it", async () => {
    await compare(bundled, await readTokenizerFile(bundledJson), texts);
  });

  const checkPre = (pre: string, cases = texts) =>
    it(`gpt2, ${pre}`, async () => {
      const { tokens, merges } = await goldenModel("gpt2");
      const file = join(folder, `${pre}.gguf`);
      const types = Int32Array.from(tokens, (text) => (text === "<|endoftext|>" ? 3 : 1));
      await writeFile(
        file,
        writeGguf({
          ...shell(tokens),
          "tokenizer.ggml.model": "gpt2",
          "tokenizer.ggml.pre": pre,
          "tokenizer.ggml.token_type": types,
          "tokenizer.ggml.merges": merges,
          "tokenizer.ggml.eos_token_id": 0,
        }),
      );
      await compare(file, await readTokenizerFile(file), cases);
    });
  // One of each kind of pattern.
  for (const pre of [
    ...["gpt-2", "smollm", "glm4", "llama-bpe", "qwen2", "qwen35", "deepseek-coder", "deepseek-v3", "falcon"],
    ...["bloom", "viking", "bailingmoe", "seed-coder", "laguna", "minicpm5", "default"],
  ]) {
    checkPre(pre);
  }
  // llama.cpp knows upper and lower case in ASCII only; these patterns are the models' own.
  const ascii = texts.filter((text) => /^[\0-\x7f]*$/.test(text));
  checkPre("gpt-4o", ascii);
  checkPre("tekken", ascii);

  // Where llama.cpp takes a name for the marker or byte token, and NUL for the end of a token.
  const plain = texts.filter((text) => !/<.*>|\0/su.test(text));
  const checkCharacters = (what: string, more: (merges: string[]) => Record<string, WritableValue>) =>
    it(what, async () => {
      const golden = await goldenModel("llama2");
      const tokens = golden.tokens.filter((text) => text !== "\0");
      const kept = new Set(tokens);
      const merges = golden.merges.filter((merge) => {
        const [left, right] = merge.split(" ") as [string, string];
        return kept.has(left) && kept.has(right) && kept.has(left + right);
      });
      const file = join(folder, "characters.gguf");
      const type = (text: string, id: number) => (id === 0 ? 2 : id < 3 ? 3 : /^<0x..>$/.test(text) ? 6 : 1);
      await writeFile(
        file,
        writeGguf({
          ...shell(tokens),
          "tokenizer.ggml.token_type": Int32Array.from(tokens, type),
          "tokenizer.ggml.scores": Float32Array.from(tokens, (_, id) => (id < 259 ? 0 : 259 - id)),
          "tokenizer.ggml.eos_token_id": 2,
          "tokenizer.ggml.unknown_token_id": 0,
          ...more(merges),
        }),
      );
      await compare(file, await readTokenizerFile(file), plain);
    });
  checkCharacters("llama", () => ({ "tokenizer.ggml.model": "llama" }));
  checkCharacters("llama without a space before the text", () => ({
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.add_space_prefix": false,
  }));
  checkCharacters("gemma4", (merges) => ({
    "tokenizer.ggml.model": "gemma4",
    "tokenizer.ggml.merges": merges,
  }));
});

describe("tokenizer files: the bundled models", () => {
  it("has the same tokens in its GGUF and its tokenizer.json", async () => {
    const [gguf, json] = await Promise.all([readVocabularyFile(bundled), readVocabularyFile(bundledJson)]);
    const show = (v: Vocabulary) =>
      Array.from({ length: v.size }, (_, id) => `${v.kind(id)} ${Buffer.from(v.bytes(id)).toString("hex")}`);
    assert.deepEqual(show(json), show(gguf));
    assert.deepEqual(json.fim, gguf.fim);
    assert.ok(gguf.fim);
    assert.ok(gguf.stopTokens.length > 0);
  });

  it("covers every byte", async () => {
    for (const file of [bundled, bundledSpm]) {
      const vocabulary = await readVocabularyFile(file);
      const single = new Set<number>();
      for (let id = 0; id < vocabulary.size; id++) {
        const bytes = vocabulary.bytes(id);
        if (vocabulary.kind(id) === "normal" && bytes.length === 1) single.add(bytes[0]!);
      }
      assert.equal(single.size, 256);
    }
  });

  it("gives every text back, but for SentencePiece's sign of a space", async () => {
    for (const file of [bundled, bundledSpm]) {
      const tokenizer = await readTokenizerFile(file);
      for (const text of texts) {
        const bytes = tokensToBytes(tokenizer.vocabulary, tokenizer.encode(text));
        const expected = file === bundledSpm ? text.replaceAll("▁", " ") : text;
        assert.equal(utf8Decode(bytes), expected, JSON.stringify(text));
      }
    }
  });

  it("encodes chunks to the whole's ids", async () => {
    const tokenizer = await readTokenizerFile(bundled);
    assert.equal(tokenizer.cutsAtWords, true);
    fc.assert(
      fc.property(arbitraryText, fc.integer({ min: 1, max: 12 }), (text, size) => {
        const chunks = chunkText(tokenizer, text, size).map(({ from, to }) => text.slice(from, to));
        assert.deepEqual(
          chunks.flatMap((chunk) => tokenizer.encode(chunk)),
          tokenizer.encode(text),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("tokenizer files: bad input", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tokensieve-"));
  });
  after(() => rm(folder, { recursive: true }));

  const check = (
    what: string,
    name: string,
    content: Uint8Array | string | undefined,
    code: string,
    message: RegExp,
  ) =>
    it(what, async () => {
      const file = join(folder, name);
      if (content !== undefined) await writeFile(file, content);
      await assert.rejects(readTokenizerFile(file), (error: InputError) => {
        const [diagnostic] = error.diagnostics;
        assert.equal(diagnostic!.code, code);
        assert.match(diagnostic!.message, message);
        assert.ok(diagnostic!.hint);
        const { location } = diagnostic!;
        assert.equal(location !== undefined && "file" in location && location.file, file);
        return true;
      });
    });
  const whole = writeGguf({ "general.name": "x" }, [{ name: "w", dimensions: [64], type: 0, bytes: 256 }]);
  check("a missing file", "missing.gguf", undefined, "file-missing", /no such file/);
  check("an empty model", "empty.gguf", "", "gguf-magic", /not a GGUF file/);
  check("another kind of file", "zip.gguf", "PK\u0003\u0004", "gguf-magic", /not a GGUF file/);
  check(
    "a model cut in its header",
    "header.gguf",
    whole.subarray(0, 40),
    "gguf-truncated",
    /ends \(at byte 40\)/,
  );
  check(
    "a model cut in its tensors",
    "data.gguf",
    whole.subarray(0, -1),
    "gguf-truncated",
    /of at least \d+ bytes/,
  );
  check("a model without a tokenizer", "none.gguf", whole, "tokenizer-unsupported", /has no tokenizer/);
  check("broken JSON", "broken.json", '{"model": {"vocab": }', "tokenizer-json-syntax", /line 1, column 21/);
  check("JSON that is no tokenizer", "other.json", "{}", "tokenizer-json-invalid", /\/model: is missing/);

  it("a folder", async () => {
    await assert.rejects(readTokenizerFile(folder), (error: InputError) => {
      assert.equal(error.diagnostics[0]!.code, "file-unreadable");
      return true;
    });
  });

  it("a broken tokenizer_config.json beside a good file", async () => {
    const inner = await mkdtemp(join(folder, "config-"));
    const file = join(inner, "tokenizer.json");
    await writeFile(file, await readFile(bundledJson));
    await writeFile(join(inner, "tokenizer_config.json"), "{");
    await assert.rejects(readTokenizerFile(file), (error: InputError) => {
      const { location } = error.diagnostics[0]!;
      assert.equal(location?.kind === "text" && location.file, join(inner, "tokenizer_config.json"));
      return true;
    });
  });

  it("reads the header of a model by its content, whatever its name", async () => {
    const file = join(folder, "model.bin");
    await writeFile(file, whole);
    assert.equal((await readGgufHeader(file)).metadata.get("general.name"), "x");
    await assert.rejects(readTokenizerFile(file), /has no tokenizer/);
  });
});
