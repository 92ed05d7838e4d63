import assert from "node:assert/strict";
import { utf8Encode } from "../../../src/base/bytes.ts";
import { CancelledError } from "../../../src/base/cancellation.ts";
import { ByteModel, CoverStream, rankMiddles, takeBack } from "../../../src/bytes/index.ts";
import { hashedModel } from "../../../src/bytes/testing/toy-model.ts";
import { rankBySuffix, TextScorer } from "../../../src/decoding/index.ts";
import type { Tokenizer } from "../../../src/tokenizer/index.ts";
import { toyLanguageModel } from "../../support/toy-language-model.ts";
import { LETTERS, SPACED } from "../../support/toy-tokenizers.ts";

const CANONICAL = { kind: "canonical", maxUnchecked: 0 } as const;

describe("TextScorer", () => {
  const check = (tokenizer: Tokenizer, prompt: string, candidates: readonly string[], remainder: string) =>
    it(`ranks as covers do: ${JSON.stringify(prompt)} … ${JSON.stringify(remainder)}`, async () => {
      for (let seed = 0; seed < 8; seed++) {
        const toy = hashedModel(tokenizer, seed);
        const { tokens, bytes } = takeBack(tokenizer, prompt, "exact");
        const [stop] = tokenizer.vocabulary.stopTokens;
        const context = tokens.length > 0 ? tokens : [stop!];
        const stream = CoverStream.open(new ByteModel(toy), context, CANONICAL);
        await stream.advance(bytes);
        const expected = await rankMiddles(
          stream,
          candidates.map((text) => utf8Encode(text)),
          utf8Encode(remainder),
        );
        const model = toyLanguageModel(toy);
        const scorer = new TextScorer(model, await model.openSequence(), {
          prompt: { kind: "text", text: prompt },
        });
        const join = { remainder, text: remainder, end: true, ahead: "" };
        const { ranked, looked } = await rankBySuffix(scorer, candidates, join);
        assert.equal(looked, candidates.length);
        assert.deepEqual(
          ranked.map(({ index }) => index),
          expected.map(({ index }) => index),
        );
        for (const [i, { score }] of ranked.entries())
          assert.ok(Math.abs(score - expected[i]!.score) < 1e-4, `${score} is not ${expected[i]!.score}`);
      }
    });
  check(LETTERS, "ab", ["", "c", "ca", "bb", "abcab", "a"], "bca");
  check(LETTERS, "abca", ["c", "a", "bcabcabcabcabc"], "ab");
  check(LETTERS, "", ["a", "abc", "ccc"], "a");
  check(SPACED, "a ", ["", "b", " ab", "é", "bb b"], "ab");
  check(SPACED, "bé b", ["b", " ", "é é"], "b");

  it("counts tokens up to the first that reaches behind the text", async () => {
    const toy = hashedModel(LETTERS, 5);
    const model = toyLanguageModel(toy);
    const scorer = new TextScorer(model, await model.openSequence(), {
      prompt: { kind: "text", text: "ab" },
    });
    const [stop] = LETTERS.vocabulary.stopTokens;
    // Together they are "abca" and "bc": the text ends inside of the second.
    const [first, second] = LETTERS.encode("abcabc");
    assert.equal(LETTERS.encode("abcabc").length, 2);
    const p = (context: number[], token: number) => Math.log(toy.probabilities(context)[token]!);
    const expected = p([stop!], first!) + p([stop!, first!], second!);
    const score = await scorer.score("cab", { end: false, ahead: "c" });
    assert.ok(Math.abs(score! - expected) < 1e-4);
  });

  it("asks once about what texts have in common", async () => {
    const model = toyLanguageModel(hashedModel(LETTERS, 1));
    const scorer = new TextScorer(model, await model.openSequence(), { prompt: { kind: "text", text: "c" } });
    const text = "acbacbacb";
    await scorer.score(text, { end: true });
    const { evaluations } = scorer;
    assert.ok(evaluations > 0);
    await scorer.score(text, { end: true });
    assert.equal(scorer.evaluations, evaluations);
    await scorer.score(`${text}b`, { end: true });
    assert.equal(scorer.evaluations, evaluations + 1);
  });

  it("leaves out what has no tokens or no room", async () => {
    const model = toyLanguageModel(hashedModel(LETTERS, 1));
    const scorer = new TextScorer(model, await model.openSequence(), { prompt: { kind: "text", text: "a" } });
    assert.equal(await scorer.score("z", { end: true }), undefined);
    assert.equal(await scorer.score("bacb".repeat(100), { end: true }), undefined);
    const join = { remainder: "b", text: "b", end: true, ahead: "" };
    const { ranked } = await rankBySuffix(scorer, ["z", "c"], join);
    assert.deepEqual(
      ranked.map(({ index }) => index),
      [1],
    );
  });

  it("stops in time and at a cancel", async () => {
    const model = toyLanguageModel(hashedModel(LETTERS, 1));
    const abort = new AbortController();
    const options = { prompt: { kind: "text", text: "a" }, signal: abort.signal } as const;
    const scorer = new TextScorer(model, await model.openSequence(), options);
    const join = { remainder: "b", text: "b", end: true, ahead: "" };
    let asked = 0;
    const { looked } = await rankBySuffix(scorer, ["a", "b", "c", "ca"], join, () => ++asked === 2);
    assert.equal(looked, 2);
    abort.abort();
    await assert.rejects(scorer.score("cc", { end: true }), CancelledError);
  });
});
