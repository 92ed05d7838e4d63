import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBlankSentencePieceModel } from "../../test/support/blank-model.ts";
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

  it("leaves a line that goes on after the cursor well-formed, also where the document is not complete", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, mode: { enum: ["GET", "PUT"] }, port: { type: "integer" } },
      required: ["name", "mode", "port"],
      additionalProperties: false,
    };
    const grammar = {
      source: {
        kind: "json-schema",
        text: JSON.stringify(schema),
        whitespace: "flexible",
        propertyOrder: "any",
      },
      engine: "tokensieve",
    } as const;
    const inLine = async (prefix: string, suffix: string) =>
      (await complete({ prefix, suffix, grammar, maxTokens: 32 })).text;
    for (const eol of ["\n", "\r\n"]) {
      const head = `{${eol}  "name": "a",${eol}  `;
      // VS Code has closed the quotation mark that was typed.
      const text = await inLine(`${head}"`, `"${eol}}${eol}`);
      assert.match(`"${text}"`, /^"(mode": "(GET|PUT)|port": \d+, "mode": "(GET|PUT))"$/);
      // There is nothing to add within the line.
      assert.equal(await inLine(`${head}"port": 1, "mode": "GET`, `"${eol}}${eol}`), "");
    }
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

  it("says what it did not look at, where there are more covers than that", async () => {
    // Behind any number of "a" some token has all the others and one more character, another one for each.
    const pieces = ["a"];
    for (let code = 0x21, length = 1; length <= 70; code++) {
      const last = String.fromCharCode(code);
      if (last === "a") continue;
      pieces.push(last);
      for (let n = 1; n <= length; n++) pieces.push(`${"a".repeat(n)}${last}`);
      length++;
    }
    const folder = mkdtempSync(join(tmpdir(), "tokensieve-covers-"));
    const file = join(folder, "covers.gguf");
    writeBlankSentencePieceModel(file, pieces, { piece: "a", logit: 12.4 });
    try {
      const model = { file, gpu: "cpu" } as const;
      const text = "a".repeat(100);
      const sampling = { temperature: 1, seed: 1 };
      const { healing, diagnostics } = await complete({ model, prefix: text, sampling });
      assert.ok(healing.bytes >= 64 && healing.evaluations >= 64);
      assert.ok(healing.dropped > 0.2 && healing.dropped < 0.8, `${healing.dropped}`);
      const [told] = diagnostics;
      assert.equal(told!.code, "healing-budget");
      assert.match(told!.message, new RegExp(`at most ${healing.dropped.toFixed(2)} of the probability`));
      const short = await complete({ model, prefix: "a".repeat(20), sampling });
      assert.deepEqual([short.healing.dropped, short.diagnostics], [0, []]);
    } finally {
      await models.unload();
      rmSync(folder, { recursive: true });
    }
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
