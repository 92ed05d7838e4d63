import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { XGrammarEngine } from "../../src/engine/xgrammar/engine.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { readTokenizerFile } from "../../src/runtime/index.ts";
import type { CompareSample, CompareStep } from "../../src/service/compare-api.ts";
import { compareEngines } from "../../src/service/compare-engines.ts";
import { compareSample, MaskTimes } from "../../src/service/compare-sample.ts";
import { CompiledGrammars } from "../../src/service/compiled-grammars.ts";
import type { Tokenizer } from "../../src/tokenizer/index.ts";
import { xgrammarWorkerUrl } from "../support/xgrammar-worker.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const wasm = readFileSync(join(root, "out/kernel/kernel.wasm"));

describe("compareEngines", () => {
  let grammars: CompiledGrammars;
  let tokenizer: Tokenizer;
  before(async () => {
    grammars = new CompiledGrammars([
      new KernelEngine({ wasm }),
      new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() }),
    ]);
    tokenizer = await readTokenizerFile(join(root, "models/tokensieve-mini.gguf"));
  });
  after(() => grammars.dispose());

  const compare = (
    source: GrammarSource,
    samples: readonly CompareSample[] = [],
    steps: CompareStep[] = [],
  ) =>
    compareEngines(
      grammars,
      tokenizer,
      { source, samples, tokenizer: { kind: "built-in", name: "unused" } },
      undefined,
      (step) => steps.push(step),
    );
  const read = (file: string) => readFileSync(join(root, "grammars", file), "utf8");

  it("finds the engines of one mind on a shipped grammar", async () => {
    const source: GrammarSource = { kind: "ebnf", text: read("semver/semver.ebnf") };
    const { accept, reject } = JSON.parse(read("semver/examples.json")) as Record<string, string[]>;
    const samples = [
      ...accept!.map((text) => ({ text, expected: "accept" as const })),
      ...reject!.map((text) => ({ text, expected: "reject" as const })),
    ];
    const steps: CompareStep[] = [];
    const result = await compare(source, samples, steps);
    assert.deepEqual(result.vocabulary, { name: tokenizer.vocabulary.name, size: tokenizer.vocabulary.size });
    assert.equal(steps.length, 2 + samples.length);
    for (const [i, { verdicts, comparedMasks, differingMasks, tokens }] of result.samples.entries()) {
      const [ours, theirs] = verdicts;
      assert.ok(ours && theirs && tokens !== undefined);
      assert.equal(ours.kind === "accepted", samples[i]!.expected === "accept", samples[i]!.text);
      assert.deepEqual(theirs, ours);
      assert.ok(comparedMasks >= 1);
      assert.equal(differingMasks, 0);
    }
    for (const { compiled, diagnostics } of result.engines) {
      assert.deepEqual(diagnostics, []);
      assert.ok(compiled && compiled.masks.count > 0);
      assert.ok(compiled.masks.maxMicros >= compiled.masks.averageMicros);
    }
    assert.ok(result.engines[0]!.compiled!.memoryBytes! > 0);
  });

  it("says why one of them refuses", async () => {
    const source: GrammarSource = { kind: "ebnf", text: 'root ::= root "b" | "a"' };
    const { engines, samples } = await compare(source, [{ text: "abb" }, { text: "b" }]);
    const [ours, theirs] = engines;
    assert.deepEqual(ours!.diagnostics, []);
    assert.equal(theirs!.compiled, undefined);
    const [why] = theirs!.diagnostics;
    assert.equal(why!.code, "grammar-left-recursion");
    assert.equal(samples[0]!.verdicts[0]!.kind, "accepted");
    assert.equal(samples[0]!.verdicts[1], undefined);
    assert.equal(samples[0]!.comparedMasks, 0);
  });

  it("says why both refuse", async () => {
    const { engines, samples } = await compare({ kind: "ebnf", text: "root ::= x" }, [{ text: "a" }]);
    assert.deepEqual(
      engines.map(({ compiled, diagnostics }) => [compiled, diagnostics[0]!.code]),
      [
        [undefined, "ebnf-undefined-rule"],
        [undefined, "ebnf-undefined-rule"],
      ],
    );
    assert.deepEqual(samples[0]!.verdicts, [undefined, undefined]);
  });

  it("ends when it is cancelled", async () => {
    const controller = new AbortController();
    const source: GrammarSource = { kind: "ebnf", text: "root ::= [a-z]*" };
    const samples = [{ text: "abc" }, { text: "def" }];
    const params = { source, samples, tokenizer: { kind: "built-in", name: "unused" } } as const;
    const seen: CompareStep[] = [];
    await assert.rejects(
      compareEngines(grammars, tokenizer, params, controller.signal, (step) => {
        seen.push(step);
        if (step.kind === "sample") controller.abort();
      }),
      { name: "CancelledError" },
    );
    assert.equal(seen.filter(({ kind }) => kind === "sample").length, 1);
  });

  describe("one sample", () => {
    /// Two grammars in place of two engines: they do differ.
    const walk = async (a: string, b: string, text: string) => {
      const compiled = await Promise.all(
        [a, b].map(async (grammar) => {
          const result = await grammars.compile(
            { source: { kind: "ebnf", text: grammar }, engine: "tokensieve" },
            tokenizer.vocabulary,
            {},
          );
          assert.ok(result.ok);
          return result.grammar;
        }),
      );
      const matchers = compiled.map((grammar) => grammar.createMatcher());
      const outcome = await compareSample(
        matchers,
        [new MaskTimes(), new MaskTimes()],
        tokenizer,
        text,
        undefined,
      );
      for (const one of [...matchers, ...compiled]) one.dispose();
      return outcome;
    };
    const check = (
      a: string,
      b: string,
      text: string,
      verdicts: readonly string[],
      differing: readonly (readonly [byteOffset: number, before: string])[],
    ) =>
      it(`${JSON.stringify(text)} under ${a} and ${b}`, async () => {
        const { verdicts: found, differences, differingMasks } = await walk(a, b, text);
        assert.deepEqual(
          found.map((v) => (v && "violation" in v ? `${v.kind} ${v.violation.byteOffset}` : v?.kind)),
          verdicts,
        );
        assert.deepEqual(
          differences.map(({ byteOffset, before }) => [byteOffset, before]),
          differing,
        );
        assert.equal(differingMasks, differing.length);
        for (const { engines } of differences)
          assert.equal(engines[0]!.allowed - engines[0]!.only, engines[1]!.allowed - engines[1]!.only);
      });
    check('root ::= "é1"', 'root ::= "é2"', "é1", ["accepted", "rejected 2"], [[2, "é"]]);
    check(
      'root ::= "1"*',
      'root ::= "1"',
      "1",
      ["accepted", "accepted"],
      [
        [0, ""],
        [1, "1"],
      ],
    );
    check('root ::= "12"', 'root ::= "12"', "1", ["incomplete 1", "incomplete 1"], []);
    check('root ::= "1"', 'root ::= "2"', "", ["incomplete 0", "incomplete 0"], [[0, ""]]);
    it("names the tokens that one alone allows", async () => {
      const { differences } = await walk('root ::= "1" | "2"', 'root ::= "1"', "1");
      const [ours, theirs] = differences[0]!.engines;
      assert.deepEqual(
        ours!.sample.map(({ text }) => text),
        ["2"],
      );
      assert.deepEqual([ours!.only, theirs!.only, theirs!.sample.length], [1, 0, 0]);
    });
  });
});
