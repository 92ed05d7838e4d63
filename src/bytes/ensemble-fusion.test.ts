import assert from "node:assert/strict";
import { utf8DecodeLossy, utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import { type TokenSpec, vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { type FusionWriteOptions, fusionCandidates, writeFused } from "./ensemble-fusion.ts";
import { hashedModel, longestMatch, type ToyModel } from "./testing/toy-model.ts";
import { WordMatcher } from "./testing/word-matcher.ts";
import { WindowedSource } from "./windowed-source.ts";

const END = { special: "</s>" };
const toy = (tokens: readonly TokenSpec[], seed: number): ToyModel =>
  hashedModel(longestMatch(vocabularyFromTokens([...tokens, END])), seed);
const FIRST = toy(["a", "b", "ab", "ba", "c"], 1);
const SECOND = toy(["b", "a", "aba", "c", "bb"], 2);
const NARROW = toy(["a", "b"], 3);

const open = (model: ToyModel, prompt = "") =>
  WindowedSource.open(
    { model: new ByteModel(model), start: [], contextLength: 1000, target: { kind: "all", minShare: 0 } },
    utf8Encode(prompt),
  );
const other = async (model: ToyModel, prompt = "") => ({ name: "other", source: await open(model, prompt) });

describe("fusionCandidates", () => {
  it("are the first model's tokens, scored by what each model gives their bytes", async () => {
    const weights = [3, 1];
    const first = await open(FIRST);
    const second = await other(SECOND);
    const found = await fusionCandidates(first, [second], undefined, { weights, candidates: 5 });
    assert.equal(found.length, 6);
    const probabilities = FIRST.probabilities([]);
    const { vocabulary } = FIRST.tokenizer;
    for (const { bytes, logProbabilities, score } of found) {
      const text = utf8DecodeLossy(bytes);
      const id = [...probabilities.keys()].find(
        (token) => vocabulary.kind(token) === "normal" && utf8DecodeLossy(vocabulary.bytes(token)) === text,
      );
      const p = bytes.length === 0 ? probabilities.at(-1)! : probabilities[id!]!;
      const alone = await open(SECOND);
      if (bytes.length > 0) await alone.advance(bytes);
      const q = bytes.length > 0 ? alone.logProbability : Math.log((await alone.next()).stop);
      assert.ok(Math.abs(logProbabilities[0]! - Math.log(p)) < 1e-12, text);
      assert.ok(Math.abs(logProbabilities[1]! - q) < 1e-12, text);
      assert.ok(Math.abs(score - (0.75 * Math.log(p) + 0.25 * q)) < 1e-12, text);
    }
    for (let i = 1; i < found.length; i++) assert.ok(found[i]!.score <= found[i - 1]!.score);
    assert.equal(first.length + second.source.length, 0);
  });

  it("at half a token, the first model's tokens go on from there", async () => {
    const [first, second] = [await open(FIRST, "ca"), await other(SECOND, "ca")];
    const found = await fusionCandidates(first, [second], undefined, { weights: [1, 1], candidates: 9 });
    const texts = found.map(({ bytes }) => utf8DecodeLossy(bytes)).sort();
    // "b" finishes the token "ab", and is one.
    assert.deepEqual(texts, ["", "a", "ab", "b", "ba", "c"]);
  });

  it("without those that another model cannot spell, unless it has no weight", async () => {
    const texts = async (weights: readonly number[]) => {
      const found = await fusionCandidates(await open(FIRST), [await other(NARROW)], undefined, {
        weights,
        candidates: 9,
      });
      return found.map(({ bytes }) => utf8DecodeLossy(bytes)).sort();
    };
    assert.deepEqual(await texts([1, 1]), ["", "a", "ab", "b", "ba"]);
    assert.deepEqual(await texts([1, 0]), ["", "a", "ab", "b", "ba", "c"]);
  });

  it("under a grammar are what it takes, however unlikely", async () => {
    const matcher = new WordMatcher(["cab"]);
    const found = await fusionCandidates(await open(FIRST), [await other(SECOND)], matcher, {
      weights: [1, 1],
      candidates: 1,
    });
    assert.deepEqual(
      found.map(({ bytes }) => utf8DecodeLossy(bytes)),
      ["c"],
    );
  });
});

describe("writeFused", () => {
  const write = async (options: Partial<FusionWriteOptions>, words?: readonly string[], second = SECOND) =>
    writeFused(await open(FIRST), [await other(second)], words && new WordMatcher(words), {
      weights: [1, 1],
      candidates: 9,
      width: 1,
      maxBytes: 5,
      ...options,
    });

  it("width 1 takes the best candidate each time, and tells the bytes as they come", async () => {
    const told: number[] = [];
    const result = await write({ onBytes: (bytes) => told.push(...bytes) });
    const [first, second] = [await open(FIRST), await other(SECOND)];
    const expected: number[] = [];
    let score = 0;
    for (;;) {
      const [best] = await fusionCandidates(first, [second], undefined, { weights: [1, 1], candidates: 9 });
      score += best!.score;
      if (best!.bytes.length === 0) break;
      expected.push(...best!.bytes);
      if (expected.length >= 5) break;
      await first.advance(best!.bytes);
      await second.source.advance(best!.bytes);
    }
    assert.deepEqual([...result.bytes], expected.slice(0, 5));
    assert.deepEqual(told, expected.slice(0, 5));
    assert.ok(Math.abs(result.score - score) < 1e-9);
    const [p, q] = result.logProbabilities;
    assert.ok(Math.abs(p! / 2 + q! / 2 - score) < 1e-9);
  });

  it("a wider beam tells all of its text, as far as it is sure", async () => {
    const told: number[] = [];
    const wide = await write({ width: 6, onBytes: (bytes) => told.push(...bytes) });
    assert.deepEqual(told, [...wide.bytes]);
    const [p, q] = wide.logProbabilities;
    assert.ok(Math.abs(p! / 2 + q! / 2 - wide.score) < 1e-9);
  });

  it("under a grammar writes one of its sentences", async () => {
    for (const width of [1, 3]) {
      const { bytes, finish } = await write({ width, maxBytes: 20 }, ["cabba", "abc", "bab"]);
      assert.ok(["cabba", "abc", "bab"].includes(utf8DecodeLossy(bytes)), utf8DecodeLossy(bytes));
      assert.equal(finish, "stop");
    }
  });

  it("cuts a text that a token takes beyond its length", async () => {
    const { bytes, finish } = await write({ maxBytes: 1 }, ["ab"]);
    assert.equal(utf8DecodeLossy(bytes), "a");
    assert.equal(finish, "length");
  });

  const rejects = (name: string, code: string, work: () => Promise<unknown>) =>
    it(name, () =>
      assert.rejects(work, (error) => error instanceof InputError && error.diagnostics[0]!.code === code),
    );
  rejects("says when nothing can go on", "fusion-no-candidate", () => write({}, ["c"], NARROW));
  rejects("wants a weight for each model", "ensemble-weights", () => write({ weights: [1] }));
});
