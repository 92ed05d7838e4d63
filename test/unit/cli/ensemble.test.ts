import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { BUNDLED_MODELS } from "../../../src/service/bundled-models.ts";
import { writeBlankModel, writeBlankSentencePieceModel } from "../../support/blank-model.ts";
import { fixtureFolder, root, tokensieve } from "./run-cli.ts";

const files = fixtureFolder();
const bundled = join(root, "models/tokensieve-mini.gguf");
const spm = files.path("spm.gguf");
const narrow = files.path("narrow.gguf");

before(() => {
  writeBlankSentencePieceModel(spm, ["a", "b", "▁", "ab", "▁a", "return"]);
  writeBlankModel(narrow, ["a", "b", "ab", "<|end|>"]);
});

const args = (models: readonly string[], ...rest: string[]) => [
  "ensemble",
  "--gpu",
  "cpu",
  ...models.flatMap((model) => ["--model", model]),
  ...rest,
];

async function ensemble(...rest: string[]) {
  const { status, json, stderr } = await tokensieve([...args([bundled, spm], ...rest), "--json"]);
  assert.equal(status, 0, stderr);
  return { ...json(), stderr };
}

describe("tokensieve ensemble", function () {
  this.timeout(120_000);

  it("tells of the next byte what all say, and what each says alone", async () => {
    const { method, models, bytes, stop, sum, disagreement } = await ensemble(
      ...["--next", "--prompt", "return ", "--weights", "3,1"],
    );
    assert.equal(method, "mixture");
    assert.deepEqual(
      models.map(({ name, file, weight }: { name: string; file: string; weight: number }) => [
        name,
        file,
        weight,
      ]),
      [
        ["Tokensieve Mini", bundled, 0.75],
        ["Blank", spm, 0.25],
      ],
    );
    assert.equal(bytes.length, 256);
    assert.ok(Math.abs(sum - 1) < 1e-6);
    for (const { p, models: alone } of [...bytes, stop]) {
      assert.ok(Math.abs(p - (0.75 * alone[0] + 0.25 * alone[1])) < 1e-9);
    }
    for (let i = 1; i < bytes.length; i++) assert.ok(bytes[i].p <= bytes[i - 1].p);
    assert.ok(disagreement > 0);
  });

  it("writes, and tells each byte's part", async () => {
    const { text, bytes, finish, steps } = await ensemble("--prompt", "return ", "--max-bytes", "6");
    assert.equal(Buffer.from(bytes, "hex").toString(), text);
    assert.equal(steps.map((step: { bytes: string }) => step.bytes).join(""), bytes);
    assert.equal(finish, "length");
    for (const { p, models } of steps) assert.ok(Math.abs(p - (models[0] + models[1]) / 2) < 1e-9);
  });

  it("writes what a grammar allows, by fusion too", async () => {
    for (const method of ["mixture", "product", "fusion"]) {
      const { text, finish } = await ensemble("--method", method, "--regex", "(ab|return )[0-9]");
      assert.match(text, /^(ab|return )[0-9]$/);
      assert.equal(finish, "stop");
    }
  });

  it("is one of the bundled models, if none is named", async () => {
    const { status, json, stderr } = await tokensieve(["ensemble", "--gpu", "cpu", "--next", "--json"]);
    assert.equal(status, 0, stderr);
    const names = json().models.map(({ file }: { file: string }) => basename(file, ".gguf"));
    assert.deepEqual(names, BUNDLED_MODELS);
  });

  it("tells fusion's candidates", async () => {
    const { candidates } = await ensemble(
      ...["--method", "fusion", "--next", "--prompt", "retur", "--candidates", "3"],
    );
    assert.equal(candidates.length, 4);
    for (const { score, logProbabilities } of candidates) {
      assert.ok(Math.abs(score - (logProbabilities[0] + logProbabilities[1]) / 2) < 1e-9);
    }
  });

  it("scores a file by every method and model, with fitted weights", async () => {
    const text = "return a;\n";
    const fit = files.write("fit.ts", "return b;\n");
    const result = await ensemble("--score", files.write("a.ts", text), "--fit", fit, "--per-byte");
    assert.equal(result.bytes, text.length);
    assert.equal(result.surprises.length, text.length);
    assert.ok(Math.abs(result.bits / text.length - result.bitsPerByte) < 1e-9);
    assert.ok(Math.abs(result.methods.mixture - result.bitsPerByte) < 1e-9);
    assert.deepEqual(Object.keys(result.methods), ["mixture", "product", "fusion"]);
    assert.equal(result.models[1].surprises.length, text.length);
    assert.deepEqual(
      result.fitted.weights,
      result.models.map(({ weight }: { weight: number }) => weight),
    );
    assert.ok(result.hindsight.bitsPerByte <= result.bitsPerByte + 1e-9);
  });

  it("prints text, lists and lines for people", async () => {
    const run = async (...rest: string[]) => {
      const { status, stdout, stderr } = await tokensieve(args([bundled, spm], ...rest));
      assert.equal(status, 0, stderr);
      return { stdout, stderr };
    };
    const written = await run("--prompt", "return ", "--max-bytes", "4");
    assert.equal(Buffer.byteLength(written.stdout), 5);
    assert.match(written.stderr, /--max-bytes 4 was reached/);
    const next = await run("--prompt", "return ", "--next", "--top", "2");
    assert.match(
      next.stdout,
      /^0\.5000 {2}Tokensieve Mini\n0\.5000 {2}Blank\n(0\.\d{6} {2}\(.*\) {2}.*\n){3}dis/,
    );
    const scored = await run("--score", files.write("b.ts", "return"));
    assert.match(scored.stdout, /^\d\.\d{4} bits per byte {2}Tokensieve Mini, weight 0\.5000\n/);
    assert.match(scored.stdout, /fusion \(a score, no probability\)\nbest weights of a mixture/);
  });

  it("goes on without a model that cannot spell a byte, and says so", async () => {
    const { status, json, stderr } = await tokensieve([
      ...args([spm, narrow], "--score", files.write("c.txt", "abca")),
      "--json",
    ]);
    assert.equal(status, 0, stderr);
    assert.equal(json().models[1].bits, null);
    assert.equal(json().methods.product, null);
    assert.match(stderr, /Blank \(narrow\.gguf\) gives byte 0x63 no probability at byte 2/);
    assert.match(stderr, /ensemble-silent/);
  });

  describe("bad input", () => {
    const check = (name: string, given: () => string[], ...expected: RegExp[]) =>
      it(name, async () => {
        const { status, stdout, stderr } = await tokensieve(given());
        assert.equal(status, 2, stderr);
        assert.equal(stdout, "");
        for (const part of expected) assert.match(stderr, part);
        assert.doesNotMatch(stderr, /^\s+at .*\(.*:\d+:\d+\)/m, "a stack trace is no message");
      });
    const both = (...rest: string[]) => args([bundled, spm], ...rest);
    check("one model", () => args([bundled], "--prompt", "a"), /ensemble-too-few/, /Name another/);
    check("a weight too few", () => both("--weights", "1"), /1 weights.*2 models/);
    check("a negative weight", () => both("--weights=-1,2"), /ensemble-weights/);
    check("weights that are none", () => both("--weights", "a,b"), /0\.7,0\.3/);
    check("weights and a fit", () => both("--weights", "1,1", "--fit", bundled), /--fit/);
    check(
      "a fit that is not there",
      () => both("--fit", files.path("none.ts")),
      /none\.ts/,
      /file-unreadable/,
    );
    check(
      "a model that is not there",
      () => args([bundled, files.path("none.gguf")]),
      /none\.gguf/,
      /file-missing/,
    );
    check(
      "a model that is none",
      () => args([bundled, files.write("text.gguf", "no model")]),
      /text\.gguf/,
      /GGUF/,
    );
    check(
      "a product with a model that cannot spell a byte",
      () => args([spm, narrow], "--method", "product", "--score", files.write("d.txt", "abca")),
      /Blank \(narrow\.gguf\) gives byte 0x63 \("c"\) no probability at byte 2/,
    );
    check(
      "a grammar for what is not written",
      () => both("--next", "--regex", "a"),
      /--next.*--regex|--regex.*--next/,
    );
    check("next byte and score", () => both("--next", "--score", bundled), /--score/);
    check(
      "a temperature for fusion",
      () => both("--method", "fusion", "--temperature", "1"),
      /ensemble-temperature/,
    );
    check("a method that is none", () => both("--method", "sum"), /mixture, product, fusion/);
  });
});
