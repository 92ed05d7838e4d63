import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatBytes, toHex, utf8DecodeLossy, utf8Encode } from "../../../src/base/bytes.ts";
import { CancelledError } from "../../../src/base/cancellation.ts";
import { InputError } from "../../../src/base/diagnostic.ts";
import {
  type GenerateOptions,
  generate,
  type LanguageModel,
  type ModelSequence,
} from "../../../src/decoding/index.ts";
import { type CompiledGrammar, XGrammarEngine } from "../../../src/engine/index.ts";
import { loadModel } from "../../../src/runtime/index.ts";
import { tokensToBytes } from "../../../src/tokenizer/index.ts";
import { writeBlankModel, writeBlankSentencePieceModel } from "../../support/blank-model.ts";
import { compileEbnf, type Generated, generateAll } from "../../support/generation.ts";
import { xgrammarWorkerUrl } from "../../support/xgrammar-worker.ts";

const root = process.env.TOKENSIEVE_ROOT!;

/// A person as JSON, most of it forced.
const PERSON = String.raw`root ::= "{\"name\": \"" [a-z]{3,8} "\", \"age\": " [0-9]{1,2} ", \"tags\": [" tags? "]}"
tags ::= "\"" [a-z]{2,4} "\"" (", \"" [a-z]{2,4} "\""){0,3}
`;
const PERSON_TEXT =
  /^\{"name": "[a-z]{3,8}", "age": \d\d?, "tags": \[("[a-z]{2,4}"(, "[a-z]{2,4}"){0,3})?\]\}$/;

