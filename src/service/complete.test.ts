import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { KernelEngine } from "../engine/index.ts";
import type { CompleteParams } from "./api.ts";
import { CompiledGrammars } from "./compiled-grammars.ts";
import { Completer } from "./complete.ts";
import { ModelHost } from "./model-host.ts";

const root = process.env.TOKENSIEVE_ROOT!;

describe("Completer", () => {
  const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
  const grammars = new CompiledGrammars([engine]);
  const models = new ModelHost(
    () => {},
    () => {},
  );
  const completer = new Completer(models, grammars);
  after(async () => {
    await models.unload();
    engine.dispose();
  });
  const complete = async (more: Partial<CompleteParams>) => {
    const result = await completer.complete({
      model: { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu" },
      prefix: "const x = ",
      suffix: "",
      onViolation: "refuse",
      singleLine: true,
      maxTokens: 4,
      ...more,
    });
    assert.equal(result.kind, "completion");
    return result as Extract<typeof result, { kind: "completion" }>;
  };

  for (const [healing, mode, bytes] of [
    [undefined, "exact", 1],
    ["none", "none", 0],
    ["token", "token", 1],
    ["exact", "exact", 1],
  ] as const) {
    it(`heals as it is told: ${healing}`, async () => {
      const { healing: facts } = await complete({ ...(healing && { healing }) });
      assert.deepEqual([facts.mode, facts.bytes, facts.dropped], [mode, bytes, 0]);
      assert.ok(facts.evaluations >= 1);
    });
  }

  it("heals under a grammar that wants the rest of a word", async () => {
    for (const healing of ["none", "token", "exact"] as const) {
      const { text } = await complete({
        prefix: "x = retur",
        healing,
        grammar: {
          source: { kind: "ebnf", text: 'root ::= "x = return " ("value" | "variable") ";"' },
          engine: "tokensieve",
        },
        maxTokens: 20,
      });
      assert.match(text, /^n (value|variable);$/, healing);
    }
  });

  it("ends a middle where the word after the cursor goes on", async () => {
    const around = { prefix: "const name = user.get", suffix: "ame();\n", maxTokens: 16 };
    const { text, ranking, evaluations } = await complete(around);
    assert.equal(text, "N");
    assert.ok(ranking!.gain > 1 && ranking!.candidates > 4 && ranking!.candidates <= 16);
    assert.ok(ranking!.evaluations > 0 && evaluations > ranking!.evaluations);
    assert.equal(ranking!.skipped, 0);
    for (const more of [{ suffixRanking: false }, { healing: "token" }, { healing: "none" }] as const) {
      const unranked = await complete({ ...around, ...more });
      assert.equal(unranked.ranking, undefined);
      assert.notEqual(unranked.text, "N");
    }
    const late = await complete({ ...around, rankingMillis: -1 });
    assert.equal(late.ranking!.candidates, 1);
    assert.ok(late.ranking!.skipped > 0);
  });

  it("ranks only what the grammar lets the suffix follow", async () => {
    const grammar = {
      source: { kind: "ebnf", text: 'root ::= "x = user.get" [A-Z] [a-z]* "();" [a-z]* "();"' },
      engine: "tokensieve",
    } as const;
    const { text, ranking } = await complete({
      prefix: "x = user.get",
      suffix: "ame();",
      grammar,
      maxTokens: 16,
    });
    assert.match(`${text}ame();`, /^[A-Z][a-z]*\(\);[a-z]*\(\);$/);
    assert.ok(ranking!.candidates >= 1);
  });

  it("takes the likelier word where healing and no healing disagree", async () => {
    const { text, ranking, healing } = await complete({
      prefix: 'import { readFile } from "',
      maxTokens: 24,
    });
    assert.equal(text, 'node:fs/promises";');
    assert.ok(healing.rival > 0.1 && healing.rival <= 1);
    assert.equal(ranking!.candidates, 2);
  });

  it("does not say the line before again", async () => {
    const line = "  const [a, b] = await Promise.all([x, y]);\n";
    const { text } = await complete({ prefix: `${line}  `, singleLine: false, maxTokens: 32 });
    assert.equal(text, "");
    const imports = await complete({ prefix: "import * as path from", singleLine: false, maxTokens: 64 });
    const lines = `import * as path from${imports.text}`.split("\n");
    assert.equal(new Set(lines).size, lines.length);
  });

  it("reads as much of a long document as fits, and says so", async () => {
    const line = "const alpha = beta(1);\n";
    for (const suffix of ["", ";\n"]) {
      const { diagnostics } = await complete({ prefix: `${line.repeat(1000)}const gamma = be`, suffix });
      const [diagnostic] = diagnostics;
      assert.equal(diagnostic!.code, "prompt-windowed");
      // From the start of a line on.
      const dropped = Number(/first (\d+) characters/.exec(diagnostic!.message)![1]);
      assert.ok(dropped > 0 && dropped % line.length === 0, diagnostic!.message);
    }
    assert.deepEqual((await complete({ prefix: line.repeat(3) })).diagnostics, []);
  });
});
