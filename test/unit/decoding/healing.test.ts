import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  bytesEqual,
  completeUtf8Length,
  concatBytes,
  utf8Decode,
  utf8Encode,
} from "../../../src/base/bytes.ts";
import { CancelledError } from "../../../src/base/cancellation.ts";
import { type HealingMode, takeBack } from "../../../src/bytes/index.ts";
import { trainedModel } from "../../../src/bytes/testing/listed-source.ts";
import { allTexts, toyBpe } from "../../../src/bytes/testing/toy-bpe.ts";
import { hashedModel, ToyModel } from "../../../src/bytes/testing/toy-model.ts";
import type { LanguageModel, ModelSequence, Prompt } from "../../../src/decoding/index.ts";
import { KernelEngine } from "../../../src/engine/index.ts";
import { loadModel } from "../../../src/runtime/index.ts";
import { type Tokenizer, tokensToBytes } from "../../../src/tokenizer/index.ts";
import { compileEbnf, generateAll } from "../../support/generation.ts";
import { toyLanguageModel } from "../../support/toy-language-model.ts";
import { LETTERS, SPACED } from "../../support/toy-tokenizers.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const MODES: readonly HealingMode[] = ["none", "token", "exact"];

const TOYS: readonly Tokenizer[] = [LETTERS, SPACED];

/// Where healing starts: the context, and the bytes taken back.
function opened(tokenizer: Tokenizer, text: Uint8Array, mode: HealingMode) {
  const { tokens, bytes } = takeBack(tokenizer, text, mode);
  const [stop] = tokenizer.vocabulary.stopTokens;
  return { stay: tokens, context: tokens.length > 0 ? tokens : [stop!], bytes };
}

/// Every token sequence of some text that begins with the bytes, up to the first token that has more, with
/// its probability: from the tokens of all texts.
function sequences(toy: ToyModel, text: Uint8Array, alphabet: string, reach: number) {
  const { tokenizer } = toy;
  const { vocabulary } = tokenizer;
  const { stay, context, bytes } = opened(tokenizer, text, "exact");
  const found = new Map<string, { tokens: readonly number[]; p: number }>();
  for (const whole of allTexts(alphabet, reach)) {
    const all = utf8Encode(whole);
    if (all.length < text.length || !bytesEqual(all.subarray(0, text.length), text)) continue;
    const encoded = [...tokenizer.encode(whole), vocabulary.stopTokens[0]!];
    let end = stay.length;
    let length = 0;
    while (end < encoded.length && length <= bytes.length) length += vocabulary.bytes(encoded[end++]!).length;
    const tokens = encoded.slice(stay.length, end);
    // One that ends the text has no more bytes.
    if (length <= bytes.length && tokens.at(-1) !== vocabulary.stopTokens[0]) continue;
    let p = 1;
    for (const [i, token] of tokens.entries()) {
      p *= toy.probabilities([...context, ...tokens.slice(0, i)])[token]!;
    }
    found.set(tokens.join(), { tokens, p });
  }
  return [...found.values()].sort((a, b) => b.p - a.p);
}

function prompt(text: string | Uint8Array): Prompt {
  const bytes = typeof text === "string" ? utf8Encode(text) : text;
  const length = completeUtf8Length(bytes);
  return { kind: "text", text: utf8Decode(bytes.subarray(0, length))!, partial: bytes.slice(length) };
}

