import assert from "node:assert/strict";
import { CompiledGrammars } from "../../src/service/compiled-grammars.ts";
import { Completer } from "../../src/service/complete.ts";
import { BenchModels, type PromptFormat } from "./bench-models.ts";
import { ARMS, type FimCase } from "./case.ts";
import { runCase } from "./run-case.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const ref = { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu" } as const;

const CASE: FimCase = {
  id: "case",
  stratum: "identifier 3+",
  package: "p",
  path: "a.ts",
  language: "typescript",
  prefix: `${"// before\n".repeat(400)}export function add(a: number, b: number) {\n  retu`,
  middle: "rn a + b;",
  suffix: "\n}\n",
};

describe("FIM bench: a case", () => {
  const run = async (format: PromptFormat) => {
    const models = new BenchModels(format);
    const completer = new Completer(models, new CompiledGrammars([]));
    const outcome = await runCase(completer, models, ref, CASE, 1);
    const { info } = await models.get(ref);
    await models.unload();
    return { outcome, info };
  };

  it("runs in all arms, in a window of the document, and counts what the model does", async () => {
    const { outcome } = await run("auto");
    for (const arm of ARMS) {
      const { evaluations, evaluatedTokens, millis } = outcome.arms[arm];
      assert.ok(evaluations > 0 && evaluatedTokens >= evaluations && millis > 0, arm);
      // All but the last keystroke is in the cache.
      assert.ok(evaluatedTokens < 150, `${arm}: ${evaluatedTokens}`);
    }
    assert.match(outcome.arms.exact.completion, /^rn\b/);
    const { none, exact } = outcome.bits;
    assert.equal(outcome.bytes, CASE.middle.length);
    assert.ok(exact! < none!, `${exact} bits are less than ${none}`);
  });

  it("has another prompt in another format", async () => {
    const [plain, fim] = [await run("plain"), await run("fim")];
    assert.deepEqual([plain.info.prefersFim, fim.info.prefersFim], [false, true]);
    assert.notDeepEqual(fim.outcome.bits, plain.outcome.bits);
  });
});
