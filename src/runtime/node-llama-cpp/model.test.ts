import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bitsetWords, setBit } from "../../base/bitset.ts";
import { CancelledError } from "../../base/cancellation.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import type { LanguageModel, ModelSequence, NextTokenLogits } from "../../decoding/language-model.ts";
import { backend } from "./backend.ts";
import { type LoadModelOptions, loadModel } from "./index.ts";

const bundled = `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`;
const CODE = "export function sum(values: readonly number[]): number {\n  let total = 0;\n  for (const";

describe("a loaded model", () => {
  let model: LanguageModel;
  let sequence: ModelSequence;
  before(async () => {
    model = await loadModel({ file: bundled, gpu: "cpu" });
    sequence = await model.openSequence();
  });
  after(() => model.dispose());

  const prompt = () => model.tokenizer.encode(CODE);
  const every = (n: number, remainder: number) => {
    const mask = new Uint32Array(bitsetWords(model.info.vocabularySize));
    for (let token = remainder; token < model.info.vocabularySize; token += n) setBit(mask, token);
    return mask;
  };

  it("says what it is", () => {
    const { device, hasFim, prefersFim, contextLength, vocabularySize, parameters } = model.info;
    assert.deepEqual(
      { device, hasFim, prefersFim, contextLength },
      { device: "CPU", hasFim: true, prefersFim: false, contextLength: 1024 },
    );
    assert.equal(vocabularySize, model.tokenizer.vocabulary.size);
    assert.ok(parameters! > 1e6);
  });

  it("has as many logits as its vocabulary has tokens, and encodes as llama.cpp does", async () => {
    const theirs = await (await backend("cpu")).loadModel({ modelPath: bundled });
    for (const text of [CODE, "a  b\t\n\n  c", "日本語 😀 naïve", "<|endoftext|>", "1234 it's 'S", " "]) {
      assert.deepEqual(model.tokenizer.encode(text), theirs.tokenize(text), text);
    }
    await sequence.evaluate(prompt());
    assert.equal(
      (await sequence.logits({ top: Number.POSITIVE_INFINITY })).tokens.length,
      model.info.vocabularySize,
    );
    await theirs.dispose();
  });

  it("gives the logits that node-llama-cpp's own interface gives", async () => {
    const theirs = await (await backend("cpu")).loadModel({ modelPath: bundled });
    const context = await theirs.createContext({ contextSize: 256, threads: 1 });
    const tokens = theirs.tokenize(CODE);
    const last = tokens.length - 1;
    const results = await context
      .getSequence()
      .controlledEvaluate([
        ...tokens.slice(0, last),
        [tokens[last]!, { generateNext: { logits: true, totalLogitWeight: true } }],
      ]);
    const { logits, totalLogitWeight } = results[last]!.next;
    await sequence.evaluate(tokens);
    const ours = await sequence.logits({ top: Number.POSITIVE_INFINITY, totals: true });
    ours.tokens.forEach((token, i) => {
      assert.ok(Math.abs(ours.logits[i]! - logits!.get(token as never)!) < 1e-4);
    });
    const logTotal = Math.max(...logits!.values()) + Math.log(totalLogitWeight!);
    assert.ok(Math.abs(ours.logTotal! - logTotal) < 1e-4);
    await theirs.dispose();
  });

  it("tells the logits of chosen tokens as a read of all does, at each place kept", async () => {
    const tokens = model.tokenizer.encode("const a = b;");
    await sequence.evaluate(tokens, undefined, 3);
    const places = [0, 2, 1].map((back) => ({ back, tokens: [7, 300, 0, 299 + back] }));
    for (const [i, { logits, logTotal }] of (await sequence.chosen(places)).entries()) {
      const { back, tokens: asked } = places[i]!;
      const all = await sequence.logits({ top: Number.POSITIVE_INFINITY, back, totals: true });
      const expected = asked.map((token) => all.logits[all.tokens.indexOf(token)]);
      assert.deepEqual([...logits], expected);
      assert.ok(Math.abs(logTotal - all.logTotal!) < 1e-4);
    }
  });

  describe("reads of a part agree with a read of all", () => {
    const close = (a: number, b: number) =>
      assert.ok(Math.abs(a - b) < 2e-5 * Math.max(1, Math.abs(b)), `${a} ${b}`);
    const check = (name: string, request: { top: number; mask?: () => Uint32Array; temperature?: number }) =>
      it(name, async () => {
        await sequence.evaluate(prompt());
        const mask = request.mask?.();
        const temperature = request.temperature ?? 1;
        const part = await sequence.logits({
          top: request.top,
          totals: true,
          temperature,
          ...(mask && { mask }),
        });
        const all = await sequence.logits({ top: Number.POSITIVE_INFINITY });
        const kept = [...all.tokens.keys()].filter(
          (i) => !mask || (mask[all.tokens[i]! >>> 5]! >>> (all.tokens[i]! & 31)) & 1,
        );
        const logSum = (indexes: readonly number[], t: number) =>
          Math.log(indexes.reduce((sum, i) => sum + Math.exp(all.logits[i]! / t), 0));
        close(part.logTotal!, logSum([...all.tokens.keys()], 1));
        close(part.logAllowed!, logSum(kept, 1));
        close(part.logTempered!, logSum(kept, temperature));
        const expected = kept.slice(0, request.top);
        assert.deepEqual(
          [...part.logits],
          expected.map((i) => all.logits[i]!),
        );
        assert.equal(part.complete, expected.length === kept.length);
        const best = await sequence.mostLikely(mask);
        assert.equal(all.logits[all.tokens.indexOf(best!)], part.logits[0]);
        // Equal logits may come in any order.
        for (const [i, token] of part.tokens.entries()) {
          assert.equal(all.logits[all.tokens.indexOf(token)], part.logits[i]);
        }
      });
    check("the most likely token", { top: 1 });
    check("the first 64", { top: 64 });
    check("the first 64 at temperature 0.7", { top: 64, temperature: 0.7 });
    check("the most likely of half the tokens", { top: 1, mask: () => every(2, 1) });
    check("the first 100 of a third", { top: 100, mask: () => every(3, 0) });
    check("the first 100 of a third at temperature 1.8", {
      top: 100,
      mask: () => every(3, 2),
      temperature: 1.8,
    });
    check("a few tokens", { top: 64, mask: () => every(1000, 7), temperature: 0.5 });
    check("one token", { top: 64, mask: () => every(10_000, 97) });
    check("a mask that allows all", { top: 5, mask: () => every(1, 0) });
    check("all tokens of a large mask", {
      top: Number.POSITIVE_INFINITY,
      mask: () => every(1, 500),
      temperature: 0.9,
    });
  });

  it("reads nothing from an empty mask", async () => {
    await sequence.evaluate(prompt());
    const { tokens, logAllowed, complete } = await sequence.logits({
      top: 4,
      totals: true,
      mask: every(10_000, 9999),
    });
    assert.deepEqual([tokens.length, logAllowed, complete], [0, Number.NEGATIVE_INFINITY, true]);
    assert.equal(await sequence.mostLikely(every(10_000, 9999)), undefined);
  });

  it("keeps the logits of several tokens, also where a batch ends among them", async () => {
    const tokens = model.tokenizer.encode(CODE.repeat(20));
    assert.ok(tokens.length >= 130);
    for (const length of [63, 64, 65, 66, 129, 130]) {
      const fresh = await model.openSequence();
      await fresh.evaluate(tokens.slice(0, length), undefined, 3);
      for (const back of [2, 0, 1]) {
        await sequence.evaluate(tokens.slice(0, length - back));
        sameDistribution(
          await fresh.logits({ top: 50, totals: true, back }),
          await sequence.logits({ top: 6144, totals: true }),
          // The whole text is cut into other batches (measured: 0.007).
          0.03,
        );
      }
      await assert.rejects(async () => fresh.logits({ top: 1, back: 3 }), /no logits were kept/);
      await fresh.dispose();
    }
  });

  describe("the cache", () => {
    const check = (name: string, change: (tokens: number[]) => number[], reused: (n: number) => number) =>
      it(name, async () => {
        const tokens = prompt();
        await sequence.evaluate(tokens);
        const next = change(tokens);
        await sequence.evaluate(next);
        assert.equal(sequence.reusedTokens, reused(tokens.length));
        const fresh = await model.openSequence();
        await fresh.evaluate(next);
        assert.equal(fresh.reusedTokens, 0);
        sameDistribution(
          await sequence.logits({ top: 50, totals: true }),
          await fresh.logits({ top: 6144, totals: true }),
        );
        await fresh.dispose();
      });
    check(
      "keeps everything before an appended token",
      (t) => [...t, 300],
      (n) => n,
    );
    check(
      "evaluates nothing of equal tokens, whose logits are there",
      (t) => t,
      (n) => n,
    );
    check(
      "drops a differing tail",
      (t) => [...t.slice(0, 10), 301, 302],
      () => 10,
    );
    check(
      "drops what is longer",
      (t) => t.slice(0, 12),
      () => 11,
    );
    check(
      "starts anew where the first token differs",
      (t) => [305, ...t.slice(1)],
      () => 0,
    );
  });

  it("refuses more tokens than the context holds, with the numbers", async () => {
    const check = {
      code: "context-overflow",
      message: "the text is 1025 tokens long, the model's context holds 1024",
    };
    await rejects(sequence.evaluate(new Array<number>(1025).fill(300)), check);
    await sequence.evaluate(new Array<number>(1024).fill(300));
  });

  it("stops a long prompt after a batch, and goes on from there", async () => {
    const abort = new AbortController();
    const tokens = new Array<number>(1000).fill(310);
    const evaluation = sequence.evaluate(tokens, abort.signal);
    abort.abort();
    await assert.rejects(evaluation, CancelledError);
    await sequence.evaluate(tokens);
    assert.ok(sequence.reusedTokens > 0 && sequence.reusedTokens < 1000, `${sequence.reusedTokens}`);
  });

  it("refuses to do two things at a time", async () => {
    const evaluation = sequence.evaluate(prompt());
    assert.throws(() => sequence.evaluate(prompt()), /one thing at a time/);
    await evaluation;
  });

  it("ends what it is at before it is disposed", async () => {
    const other = await model.openSequence();
    const evaluation = other.evaluate(prompt());
    await other.dispose();
    await evaluation;
  });
});

