import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBlankModel, writeBlankSentencePieceModel } from "../../test/support/blank-model.ts";
import { utf8Encode } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import { BUNDLED_MODELS } from "./bundled-models.ts";
import { Core } from "./core.ts";
import { createEngines } from "./engines.ts";
import type { EnsembleMethod, EnsembleRef, EnsembleStep, EnsembleWriteParams } from "./ensemble-api.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string) => join(folder, name);

const bundled = `${root}models/tokensieve-mini.gguf`;
/// Any bytes, by byte fallback; a context of 256 tokens.
const spm = inFolder("spm.gguf");
/// The letters a and b alone.
const narrow = inFolder("narrow.gguf");

const ref = (files: readonly string[], rest: Partial<EnsembleRef> = {}): EnsembleRef => ({
  models: files.map((file) => ({ file, gpu: "cpu" })),
  method: "mixture",
  target: { kind: "canonical", maxUnchecked: 1e-3, maxChecks: 512 },
  ...rest,
});

describe("ensembles of loaded models", function () {
  this.timeout(120_000);
  let core: Core;
  before(() => {
    writeBlankSentencePieceModel(spm, ["a", "b", "c", "▁", "ab", "▁a", "re", "turn", "return"]);
    writeBlankModel(narrow, ["a", "b", "ab", "<|end|>"]);
    core = new Core(createEngines(new URL(`file://${root}dist/`)));
  });
  after(() => core.dispose());

  const write = (
    ensemble: EnsembleRef,
    rest: Partial<EnsembleWriteParams> = {},
    onStep?: (step: EnsembleStep) => void,
    signal?: AbortSignal,
  ) =>
    core.ensembleWrite(
      { ensemble, prompt: utf8Encode("a"), maxBytes: 24, temperature: 0, beam: 1, candidates: 8, ...rest },
      signal,
      onStep,
    );

  describe("next byte", () => {
    it("is the weighted mean of what each model says alone, which sums to one", async () => {
      const prompt = utf8Encode("export function ret");
      const next = (file: string) =>
        core.bytes({ model: { file, gpu: "cpu" }, prompt, target: ref([]).target, covers: 1 });
      const { bytes, stop, members, models, disagreement, diagnostics } = await core.ensembleNext({
        ensemble: ref([bundled, spm], { weights: [3, 1] }),
        prompt,
        candidates: 8,
      });
      const alone = [await next(bundled), await next(spm)];
      for (let b = 0; b < 256; b++) {
        assert.ok(Math.abs(members[0]!.bytes[b]! - alone[0]!.bytes[b]!) < 1e-3);
        assert.ok(Math.abs(members[1]!.bytes[b]! - alone[1]!.bytes[b]!) < 1e-3);
        assert.ok(
          Math.abs(bytes[b]! - (0.75 * members[0]!.bytes[b]! + 0.25 * members[1]!.bytes[b]!)) < 1e-12,
        );
      }
      assert.ok(Math.abs(bytes.reduce((sum, p) => sum + p, stop) - 1) < 1e-9);
      assert.ok(disagreement > 0 && disagreement < 1);
      assert.deepEqual(diagnostics, []);
      assert.deepEqual(
        models.map(({ name, weight, contextLength, vocabularySize }) => [
          name,
          weight,
          contextLength,
          vocabularySize,
        ]),
        [
          ["Tokensieve Mini", 0.75, 1024, 6144],
          ["Blank", 0.25, 256, 268],
        ],
      );
      for (const { memoryBytes, evaluations } of models) assert.ok(memoryBytes > 0 && evaluations > 0);
    });

    it("by fusion: tokens of the first model with what each model gives them", async () => {
      const { candidates } = await core.ensembleNext({
        ensemble: ref([bundled, spm], { method: "fusion" }),
        prompt: utf8Encode("return"),
        candidates: 4,
      });
      assert.equal(candidates!.length, 5);
      for (const { logProbabilities, score } of candidates!) {
        const [p, q] = logProbabilities;
        assert.ok(Math.abs(score - (p! + q!) / 2) < 1e-9);
      }
    });
  });

  describe("score", () => {
    const text = utf8Encode("return a;\n// é\n");
    it("is each model's own, and what the methods make of them", async () => {
      const { bits, methods, members, surprises, hindsight } = await core.ensembleScore({
        ensemble: ref([bundled, spm], { weights: [1, 3] }),
        text,
      });
      const own = await core.score({ model: { file: bundled, gpu: "cpu" }, text, target: ref([]).target });
      assert.ok(Math.abs(members[0]!.bits! - own.bits) < 0.5, `${members[0]!.bits} ${own.bits}`);
      const p = members.map((member) => member.surprises.map((x) => 2 ** -x));
      const mixed = text.reduce((sum, _, i) => sum - Math.log2(0.25 * p[0]![i]! + 0.75 * p[1]![i]!), 0);
      assert.ok(Math.abs(bits - mixed) < 1e-6);
      assert.equal(methods.mixture, bits);
      assert.ok(Math.abs(surprises.reduce((sum, x) => sum + x, 0) - bits) < 1e-9);
      const fused = 0.25 * members[0]!.bits! + 0.75 * members[1]!.bits!;
      assert.ok(Math.abs(methods.fusion! - fused) < 1e-6);
      // What the score lacks to a probability is what normalising adds.
      assert.ok(methods.product! < methods.fusion!);
      // A model that knows nothing adds nothing but doubt.
      assert.ok((hindsight.loss / Math.LN2) * text.length <= members[0]!.bits! + 1e-6);
      assert.ok(hindsight.weights[0]! > 0.5, `${hindsight.weights}`);
    });

    it("with weights fitted to another text beats equal ones", async () => {
      const fit = utf8Encode("return b;\nexport function a() {\n");
      const score = (rest: Partial<EnsembleRef>) =>
        core.ensembleScore({ ensemble: ref([bundled, spm], rest), text });
      const fitted = await score({ fit });
      assert.ok(fitted.bits < (await score({})).bits);
      assert.deepEqual(
        fitted.fitted!.weights,
        fitted.models.map(({ weight }) => weight),
      );
      assert.ok(fitted.fitted!.loss <= Math.min(...fitted.fitted!.alone) + 1e-9);
    });

    for (const method of ["product", "fusion"] as const) {
      it(`a ${method}'s weights are fitted, too`, async () => {
        const score = (rest: Partial<EnsembleRef>) =>
          core.ensembleScore({ ensemble: ref([bundled, spm], { method, ...rest }), text });
        const { methods, models, fitted } = await score({ fit: text });
        assert.deepEqual(
          fitted!.weights,
          models.map(({ weight }) => weight),
        );
        assert.ok(models[0]!.weight > models[1]!.weight);
        const total = models[0]!.weight + models[1]!.weight;
        if (method === "fusion") assert.ok(Math.abs(total - 1) < 1e-9);
        else assert.ok(methods.product! < (await score({})).methods.product!);
      });
    }

    it("of no bytes is none", async () => {
      const { bits, disagreement } = await core.ensembleScore({
        ensemble: ref([bundled, spm]),
        text: new Uint8Array(0),
      });
      assert.deepEqual([bits, disagreement], [0, 0]);
    });

    it("goes on in windows where one model's context is shorter, and says whose", async () => {
      const long = utf8Encode("ab c".repeat(100));
      const { members, diagnostics, models } = await core.ensembleScore({
        ensemble: ref([bundled, spm]),
        text: long,
      });
      assert.ok(members.every((member) => Number.isFinite(member.bits)));
      assert.equal(models[0]!.windows, 1);
      assert.ok(models[1]!.windows > 1);
      assert.deepEqual(
        diagnostics.map(({ code, severity }) => [code, severity]),
        [["text-windowed", "warning"]],
      );
      assert.match(diagnostics[0]!.message, /context of Blank \(256 tokens\).*windows/);
    });
  });

  describe("writing", () => {
    it("tells every byte as it comes, with each model's part", async () => {
      const steps: EnsembleStep[] = [];
      const ensemble = ref([bundled, spm], { weights: [9, 1] });
      const { bytes, text, finish, logProbability } = await write(ensemble, {}, (step) => steps.push(step));
      assert.deepEqual(
        steps.flatMap((step) => [...step.bytes]),
        [...bytes],
      );
      assert.equal(steps.map((step) => step.text).join(""), text);
      assert.equal(finish, "length");
      assert.equal(bytes.length, 24);
      let log = 0;
      for (const { choice } of steps) {
        const [p, q] = choice!.members;
        assert.ok(Math.abs(choice!.probability - (0.9 * p! + 0.1 * q!)) < 1e-9);
        assert.ok(choice!.disagreement > 0);
        log += Math.log(choice!.probability);
      }
      assert.ok(Math.abs(log - logProbability) < 1e-9);
    });

    it("equal seeds write equal texts", async () => {
      const ensemble = ref([bundled, spm], { method: "product", weights: [1, 0.1] });
      const texts = [];
      for (const seed of [1, 1, 2]) texts.push((await write(ensemble, { temperature: 1, seed })).text);
      assert.equal(texts[0], texts[1]);
      assert.notEqual(texts[0], texts[2]);
    });

    for (const method of ["mixture", "product", "fusion"] satisfies EnsembleMethod[]) {
      for (const beam of [1, 2]) {
        it(`${method}, beam ${beam}: under a grammar writes one of its sentences`, async () => {
          const source = { kind: "regex", text: "(abc|return é)[0-9]{2}", file: "--regex" } as const;
          const { text, finish, diagnostics } = await write(ref([bundled, spm], { method }), {
            grammar: { source, engine: "tokensieve" },
            beam,
          });
          assert.match(text, /^(abc|return é)[0-9]{2}$/);
          assert.equal(finish, "stop");
          assert.deepEqual(diagnostics, []);
        });
      }
    }

    it("goes on where the grammar stands behind what it has read, or says where that leaves it", async () => {
      const source = { kind: "regex", text: "x = (abc|return é)[0-9]{2}", file: "--regex" } as const;
      const go = (read: string) =>
        write(ref([bundled, spm]), {
          grammar: { source, engine: "tokensieve" },
          grammarRead: utf8Encode(read),
        });
      assert.match((await go("x = re")).text, /^turn é[0-9]{2}$/);
      await assert.rejects(go("x = ra"), (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.diagnostics[0]!.code, "prefix-violates-grammar");
        return true;
      });
    });

    it("ends when cancelled, and serves the next request", async () => {
      const abort = new AbortController();
      let steps = 0;
      const writing = write(
        ref([bundled, spm]),
        { maxBytes: 100_000 },
        () => {
          if (++steps === 5) abort.abort();
        },
        abort.signal,
      );
      await assert.rejects(writing, CancelledError);
      assert.ok(steps < 10, `${steps}`);
      assert.equal((await write(ref([bundled, spm]), { maxBytes: 3 })).bytes.length, 3);
    });

    it("a cancel ends a long score, too", async () => {
      const abort = new AbortController();
      const scoring = core.ensembleScore(
        { ensemble: ref([bundled, spm]), text: utf8Encode("ab c".repeat(5000)) },
        abort.signal,
      );
      setTimeout(() => abort.abort(), 300);
      await assert.rejects(scoring, CancelledError);
    });
  });

  describe("of the bundled models, whose tokenizers differ", () => {
    const both = BUNDLED_MODELS.map((name) => `${root}models/${name}.gguf`);

    it("score a text with characters that either cuts, in about a context a byte", async () => {
      const text = utf8Encode(
        "/// Größe in €.\nexport function area(w: number, h: number) {\n  return w * h;\n}\n",
      );
      const { members, methods, hindsight, models, disagreement, diagnostics } = await core.ensembleScore({
        ensemble: ref(both),
        text,
      });
      assert.deepEqual(diagnostics, []);
      const alone = Math.min(...members.map(({ bits }) => bits!));
      assert.ok((hindsight.loss * text.length) / Math.LN2 <= alone + 1e-6);
      for (const bits of Object.values(methods)) assert.ok(bits! > 0 && bits! < 8 * text.length);
      // Half of each costs a bit a byte at most.
      assert.ok(methods.mixture! <= alone + text.length);
      assert.ok(disagreement > 0 && disagreement < 1);
      for (const { evaluations } of models) assert.ok(evaluations <= 1.3 * text.length, `${evaluations}`);
    });

    it("go on inside of a word and of a character, where all probabilities sum to one", async () => {
      for (const prompt of [utf8Encode("retur"), Uint8Array.of(0x22, 0xe2, 0x82), new Uint8Array(0)]) {
        const { bytes, stop, members } = await core.ensembleNext({
          ensemble: ref(both),
          prompt,
          candidates: 1,
        });
        for (const one of [{ bytes, stop }, ...members]) {
          assert.ok(Math.abs(one!.bytes.reduce((sum, p) => sum + p, one!.stop) - 1) < 1e-6);
        }
      }
    });

    it("write JSON under its grammar by every method", async () => {
      const source = { kind: "regex", text: '\\{"name": "[a-z]{1,8}"\\}', file: "--regex" } as const;
      for (const method of ["mixture", "product", "fusion"] as const) {
        const { text } = await write(ref(both, { method }), {
          prompt: new Uint8Array(0),
          grammar: { source, engine: "tokensieve" },
        });
        assert.equal(typeof JSON.parse(text).name, "string");
      }
    });
  });

  describe("a model that cannot spell a byte", () => {
    it("says no more in a mixture, and the answer names it and the byte", async () => {
      const text = utf8Encode("abcab");
      const { members, methods, bits, diagnostics } = await core.ensembleScore({
        ensemble: ref([spm, narrow]),
        text,
      });
      assert.equal(members[1]!.bits, null);
      assert.equal(methods.product, null);
      assert.ok(Number.isFinite(bits));
      check(diagnostics[0]!, "ensemble-silent", /^Blank \(narrow\.gguf\) gives byte 0x63 no prob.* byte 2 /);
      assert.deepEqual(diagnostics[0]!.location, { kind: "byte", byteOffset: 2 });
    });

    it("also if the byte is in the prompt", async () => {
      const prompt = utf8Encode("abcab");
      const { members, bytes, stop, diagnostics } = await core.ensembleNext({
        ensemble: ref([spm, narrow]),
        prompt,
        candidates: 1,
      });
      assert.equal(members[1], null);
      const alone = members[0]!;
      assert.ok(Math.abs(stop - alone.stop) < 1e-12);
      for (let b = 0; b < 256; b++) assert.ok(Math.abs(bytes[b]! - alone.bytes[b]!) < 1e-12);
      check(diagnostics[0]!, "ensemble-silent", /narrow\.gguf.*byte 0x63.* byte 2 /);
    });

    for (const method of ["product", "fusion"] as const) {
      it(`ends a ${method}`, () =>
        rejects(
          core.ensembleScore({ ensemble: ref([spm, narrow], { method }), text: utf8Encode("abcab") }),
          "bytes-unreachable",
          /^Blank \(narrow\.gguf\) gives byte 0x63 \("c"\) no probability at byte 2/,
        ));
    }
  });

  describe("bad input", () => {
    const next = (ensemble: EnsembleRef) =>
      core.ensembleNext({ ensemble, prompt: utf8Encode("a"), candidates: 1 });
    const refuses = (
      name: string,
      ensemble: () => EnsembleRef,
      code: string,
      message: RegExp,
      work: (ensemble: EnsembleRef) => Promise<unknown> = next,
    ) => it(name, () => rejects(work(ensemble()), code, message));
    refuses("no model", () => ref([]), "ensemble-too-few", /no model/);
    refuses("one model", () => ref([bundled]), "ensemble-too-few", /one model only/);
    refuses(
      "a weight too many",
      () => ref([bundled, spm], { weights: [1, 1, 1] }),
      "ensemble-weights",
      /3 weights.*2 models/,
    );
    refuses(
      "a negative weight",
      () => ref([bundled, spm], { weights: [1, -1] }),
      "ensemble-weights",
      /1, -1/,
    );
    refuses("no weight at all", () => ref([bundled, spm], { weights: [0, 0] }), "ensemble-weights", /0, 0/);
    const nothing = new Uint8Array(0);
    refuses("nothing to fit to", () => ref([bundled, spm], { fit: nothing }), "ensemble-fit", /empty/);
    refuses(
      "weights given and to be fitted",
      () => ref([bundled, spm], { fit: utf8Encode("a"), weights: [1, 1] }),
      "ensemble-fit",
      /both/,
    );
    refuses(
      "a model that is not there",
      () => ref([bundled, inFolder("none.gguf")]),
      "file-missing",
      /none\.gguf/,
    );
    refuses(
      "a prompt that is no text",
      () => ref([bundled, spm]),
      "bytes-not-utf8",
      /byte 1/,
      (ensemble) => core.ensembleNext({ ensemble, prompt: Uint8Array.of(0x61, 0xff, 0x62), candidates: 1 }),
    );
    refuses(
      "a temperature for fusion",
      () => ref([bundled, spm], { method: "fusion" }),
      "ensemble-temperature",
      /fusion/,
      (ensemble) => write(ensemble, { temperature: 1 }),
    );
    refuses(
      "a grammar that is none",
      () => ref([bundled, spm]),
      "regex-syntax",
      /./,
      (ensemble) =>
        write(ensemble, {
          grammar: { source: { kind: "regex", text: "(", file: "--regex" }, engine: "tokensieve" },
        }),
    );

    it("a model twice is said to be of no use", async () => {
      const { diagnostics } = await next(ref([bundled, bundled]));
      check(diagnostics[0]!, "ensemble-same-model", /Tokensieve Mini.*#2 is the same model/);
    });
  });
});

function check(diagnostic: Diagnostic, code: string, message: RegExp): void {
  assert.equal(diagnostic.code, code, diagnostic.message);
  assert.match(diagnostic.message, message);
  assert.ok(diagnostic.hint);
}

async function rejects(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    check(error.diagnostics[0]!, code, message);
    return true;
  });
}
