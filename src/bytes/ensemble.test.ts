import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8Encode } from "../base/bytes.ts";
import type { InputError } from "../base/diagnostic.ts";
import { type TokenSpec, vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";
import { CoverStream } from "./cover-stream.ts";
import { ByteEnsemble, type EnsembleRule } from "./ensemble.ts";
import { fitMixtureWeights } from "./mixture-weights.ts";
import { scoreBytes } from "./score.ts";
import { nextInSource, type TextSource, trainedModel } from "./testing/listed-source.ts";
import { toyBpe } from "./testing/toy-bpe.ts";
import { hashedModel, longestMatch } from "./testing/toy-model.ts";

const ALL = { kind: "all", minShare: 0 } as const;
const END = { special: "</s>" };

function stream(tokens: readonly TokenSpec[], seed: number): CoverStream {
  const tokenizer = longestMatch(vocabularyFromTokens([...tokens, END, { special: "<fim>" }]));
  return CoverStream.open(new ByteModel(hashedModel(tokenizer, seed)), [], ALL);
}

const first = (seed = 1) => stream(["a", "b", "ab", "ba", "€"], seed);
/// Another vocabulary, of another size, in which half a character is a token.
const second = (seed = 2) =>
  stream(["b", "a", "aba", Uint8Array.of(0xe2), Uint8Array.of(0x82, 0xac), "bb"], seed);
const TEXT = utf8Encode("aba€");

function ensembleOf(sources: readonly ByteSource[], rule: EnsembleRule): ByteEnsemble {
  return new ByteEnsemble(
    sources.map((source, i) => ({ name: `model ${i + 1}`, source })),
    rule,
  );
}

function symbols({ bytes, stop }: NextBytes): number[] {
  return [...bytes, stop];
}

function same(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((p, i) => {
    assert.ok(Math.abs(p - expected[i]!) < 1e-12, `symbol ${i}: ${p}, not ${expected[i]}`);
  });
}

describe("ByteEnsemble", () => {
  const rules: EnsembleRule[] = [
    { kind: "mixture", weights: [1, 0] },
    { kind: "product", weights: [1, 0] },
  ];
  for (const rule of rules) {
    it(`${rule.kind}: with all weight on one model it is that model`, async () => {
      const alone = first();
      const ensemble = ensembleOf([first(), second()], rule);
      for (const byte of TEXT) {
        same(symbols(await ensemble.next()), symbols(await alone.next()));
        await ensemble.advance(Uint8Array.of(byte));
        await alone.advance(Uint8Array.of(byte));
        assert.ok(Math.abs(ensemble.logProbability - alone.logProbability) < 1e-12);
      }
    });
  }

  it("is what the rules say, and sums to one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.nat({ max: TEXT.length }),
        async (v, w, length) => {
          const members = [first(), second()];
          for (const member of members) await member.advance(TEXT.subarray(0, length));
          const [p, q] = (await Promise.all(members.map((member) => member.next()))).map(symbols);
          const mix = p!.map((x, i) => (v * x + w * q![i]!) / (v + w));
          const product = p!.map((x, i) => x ** v * q![i]! ** w);
          const total = product.reduce((sum, x) => sum + x, 0);
          const at = async (rule: EnsembleRule) => symbols(await ensembleOf(members, rule).next());
          same(await at({ kind: "mixture", weights: [v, w] }), mix);
          same(
            await at({ kind: "product", weights: [v, w] }),
            product.map((x) => x / total),
          );
          same([mix.reduce((sum, x) => sum + x, 0)], [1]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("a model with itself is itself, whatever the rule", async () => {
    const alone = first();
    await alone.advance(TEXT);
    for (const rule of [
      { kind: "mixture", weights: [0.3, 0.7] },
      { kind: "product", weights: [0.3, 0.7] },
    ] as const) {
      const ensemble = ensembleOf([first(), first()], rule);
      await ensemble.advance(TEXT);
      same(symbols(await ensemble.next()), symbols(await alone.next()));
      assert.ok(Math.abs(ensemble.logProbability - alone.logProbability) < 1e-12);
    }
  });

  it("two tokenizers of one source are that source", async () => {
    const source: TextSource = new Map([
      ["ab ab", 0.4],
      ["abba", 0.3],
      ["ab", 0.2],
      ["b a", 0.1],
    ]);
    const toy = (merges: [string, string][], gpt2: boolean) =>
      toyBpe({ alphabet: "ab ", merges, split: { kind: gpt2 ? "gpt2" : "none" } });
    const models = [
      trainedModel(
        toy(
          [
            ["a", "b"],
            [" ", "ab"],
          ],
          true,
        ),
        source,
      ),
      trainedModel(
        toy(
          [
            ["b", " "],
            ["a", "b "],
            ["b", "b"],
          ],
          false,
        ),
        source,
      ),
    ];
    for (const rule of [
      { kind: "mixture", weights: [1, 1] },
      { kind: "product", weights: [0.5, 0.5] },
    ] as const) {
      for (const text of source.keys()) {
        const bytes = utf8Encode(text);
        const members = models.map((model) =>
          CoverStream.open(new ByteModel(model), [], { kind: "canonical", maxUnchecked: 0 }),
        );
        const ensemble = ensembleOf(members, rule);
        for (let at = 0; at <= bytes.length; at++) {
          const expected = nextInSource(source, bytes.subarray(0, at));
          const actual = symbols(await ensemble.next());
          symbols({ ...expected, rawSum: 1, logScale: 0 }).forEach((p, i) => {
            assert.ok(Math.abs(p - actual[i]!) < 1e-6, `${text} at ${at}, symbol ${i}`);
          });
          if (at < bytes.length) await ensemble.advance(bytes.subarray(at, at + 1));
        }
      }
    }
  });

  it("reads byte by byte what it reads at once; forks stay apart", async () => {
    const once = ensembleOf([first(), second()], { kind: "mixture", weights: [1, 2] });
    const slowly = once.fork();
    await once.advance(TEXT);
    for (const byte of TEXT) {
      await slowly.fork().advance(Uint8Array.of(byte));
      await slowly.advance(Uint8Array.of(byte));
    }
    same(symbols(await slowly.next()), symbols(await once.next()));
    assert.equal(slowly.logProbability, once.logProbability);
    assert.equal(slowly.length, TEXT.length);
  });

  it("a mixture goes on without a model that cannot encode a byte, and says so", async () => {
    const narrow = stream(["a", "b"], 9);
    const ensemble = ensembleOf([first(), narrow], { kind: "mixture", weights: [1, 1] });
    await ensemble.advance(TEXT);
    assert.deepEqual(ensemble.silent, [{ member: 1, byte: 0xe2, byteOffset: 3 }]);
    const alone = first();
    await alone.advance(TEXT);
    same(symbols(await ensemble.next()), symbols(await alone.next()));

    const product = ensembleOf([first(), stream(["a", "b"], 9)], { kind: "product", weights: [1, 1] });
    await assert.rejects(product.advance(TEXT), (error: InputError) => {
      assert.equal(error.diagnostics[0]!.code, "bytes-unreachable");
      assert.deepEqual(error.diagnostics[0]!.location, { kind: "byte", byteOffset: 3 });
      assert.match(error.message, /^model 2 gives byte 0xe2 no probability at byte 3/);
      return true;
    });
  });

  const rejects = (name: string, rule: EnsembleRule) =>
    it(name, () => {
      assert.throws(
        () => ensembleOf([first(), second()], rule),
        (error: InputError) => error.diagnostics[0]!.code === "ensemble-weights",
      );
    });
  rejects("a weight too few", { kind: "mixture", weights: [1] });
  rejects("a negative weight", { kind: "product", weights: [1, -1] });
  rejects("no weight at all", { kind: "mixture", weights: [0, 0] });
});

describe("fitMixtureWeights", () => {
  it("finds the weights a text was written with, and beats each model alone", async () => {
    const symbolsOf = async (seed: number) => symbols(await first(seed).next());
    const p = await symbolsOf(1);
    const q = await symbolsOf(7);
    // As many of each symbol as the mixture expects.
    const written = p.map((x, i) => 0.3 * x + 0.7 * q[i]!);
    const text = written.flatMap((x, i) => Array<number>(Math.round(x * 20_000)).fill(i));
    const logs = [p, q].map((list) => Float64Array.from(text, (symbol) => Math.log(list[symbol]!)));
    const fitted = fitMixtureWeights(logs, { tolerance: 1e-12, maxRounds: 20_000 });
    assert.ok(Math.abs(fitted.weights[0]! - 0.3) < 0.01, String(fitted.weights));
    assert.ok(fitted.loss < Math.min(...fitted.alone));
    const best = -text.reduce((sum, symbol) => sum + Math.log(written[symbol]!), 0) / text.length;
    assert.ok(Math.abs(fitted.loss - best) < 1e-4);
  });

  it("is the loss of the ensemble on the same text", async () => {
    const texts = utf8Encode("abba€ab");
    const scores = await Promise.all(
      [first(), second()].map((source) => scoreBytes(source, texts, { stop: true })),
    );
    const fitted = fitMixtureWeights(scores.map(({ logProbabilities }) => logProbabilities));
    const ensemble = ensembleOf([first(), second()], { kind: "mixture", weights: fitted.weights });
    const { total } = await scoreBytes(ensemble, texts, { stop: true });
    assert.ok(Math.abs(-total / (texts.length + 1) - fitted.loss) < 1e-6);
    assert.ok(fitted.loss <= Math.min(...fitted.alone) + 1e-9);
  });
});