describe("loading a model", () => {
  let folder: string;
  const bytes = readFileSync(bundled);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const check = (
    name: string,
    content: Uint8Array | string | undefined,
    expected: { code: string; message: RegExp | string },
    options: Partial<LoadModelOptions> = {},
  ) =>
    it(`${name}: ${expected.code}`, async () => {
      const file = content === undefined ? bundled : join(folder, "model.gguf");
      if (content !== undefined) writeFileSync(file, content);
      await rejects(loadModel({ file, gpu: "cpu", ...options }), expected);
    });

  check(
    "no such file",
    undefined,
    { code: "file-missing", message: /no such file/ },
    { file: "/no/such.gguf" },
  );
  check("a folder", undefined, { code: "file-unreadable", message: /folder/ }, { file: tmpdir() });
  check("an empty file", "", { code: "gguf-magic", message: /not a GGUF/ });
  check("a text", "This is no model.\n".repeat(100), { code: "gguf-magic", message: /not a GGUF/ });
  check("four bytes", bytes.subarray(0, 4), { code: "gguf-truncated", message: /ends/ });
  check("half a header", bytes.subarray(0, 5000), { code: "gguf-truncated", message: /can hold/ });
  check("half the tensors", bytes.subarray(0, bytes.length >> 1), {
    code: "gguf-truncated",
    message: /incomplete/,
  });
  check("all but a byte", bytes.subarray(0, -1), { code: "gguf-truncated", message: /incomplete/ });
  check("an unknown architecture", renamed("general.architecture", "llama", "lamba"), {
    code: "model-architecture-unsupported",
    message: /architecture "lamba"/,
  });
  check("an unknown pre-tokenizer", renamed("tokenizer.ggml.pre", "qwen2", "qwenX"), {
    code: "model-load-failed",
    message: /qwenX/,
  });
  check("a missing tensor", renamed("output_norm.weight", "output_norm", "input__norm"), {
    code: "model-load-failed",
    message: /output_norm/,
  });
  check(
    "a context longer than the model knows",
    undefined,
    { code: "context-length", message: /2000 tokens is not possible: the model was trained for 1024/ },
    { contextLength: 2000 },
  );
  check(
    "a device that is not there",
    undefined,
    { code: "gpu-unavailable", message: /Metal .* what works: .*cpu/ },
    {
      gpu: process.platform === "darwin" ? "cuda" : "metal",
    },
  );

  it("uses llama.cpp's tokenizer where ours does not know how text is split, and says so", async () => {
    const file = join(folder, "model.gguf");
    writeFileSync(file, renamed("tokenizer.ggml.pre", "qwen2", "youtu"));
    const log: string[] = [];
    const model = await loadModel({
      file,
      gpu: "cpu",
      onLog: (level, line) => log.push(`${level}: ${line}`),
    });
    assert.ok(
      log.some((line) => /^warn: .*"youtu".*llama\.cpp's own tokenizer is used/.test(line)),
      log.join("\n"),
    );
    const tokens = model.tokenizer.encode(CODE);
    const text = tokens
      .map((t) => Buffer.from(model.tokenizer.vocabulary.bytes(t)).toString("latin1"))
      .join("");
    assert.equal(text, CODE);
    await model.dispose();
  });

  it("takes a shorter context", async () => {
    const model = await loadModel({ file: bundled, gpu: "cpu", contextLength: 256 });
    assert.equal(model.info.contextLength, 256);
    await model.dispose();
  });

  it("reports progress that only grows, up to 1", async () => {
    const fractions: number[] = [];
    const model = await loadModel({ file: bundled, gpu: "auto", onProgress: (f) => fractions.push(f) });
    await model.dispose();
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.equal(fractions.at(-1), 1);
  });

  it("can be cancelled before and while it loads", async () => {
    await assert.rejects(
      loadModel({ file: bundled, gpu: "cpu", signal: AbortSignal.abort() }),
      CancelledError,
    );
    const abort = new AbortController();
    const loading = loadModel({
      file: bundled,
      gpu: "cpu",
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await assert.rejects(loading, CancelledError);
  });

  /// The bundled model with a text of its header, after `key`, replaced by one of equal length.
  function renamed(key: string, from: string, to: string): Uint8Array {
    const changed = Buffer.from(bytes);
    const at = changed.indexOf(from, changed.indexOf(key) + (key.startsWith(from) ? 0 : key.length));
    changed.write(to, at);
    return changed;
  }
});

function sameDistribution(a: NextTokenLogits, b: NextTokenLogits, within = 1e-3): void {
  // Batches of different sizes round differently.
  a.tokens.forEach((token, i) => {
    const j = b.tokens.indexOf(token);
    const difference = Math.exp(a.logits[i]! - a.logTotal!) - Math.exp(b.logits[j]! - b.logTotal!);
    assert.ok(Math.abs(difference) < within, `${difference}`);
  });
}

async function rejects(
  work: Promise<unknown>,
  expected: { code: string; message: RegExp | string },
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    const [{ code, message, hint }] = error.diagnostics as readonly [Diagnostic];
    assert.equal(code, expected.code, message);
    if (typeof expected.message === "string") assert.equal(message, expected.message);
    else assert.match(message, expected.message);
    assert.ok(hint);
    return true;
  });
}
