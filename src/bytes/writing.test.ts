import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { Random } from "../decoding/random.ts";
import { vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { tokensToBytes } from "../tokenizer/vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import type { NextBytes } from "./byte-source.ts";
import { CoverStream } from "./cover-stream.ts";
import { fits } from "./testing/g-test.ts";
import { allTexts } from "./testing/toy-bpe.ts";
import { hashedModel, longestMatch } from "./testing/toy-model.ts";
import { writeTokens } from "./token-writing.ts";
import { searchBytes, writeBytes } from "./writing.ts";

const ALL = { kind: "all", minShare: 0 } as const;
const vocabulary = vocabularyFromTokens(["a", "b", ":", "/", "//", "://", "ab", "ba", { special: "</s>" }]);
const tokenizer = longestMatch(vocabulary);
const toy = hashedModel(tokenizer, 12, 2);
const open = () => CoverStream.open(new ByteModel(toy), [], ALL);

function symbols({ bytes, stop }: NextBytes): number[] {
  return [...bytes, stop];
}

/// Texts that the model writes token by token, from nothing, as bytes; those that get too long are cut.
function written(random: Random, limit: number): Uint8Array {
  const tokens: number[] = [];
  while (tokens.length < limit) {
    const next = toy.probabilities(tokens);
    let left = random.next();
    let id = 0;
    while (id + 1 < next.length && left >= next[id]!) left -= next[id++]!;
    if (vocabulary.kind(id) !== "normal") break;
    tokens.push(id);
  }
  return tokensToBytes(vocabulary, tokens);
}

/// The symbol behind `prefix` in a text that begins with it: a byte, or 256.
function symbolBehind(text: Uint8Array, prefix: Uint8Array): number | undefined {
  if (text.length < prefix.length || prefix.some((byte, i) => text[i] !== byte)) return undefined;
  return text[prefix.length] ?? 256;
}

describe("sampling", () => {
  const ROUNDS = 200_000;

  for (const text of [":", "a", "b:", "/"]) {
    it(`what the model writes behind ${JSON.stringify(text)} is what the next byte says; a naive prompt is not`, async () => {
      const prefix = utf8Encode(text);
      const random = new Random(1);
      const counts = new Array<number>(257).fill(0);
      let found = 0;
      for (let i = 0; i < ROUNDS; i++) {
        const symbol = symbolBehind(written(random, 6), prefix);
        if (symbol === undefined) continue;
        counts[symbol]!++;
        found++;
      }
      assert.ok(found >= 2000, `${found} texts`);
      const stream = open();
      await stream.advance(prefix);
      assert.ok(fits(counts, symbols(await stream.next())));
      const naive = CoverStream.open(new ByteModel(toy), tokenizer.encode(text), ALL);
      assert.ok(!fits(counts, symbols(await naive.next())), "naive fits");
    });
  }

  it("20,000 bytes, and 20,000 tokens behind a byte prefix, are distributed as they should", async () => {
    const prefix = utf8Encode("a:");
    const stream = open();
    await stream.advance(prefix);
    const expected = symbols(await stream.next());
    const random = new Random(2);
    const model = new ByteModel(toy);
    const bytes = new Array<number>(257).fill(0);
    const tokens = new Array<number>(257).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const one = await writeBytes(stream.fork(), { maxBytes: 1, random: () => random.next() });
      bytes[one.bytes[0] ?? 256]!++;
      const some = await writeTokens(model, stream, { maxTokens: 1, random: () => random.next() });
      tokens[some.bytes[0] ?? 256]!++;
    }
    assert.ok(fits(bytes, expected));
    assert.ok(fits(tokens, expected));
  });

  it("tokens cover the prefix, and what they spell is reported behind it", async () => {
    const model = new ByteModel(toy);
    const random = new Random(3);
    for (const target of [ALL, { kind: "canonical", maxUnchecked: 0 } as const]) {
      for (let i = 0; i < 200; i++) {
        const stream = CoverStream.open(model, [8], target);
        const prefix = utf8Encode("ab:");
        await stream.advance(prefix);
        const { tokens, bytes, finish } = await writeTokens(model, stream, {
          maxTokens: 3,
          random: () => random.next(),
        });
        assert.deepEqual([...tokensToBytes(vocabulary, tokens)], [...prefix, ...bytes]);
        if (target.kind === "canonical" && finish === "stop") {
          assert.deepEqual(
            tokenizer.encode(new TextDecoder().decode(tokensToBytes(vocabulary, tokens))),
            tokens,
          );
        }
      }
    }
  });

  it("equal random numbers write equal bytes; log probabilities are those of the text", async () => {
    const write = (seed: number) => {
      const random = new Random(seed);
      return writeBytes(open(), { maxBytes: 8, random: () => random.next(), temperature: 0.7 });
    };
    for (let seed = 0; seed < 10; seed++) {
      const text = await write(seed);
      assert.deepEqual(await write(seed), text);
      const stream = open();
      await stream.advance(text.bytes);
      const end = text.finish === "stop" ? Math.log((await stream.next()).stop) : 0;
      assert.ok(Math.abs(stream.logProbability + end - text.logProbability) < 1e-9);
    }
  });
});

describe("searchBytes", () => {
  it("with room enough finds the likeliest texts of all", async () => {
    const length = 3;
    const scores: { text: string; score: number }[] = [];
    for (const text of allTexts("ab:/", length)) {
      const stream = open();
      await stream.advance(utf8Encode(text));
      const stop = Math.log((await stream.next()).stop);
      if (text.length < length) scores.push({ text, score: stream.logProbability + stop });
      else scores.push({ text, score: stream.logProbability });
    }
    scores.sort((a, b) => b.score - a.score);
    const found = await searchBytes(open(), { width: 100, maxBytes: length });
    assert.equal(found.length, Math.min(100, scores.length));
    found.forEach((text, i) => {
      assert.ok(Math.abs(text.logProbability - scores[i]!.score) < 1e-9, `place ${i}`);
    });
    assert.equal(new TextDecoder().decode(found[0]!.bytes), scores[0]!.text);
  });

  it("width 1 is greedy, branches are evaluated together, and a signal ends it", async () => {
    const greedy = await writeBytes(open(), { maxBytes: 5, temperature: 0, random: () => 0 });
    const [found] = await searchBytes(open(), { width: 1, maxBytes: 5 });
    assert.deepEqual(found!.bytes, greedy.bytes);

    const model = new ByteModel(toy);
    const source = CoverStream.open(model, [], ALL);
    await searchBytes(source, { width: 8, maxBytes: 4 });
    const { contexts, batches } = model.evaluations;
    assert.ok(batches <= 5 && contexts > 3 * batches, `${contexts} contexts in ${batches} batches`);
    assert.equal(source.length, 0);

    const signal = { aborted: true, addEventListener() {}, removeEventListener() {} };
    await assert.rejects(searchBytes(source, { width: 2, maxBytes: 4, signal }), CancelledError);
    await assert.rejects(writeBytes(source, { maxBytes: 4, random: () => 0, signal }), CancelledError);
  });
});