describe("healing on toy models", () => {
  const prompts = ["a", "ab", "ca", "abca", "bcab", "cabc"];
  const spaced = ["a b", "ab a", "a  ", " a", "bé", "a b "];
  for (const [n, texts] of [prompts, spaced].entries()) {
    const tokenizer = TOYS[n]!;
    const alphabet = n === 0 ? "abc" : "ab é";
    for (const text of texts) {
      it(`exact is greedy over all sequences: ${JSON.stringify(text)}`, async () => {
        for (let seed = 0; seed < 12; seed++) {
          const toy = hashedModel(tokenizer, seed);
          const expected = sequences(toy, utf8Encode(text), alphabet, text.length + (n === 0 ? 5 : 4))[0]!;
          const model = toyLanguageModel(toy);
          const result = await generateAll(model, await model.openSequence(), {
            prompt: prompt(text),
            maxTokens: 1,
          });
          const chosen = result.steps.map(({ token }) => token);
          assert.deepEqual(chosen, expected.tokens, `seed ${seed}`);
        }
      });
    }
  }

  it("what was read at one keystroke serves the next, and changes nothing", async () => {
    let [evaluated, evaluatedAnew] = [0, 0];
    for (const [n, tokenizer] of TOYS.entries()) {
      for (let seed = 0; seed < 12; seed++) {
        const toy = hashedModel(tokenizer, seed);
        const typing = toyLanguageModel(toy);
        const whole = n === 0 ? "abcabbcaac" : "ab a  bé a";
        for (let length = 1; length <= whole.length; length++) {
          const results = [];
          for (const model of [typing, toyLanguageModel(toy)]) {
            const { tokens, prompt: facts } = await generateAll(model, await model.openSequence(), {
              prompt: prompt(whole.slice(0, length)),
              maxTokens: 2,
              probabilities: false,
            });
            results.push({ tokens, rival: facts!.healingRival, evaluations: facts!.healingEvaluations });
          }
          const [typed, anew] = results as [(typeof results)[0], (typeof results)[0]];
          evaluated += typed.evaluations;
          evaluatedAnew += anew.evaluations;
          assert.deepEqual({ ...typed, evaluations: 0 }, { ...anew, evaluations: 0 }, whole.slice(0, length));
        }
      }
    }
    assert.ok(evaluated < 0.9 * evaluatedAnew, `${evaluated} of ${evaluatedAnew}`);
  });

  it("exact draws sequences by their probabilities", async () => {
    const [tokenizer] = TOYS;
    for (const [text, seed] of [
      ["ab", 3],
      ["bca", 5],
    ] as const) {
      const toy = hashedModel(tokenizer!, seed, 1);
      const expected = sequences(toy, utf8Encode(text), "abc", text.length + 5);
      const total = expected.reduce((sum, { p }) => sum + p, 0);
      const model = toyLanguageModel(toy);
      const sequence = await model.openSequence();
      const draws = 4000;
      const counts = new Map<string, number>();
      for (let draw = 0; draw < draws; draw++) {
        const { steps } = await generateAll(model, sequence, {
          prompt: prompt(text),
          maxTokens: 1,
          sampling: { temperature: 1, seed: draw },
        });
        const key = steps.map(({ token }) => token).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      let chiSquare = 0;
      for (const { tokens, p } of expected) {
        const mean = (draws * p) / total;
        chiSquare += ((counts.get(tokens.join()) ?? 0) - mean) ** 2 / mean;
        counts.delete(tokens.join());
      }
      assert.deepEqual([...counts], [], "what the tokenizer does not make");
      // Seeds are fixed. Five standard deviations of a chi-square of so many degrees of freedom.
      const freedom = expected.length - 1;
      assert.ok(chiSquare < freedom + 5 * Math.sqrt(2 * freedom), `${text}: ${chiSquare} of ${freedom}`);
    }
  });

  it("token chooses among those that agree, one at a time", async () => {
    for (const [n, tokenizer] of TOYS.entries()) {
      const { vocabulary } = tokenizer;
      for (const text of n === 0 ? prompts : spaced) {
        const toy = hashedModel(tokenizer, 7 + n);
        const { context, bytes } = opened(tokenizer, utf8Encode(text), "token");
        const expected: number[] = [];
        for (
          let rest = bytes;
          rest.length > 0;
          rest = rest.subarray(vocabulary.bytes(expected.at(-1)!).length)
        ) {
          const p = toy.probabilities([...context, ...expected]);
          const agreeing = [...p.keys()].filter((token) => {
            const b = vocabulary.bytes(token);
            const common = Math.min(b.length, rest.length);
            return common > 0 && bytesEqual(b.subarray(0, common), rest.subarray(0, common));
          });
          expected.push(agreeing.reduce((best, token) => (p[token]! > p[best]! ? token : best)));
        }
        const model = toyLanguageModel(toy);
        const result = await generateAll(model, await model.openSequence(), {
          prompt: prompt(text),
          healing: "token",
          maxTokens: 2,
        });
        const chosen = result.steps.map(({ token }) => token);
        assert.deepEqual(chosen.slice(0, expected.length), expected, text);
        assert.equal(result.prompt!.healedBytes, bytes.length);
      }
    }
  });

  it("none fails where the prompt cuts a token, and exact does not", async () => {
    const tokenizer = toyBpe({
      alphabet: "abcdehmpqrstuv:/ ",
      merges: [
        ["/", "/"],
        [":", "//"],
        [" ", "a"],
        ["r", "e"],
        ["re", "t"],
        ["ret", "u"],
        ["v", "a"],
        ["re", "a"],
        ["rea", "d"],
      ],
      split: { kind: "none" },
    });
    const source = new Map([
      ["http://a", 0.5],
      ["retu at", 0.3],
      ["reads", 0.2],
    ]);
    const trained = trainedModel(tokenizer, source);
    const [stop] = tokenizer.vocabulary.stopTokens;
    const toy = new ToyModel(tokenizer, (tokens) =>
      Float32Array.from(trained.probabilities(tokens[0] === stop ? tokens.slice(1) : tokens), Math.log),
    );
    const model = toyLanguageModel(toy);
    for (const [start, end] of [
      ["http:", "//a"],
      ["http:/", "/a"],
      ["ret", "u at"],
      ["retu ", "at"],
      ["rea", "ds"],
    ] as const) {
      const outcome = async (healing: HealingMode) =>
        (
          await generateAll(model, await model.openSequence(), {
            prompt: prompt(start),
            healing,
            maxTokens: 6,
          })
        ).text;
      assert.equal(await outcome("exact"), end, start);
      assert.notEqual(await outcome("none"), end, start);
    }
    // The last token alone is not enough: "http:/" is cut into two.
    const oneBack = await generateAll(model, await model.openSequence(), {
      prompt: prompt("http:/"),
      healing: "token",
      maxTokens: 6,
    });
    assert.notEqual(oneBack.text, "/a");
  });
});

describe("healing on the bundled model", () => {
  let model: LanguageModel;
  let sequence: ModelSequence;
  before(async () => {
    model = await loadModel({ file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu" });
    sequence = await model.openSequence();
  });
  after(() => model.dispose());

  const DOCUMENT =
    'import { join } from "node:path";\r\n\r\n// Größe: 例 😀\nexport function total(values: number[]) {\n    if (typeof values === "number") return fetch("http://a.example");\n    return values.reduce((sum, value) => sum + value, 0x12345);\n}\n';
  const bytes = utf8Encode(DOCUMENT);
  const suffix = "\n}\n\nexport const other = 1;\n";
  const cuts = [...bytes.keys()].filter((cut) => cut > 0 && (cut % 7 === 0 || bytes[cut]! >= 0x80));

  const promptAt = (cut: number, kind: "text" | "psm" | "spm"): Prompt => {
    const before = prompt(bytes.subarray(0, cut)) as Extract<Prompt, { kind: "text" }>;
    if (kind === "text") return before;
    return { kind: "fim", prefix: before.text, partial: before.partial!, suffix, order: kind };
  };

  for (const healing of MODES) {
    for (const kind of ["text", "psm", "spm"] as const) {
      it(`spells what was taken back, and nothing twice: ${healing}, ${kind}`, async () => {
        for (const [i, cut] of cuts.entries()) {
          const result = await generateAll(model, sequence, {
            prompt: promptAt(cut, kind),
            healing,
            maxTokens: 3,
            sampling: i % 2 === 0 ? { temperature: 0 } : { temperature: 1, seed: i },
          });
          const taken = result.prompt!.healedBytes;
          const added = concatBytes(result.steps.map((step) => step.bytes));
          const spelled = tokensToBytes(model.tokenizer.vocabulary, result.tokens);
          if (result.finish === "length") {
            assert.deepEqual(spelled, concatBytes([bytes.subarray(cut - taken, cut), added]), `at ${cut}`);
          }
          const partial = cut - completeUtf8Length(bytes.subarray(0, cut));
          assert.ok(taken >= partial);
          assert.equal(result.prompt!.healingDropped, 0);
        }
      });
    }
  }

  it("is none where the last token could not have been longer", async () => {
    let aligned = 0;
    for (const cut of cuts) {
      const before = bytes.subarray(0, cut);
      if (completeUtf8Length(before) < cut) continue;
      if (takeBack(model.tokenizer, before, "exact").bytes.length > 0) continue;
      aligned++;
      for (const sampling of [{}, { temperature: 1, seed: cut }]) {
        const run = (healing: HealingMode) =>
          generateAll(model, sequence, { prompt: promptAt(cut, "text"), healing, sampling, maxTokens: 4 });
        assert.deepEqual((await run("exact")).tokens, (await run("none")).tokens, `at ${cut}`);
      }
    }
    assert.ok(aligned > 0);
  });

  it("chooses the same without telling probabilities", async () => {
    for (const cut of cuts.slice(0, 12)) {
      const run = (probabilities: boolean) =>
        generateAll(model, sequence, { prompt: promptAt(cut, "text"), probabilities, maxTokens: 3 });
      assert.deepEqual((await run(false)).tokens, (await run(true)).tokens, `at ${cut}`);
    }
  });

  it("keeps to a grammar that has read the prefix", async () => {
    const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
    const ebnf = String.raw`root ::= "{\"url\": \"http://" [a-zé]{1,6} "\", \"size\": " ("none" | "nonetheless" | [0-9]+ "em") "}"`;
    const grammar = await compileEbnf(engine, model, ebnf);
    const whole = utf8Encode('{"url": "http://éxamp", "size": none');
    for (let cut = 0; cut <= whole.length; cut++) {
      for (const healing of MODES) {
        for (const jumpForward of [true, false]) {
          const matcher = grammar.createMatcher();
          const read = whole.subarray(0, cut);
          assert.equal(matcher.acceptBytes(read), cut);
          const { text, finish } = await generateAll(model, sequence, {
            prompt: prompt(read),
            matcher,
            healing,
            jumpForward,
            sampling: cut % 2 === 0 ? {} : { temperature: 1, seed: cut },
            maxTokens: 40,
          });
          const fresh = grammar.createMatcher();
          const partial = cut - completeUtf8Length(read);
          const sentence = concatBytes([read.subarray(0, cut - partial), utf8Encode(text)]);
          const where = `${healing} at ${cut}: ${text}`;
          assert.equal(fresh.acceptBytes(sentence), sentence.length, where);
          if (finish !== "length") assert.ok(fresh.isAccepting(), where);
          matcher.dispose();
          fresh.dispose();
        }
      }
    }
    grammar.dispose();
    engine.dispose();
  });

  it("ends within a step of a cancel", async () => {
    for (const calls of [1, 2]) {
      const abort = new AbortController();
      let left = calls;
      const counting: ModelSequence = {
        get reusedTokens() {
          return sequence.reusedTokens;
        },
        maxRows: sequence.maxRows,
        evaluate: (tokens, signal, rows) => {
          if (--left === 0) abort.abort();
          return sequence.evaluate(tokens, signal, rows);
        },
        logits: (request) => sequence.logits(request),
        chosen: (places) => sequence.chosen(places),
        mostLikely: (mask) => sequence.mostLikely(mask),
        dispose: async () => {},
      };
      const options = { prompt: prompt("const typeo"), signal: abort.signal, maxTokens: 4 };
      await assert.rejects(generateAll(model, counting, options), CancelledError);
      await generateAll(model, sequence, { prompt: prompt("const typeo"), maxTokens: 1 });
    }
  });
});