describe("generate", () => {
  let model: LanguageModel;
  let sequence: ModelSequence;
  let engine: XGrammarEngine;
  const grammars = new Map<string, CompiledGrammar>();
  before(async () => {
    model = await loadModel({ file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu" });
    sequence = await model.openSequence();
    engine = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
  });
  after(async () => {
    await model.dispose();
    engine.dispose();
  });

  const text = (text: string) => ({ kind: "text", text }) as const;
  const matcher = async (ebnf: string) => {
    const known = grammars.get(ebnf) ?? (await compileEbnf(engine, model, ebnf));
    grammars.set(ebnf, known);
    return known.createMatcher();
  };
  /// Generates under a grammar, whose prefix `read` the matcher has read.
  const under = async (ebnf: string, options: GenerateOptions, read = ""): Promise<Generated> => {
    const sieve = await matcher(ebnf);
    assert.equal(sieve.acceptBytes(utf8Encode(read)), utf8Encode(read).length);
    const result = await generateAll(model, sequence, { ...options, matcher: sieve });
    const fresh = await matcher(ebnf);
    const written = utf8Encode(read + result.text);
    assert.equal(fresh.acceptBytes(written), written.length, `${read}${result.text} leaves the grammar`);
    if (result.finish !== "length") assert.ok(fresh.isAccepting(), `${result.text} is not complete`);
    sieve.dispose();
    fresh.dispose();
    return result;
  };
  /// What the tokens spell, and what the steps say they add.
  const spelled = (result: Generated) => tokensToBytes(model.tokenizer.vocabulary, result.tokens);
  const added = (result: Generated) => concatBytes(result.steps.map((step) => step.bytes));

  describe("without a grammar", () => {
    it("is greedy by default, with the probabilities the model gave", async () => {
      const prompt = "export function sum(values: number[]) {";
      const result = await generateAll(model, sequence, {
        prompt: text(prompt),
        maxTokens: 8,
        healing: "none",
      });
      assert.equal(result.finish, "length");
      assert.equal(result.steps.length, 8);
      const context = model.tokenizer.encode(prompt);
      for (const step of result.steps) {
        await sequence.evaluate(context);
        const all = await sequence.logits({ top: Number.POSITIVE_INFINITY, totals: true });
        assert.equal(all.tokens[0], step.token);
        // Batches of different sizes round differently.
        assert.ok(Math.abs(step.probability! - Math.exp(all.logits[0]! - all.logTotal!)) < 1e-3);
        assert.equal(step.maskedProbability, step.probability);
        assert.equal(step.allowedTokens, model.info.vocabularySize);
        context.push(step.token);
      }
    });

    it("repeats itself for equal seeds", async () => {
      const run = async (seed: number) => {
        const sampling = { temperature: 1.2, topP: 0.95, seed };
        return (await generateAll(model, sequence, { prompt: text("let x"), sampling, maxTokens: 24 }))
          .tokens;
      };
      const [first, again, other] = [await run(5), await run(5), await run(6)];
      assert.deepEqual(first, again);
      assert.notDeepEqual(first, other);
    });

    it("reuses the cache of the last prompt", async () => {
      const long = readFileSync(`${root}src/decoding/sampling.ts`, "utf8").slice(0, 1500);
      await generateAll(model, sequence, { prompt: text(long), maxTokens: 1 });
      const result = await generateAll(model, sequence, { prompt: text(`${long}\nexport`), maxTokens: 1 });
      const { tokens, reusedTokens } = result.prompt!;
      assert.ok(tokens > 200 && reusedTokens > tokens - 12, `${reusedTokens} of ${tokens}`);
    });

    it("continues an empty prompt", async () => {
      const result = await generateAll(model, sequence, { prompt: text(""), maxTokens: 3 });
      assert.equal(result.prompt!.tokens, 1);
    });

    it("ends before a stop string, also across tokens", async () => {
      const options = {
        prompt: text("const a = [1, 2"),
        sampling: { temperature: 1, seed: 2 },
        maxTokens: 12,
      };
      const whole = await generateAll(model, sequence, options);
      const stop = whole.text.slice(5, 12);
      const result = await generateAll(model, sequence, { ...options, stop: [stop] });
      assert.deepEqual([result.text, result.finish], [whole.text.slice(0, whole.text.indexOf(stop)), "stop"]);
    });

    it("ends at the context's end", async () => {
      const tokens = model.tokenizer.encode("a b c d e f g h ".repeat(200)).slice(0, 1015);
      const prompt = new TextDecoder().decode(tokensToBytes(model.tokenizer.vocabulary, tokens));
      const result = await generateAll(model, sequence, {
        prompt: text(prompt),
        sampling: { seed: 1 },
        healing: "none",
      });
      if (result.finish === "length") assert.equal(result.prompt!.tokens + result.tokens.length, 1025);
    });

    it("refuses a prompt longer than the context", async () => {
      await rejects(
        generateAll(model, sequence, { prompt: text("a b c d e f g h ".repeat(200)) }),
        "context-overflow",
        /\d{4} tokens long, the model's context holds 1024/,
      );
    });

    for (const [name, sampling] of [
      ["temperature", { temperature: -1 }],
      ["topK", { topK: 1.5 }],
      ["topP", { topP: 2 }],
      ["minP", { minP: Number.NaN }],
    ] as const) {
      it(`refuses an impossible ${name}`, () =>
        rejects(
          generateAll(model, sequence, { prompt: text("a"), sampling }),
          "sampling-option",
          new RegExp(name),
        ));
    }
  });

  describe("healing", () => {
    /// The first tokens spell `end` of the prompt again, and possibly more.
    const check = (prompt: string, end: string) =>
      it(`${JSON.stringify(prompt)} gives back ${JSON.stringify(end)}`, async () => {
        const result = await generateAll(model, sequence, { prompt: text(prompt), maxTokens: 3 });
        assert.equal(result.prompt!.healedBytes, utf8Encode(end).length);
        assert.deepEqual(spelled(result), concatBytes([utf8Encode(end), added(result)]));
        assert.equal(result.steps.filter((step) => step.bytes.length > 0).length, 3);
      });
    check("  retur", " retur");
    check("const x = ", " ");
    check("if (a) {\n    ", "    ");
    check("x = 12345", "");

    it("can be turned off", async () => {
      const result = await generateAll(model, sequence, {
        prompt: text("  retur"),
        maxTokens: 3,
        healing: "none",
      });
      assert.equal(result.prompt!.healedBytes, 0);
      assert.deepEqual(spelled(result), added(result));
    });

    it("completes half a token under a grammar that has read it", async () => {
      const ebnf = 'root ::= "x = return " ("value" | "variable") ";"';
      const result = await under(ebnf, { prompt: text("x = retur") }, "x = retur");
      assert.match(result.text, /^n (value|variable);$/);
      assert.equal(result.prompt!.healedBytes, " retur".length);
    });

    it("joins the prompt with a grammar that starts behind it", async () => {
      const result = await under('root ::= "value" | "variable"', { prompt: text("const the_") });
      assert.match(result.text, /^(value|variable)$/);
    });

    it("stays out of a prompt whose end no allowed token continues", async () => {
      const result = await under('root ::= "\\t" [0-9]', { prompt: text("const x =") });
      assert.equal(result.prompt!.healedBytes, 0);
    });
  });

  describe("under a grammar", () => {
    it("writes whole characters only", async () => {
      const result = await under('root ::= "😀"+', { prompt: text("Smile: "), maxTokens: 20 });
      assert.match(result.text, /^(😀)+$/u);
      assert.equal(result.finish, "length");
      assert.ok(result.steps.every((step) => !step.text.includes("\ufffd")));
    });

    it("writes forced text without a model call, cut as the tokenizer cuts it", async () => {
      const result = await under('root ::= "hello world, this is forced"', { prompt: text("Say:\n") });
      assert.deepEqual([result.text, result.finish], ["hello world, this is forced", "grammar"]);
      assert.ok(result.steps.every((step) => step.origin === "forced" && step.probability === undefined));
      const whole = model.tokenizer.encode(`Say:\n${result.text}`);
      assert.deepEqual(whole.slice(-result.tokens.length), result.tokens);
    });

    for (const jumpForward of [true, false]) {
      for (const sampling of [
        { temperature: 0 },
        { temperature: 1, seed: 1 },
        { temperature: 1.5, seed: 2, minP: 0.01 },
      ]) {
        it(`follows it ${jumpForward ? "with" : "without"} jumps, ${JSON.stringify(sampling)}`, async () => {
          const result = await under(PERSON, { prompt: text("A person: "), sampling, jumpForward });
          assert.match(result.text, PERSON_TEXT);
          assert.equal(result.finish, "grammar");
          const forced = result.steps.filter((step) => step.origin === "forced").length;
          assert.ok(jumpForward ? forced > 10 : forced === 0, `${forced} forced`);
        });
      }
    }

    it("gives the probabilities before and after the mask", async () => {
      const result = await under("root ::= [0-9] [a-z]", { prompt: text("x"), healing: "none" });
      const [digit] = result.steps;
      await sequence.evaluate(model.tokenizer.encode("x"));
      const all = await sequence.logits({ top: Number.POSITIVE_INFINITY, totals: true });
      const p = (i: number) => Math.exp(all.logits[i]! - all.logTotal!);
      const digits = [...all.tokens.keys()].filter((i) =>
        /^[0-9]([a-z])?$/.test(new TextDecoder().decode(model.tokenizer.vocabulary.bytes(all.tokens[i]!))),
      );
      assert.equal(digit!.allowedTokens, digits.length);
      const chosen = digits.find((i) => all.tokens[i] === digit!.token)!;
      assert.ok(Math.abs(digit!.probability! - p(chosen)) < 1e-5);
      const sum = digits.reduce((total, i) => total + p(i), 0);
      assert.ok(Math.abs(digit!.maskedProbability! - p(chosen) / sum) < 1e-5);
    });

    for (const sampling of [{}, { temperature: 1, seed: 3 }, { temperature: 0.7, seed: 3, minP: 0.1 }]) {
      it(`chooses the same without telling probabilities, ${JSON.stringify(sampling)}`, async () => {
        const options = { prompt: text("A person: "), sampling };
        const told = await under(PERSON, options);
        const untold = await under(PERSON, { ...options, probabilities: false });
        assert.deepEqual(untold.tokens, told.tokens);
        assert.ok(untold.steps.every((step) => step.probability === undefined));
      });
    }

    it("joins forced text with the tokens before it", async () => {
      // However the model spells the letters, what the tokenizer makes of the whole is kept.
      const result = await under('root ::= ("pri" | "pro" | "pub") "vate x" ', {
        prompt: text("\n"),
        sampling: { temperature: 5, seed: 4 },
      });
      const replaced = result.steps.reduce((sum, step) => sum + step.replaces, 0);
      assert.equal(result.steps.length - replaced, result.tokens.length);
      assert.equal(utf8DecodeLossy(spelled(result)).trimStart(), result.text);
    });

    it("leaves the matcher behind the text at every step", async () => {
      const sieve = await matcher(PERSON);
      const stream = generate(model, sequence, {
        prompt: text("A person: "),
        matcher: sieve,
        sampling: { seed: 9, temperature: 1 },
      });
      const bytes: Uint8Array[] = [];
      for await (const step of stream) {
        bytes.push(step.bytes);
        const fresh = await matcher(PERSON);
        const written = concatBytes(bytes);
        assert.equal(fresh.acceptBytes(written), written.length);
        assert.deepEqual(sieve.allowedBytes(), fresh.allowedBytes(), toHex(written));
        assert.equal(sieve.isAccepting(), fresh.isAccepting());
        fresh.dispose();
      }
      sieve.dispose();
    });

    it("ends when the model chooses to, where it may", async () => {
      const result = await under('root ::= "a"*', {
        prompt: text("b"),
        maxTokens: 200,
        sampling: { temperature: 20, seed: 1 },
      });
      assert.equal(result.finish, "stop");
      assert.equal(result.steps.at(-1)!.bytes.length, 0);
      assert.equal(result.tokens.length, result.steps.length - 1);
    });

    it("releases text held back for a stop string when the grammar ends", async () => {
      const result = await under('root ::= "ab"', { prompt: text("b"), stop: ["abc"] });
      assert.deepEqual([result.text, result.finish], ["ab", "grammar"]);
    });

    it("holds for every grammar shipped", async function () {
      this.timeout(120_000);
      const manifest = JSON.parse(readFileSync(`${root}grammars/manifest.json`, "utf8")) as {
        file: string;
      }[];
      for (const { file } of manifest) {
        const ebnf = readFileSync(`${root}grammars/${file}`, "utf8");
        for (const seed of [1, 2, 3]) {
          const sampling = { temperature: 1, seed };
          await under(ebnf, { prompt: text("\n"), sampling, maxTokens: 40, jumpForward: seed !== 2 });
        }
      }
    });
  });

  describe("filling in", () => {
    for (const order of ["psm", "spm"] as const) {
      it(`keeps to a grammar between prefix and suffix, ${order}`, async () => {
        const prefix = 'let person = {"name": "a';
        const result = await under(
          PERSON,
          { prompt: { kind: "fim", prefix, suffix: ";\n", order }, sampling: { temperature: 1, seed: 3 } },
          '{"name": "a',
        );
        assert.match(`{"name": "a${result.text}`, PERSON_TEXT);
      });
    }

    it("shortens prefix and suffix to the context, and says by how much", async () => {
      const prefix = "let before = 1;\n".repeat(1000);
      const suffix = "let after = 2;\n".repeat(1000);
      const result = await generateAll(model, sequence, {
        prompt: { kind: "fim", prefix, suffix },
        maxTokens: 4,
      });
      const { tokens, droppedPrefix, droppedSuffix } = result.prompt!;
      assert.ok(tokens <= 1020 && tokens > 700, `${tokens}`);
      assert.ok(droppedPrefix > 0 && droppedPrefix % "let before = 1;\n".length === 0);
      assert.ok(droppedSuffix > 0 && droppedSuffix % "let after = 2;\n".length === 0);
    });

    it("reuses the prefix while one types in a long document", async () => {
      const lines = Array.from({ length: 800 }, (_, i) => `const value${i} = compute(${i});\n`).join("");
      let prefix = lines;
      let reused = 0;
      for (const typed of ["let", " x", " =", " co", "mpu", "te"]) {
        prefix += typed;
        const { prompt } = await generateAll(model, sequence, {
          prompt: { kind: "fim", prefix, suffix: "\n" },
          maxTokens: 2,
        });
        reused = prompt!.reusedTokens / prompt!.tokens;
      }
      assert.ok(reused > 0.9, `${reused}`);
    });
  });

  describe("cancelling", () => {
    it("ends the stream within a step, and leaves the sequence usable", async () => {
      const abort = new AbortController();
      const stream = generate(model, sequence, { prompt: text("let x = "), signal: abort.signal });
      await stream.next();
      abort.abort();
      await assert.rejects(stream.next(), CancelledError);
      await generateAll(model, sequence, { prompt: text("let x = "), maxTokens: 1 });
    });

    it("ends it in the middle of a computation", async () => {
      const abort = new AbortController();
      const stream = generate(model, sequence, { prompt: text("a b c ".repeat(150)), signal: abort.signal });
      const first = stream.next();
      setImmediate(() => abort.abort());
      await assert.rejects(first, CancelledError);
      await generateAll(model, sequence, { prompt: text("let x = "), maxTokens: 1 });
    });

    it("does not begin if it came before", async () => {
      const stream = generate(model, sequence, { prompt: text("a"), signal: AbortSignal.abort() });
      await assert.rejects(stream.next(), CancelledError);
    });

    it("is what ending the loop does", async () => {
      for await (const _ of generate(model, sequence, { prompt: text("let x = ") })) break;
      await generateAll(model, sequence, { prompt: text("let x = "), maxTokens: 1 });
    });
  });
});

describe("generate with a vocabulary of few tokens", () => {
  let folder: string;
  let model: LanguageModel;
  let sequence: ModelSequence;
  let engine: XGrammarEngine;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
    const file = join(folder, "blank.gguf");
    writeBlankModel(file, ["<|end|>", "a", "b", "ab", "abc", "Ċ"]);
    model = await loadModel({ file, gpu: "cpu" });
    sequence = await model.openSequence();
    engine = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
  });
  after(async () => {
    await model.dispose();
    engine.dispose();
    rmSync(folder, { recursive: true });
  });

  const prompt = { kind: "text", text: "a" } as const;

  it("says that it has no tokens to fill in with", () =>
    rejects(
      generateAll(model, sequence, { prompt: { kind: "fim", prefix: "a", suffix: "b" } }),
      "model-has-no-fim",
      /Blank has no fill-in-the-middle/,
    ));

  it("says which byte the grammar wants and no token spells", async () => {
    const grammar = await compileEbnf(engine, model, 'root ::= ("a" | "b") "x"');
    await rejects(
      generateAll(model, sequence, { prompt, matcher: grammar.createMatcher() }),
      "no-token-continues",
      /the grammar wants "x" next/,
    );
    grammar.dispose();
  });

  it("chooses evenly among equals: every allowed token comes up", async () => {
    const grammar = await compileEbnf(engine, model, 'root ::= "a" | "ab" | "abc" | "b"');
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const matcher = grammar.createMatcher();
      const options = {
        prompt: { kind: "text", text: "\n" },
        matcher,
        healing: "none",
        sampling: { temperature: 1, seed },
      } as const;
      const result = await generateAll(model, sequence, options);
      assert.ok(Math.abs(result.steps[0]!.probability! - 1 / 6) < 1e-6);
      assert.ok(Math.abs(result.steps[0]!.maskedProbability! - 1 / 4) < 1e-6);
      seen.add(result.text);
      matcher.dispose();
    }
    assert.deepEqual([...seen].sort(), ["a", "ab", "abc", "b"]);
    grammar.dispose();
  });
});

describe("generate with a SentencePiece vocabulary", () => {
  let folder: string;
  let model: LanguageModel;
  let sequence: ModelSequence;
  let engine: XGrammarEngine;
  const letters = [..."▁abcdefghijklmnopqrstuvwxyz"];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
    const file = join(folder, "blank.gguf");
    writeBlankSentencePieceModel(file, [
      "he",
      "ll",
      "hell",
      "hello",
      "▁w",
      "▁hello",
      "wor",
      "ld",
      ...letters,
    ]);
    model = await loadModel({ file, gpu: "cpu" });
    sequence = await model.openSequence();
    engine = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
  });
  after(async () => {
    await model.dispose();
    engine.dispose();
    rmSync(folder, { recursive: true });
  });

  const run = async (ebnf: string, prompt: string, options: Partial<GenerateOptions> = {}) => {
    const grammar = await compileEbnf(engine, model, ebnf);
    const matcher = grammar.createMatcher();
    const result = await generateAll(model, sequence, {
      prompt: { kind: "text", text: prompt },
      matcher,
      ...options,
    });
    matcher.dispose();
    grammar.dispose();
    return { ...result, spelled: utf8DecodeLossy(tokensToBytes(model.tokenizer.vocabulary, result.tokens)) };
  };

  it("puts no space before forced text", async () => {
    const result = await run('root ::= "hello hello"', "abc\n");
    assert.deepEqual([result.text, result.spelled], ["hello hello", "hello hello"]);
    const names = ["hello", " hello"].map((name) => result.tokens.filter((t) => spells(t, name)).length);
    assert.deepEqual(names, [1, 1]);
  });

  it("spells what is no token in bytes", async () => {
    const result = await run('root ::= ("é" | "😀"){5} "\\n"', "abc", {
      sampling: { temperature: 1, seed: 3 },
    });
    assert.match(result.text, /^(é|😀){5}\n$/u);
    assert.equal(result.finish, "grammar");
  });

  it("starts with the token that starts texts", async () => {
    const result = await run('root ::= "a"', "", { healing: "none" });
    assert.equal(model.bosToken, 1);
    assert.deepEqual([result.text, result.prompt!.tokens], ["a", 1]);
  });

  const spells = (token: number, name: string) =>
    utf8DecodeLossy(model.tokenizer.vocabulary.bytes(token)) === name;
});

async function rejects(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.diagnostics[0]!.code, code);
    assert.match(error.diagnostics[0]!.message, message);
    assert.ok(error.diagnostics[0]!.hint);
    return true;
  });
}
