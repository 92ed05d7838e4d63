import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8Encode } from "../../src/base/bytes.ts";
import type { CompiledGrammar, GrammarEngine } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { XGrammarEngine } from "../../src/engine/xgrammar/engine.ts";
import type { GrammarSource } from "../../src/grammar/source.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";
import { xgrammarWorkerUrl } from "../support/xgrammar-worker.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const read = (file: string) => readFileSync(join(root, "grammars", file), "utf8");

const engines: readonly { readonly name: string; readonly make: () => Promise<GrammarEngine> }[] = [
  { name: "XGrammar", make: async () => new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() }) },
  {
    name: "the kernel",
    make: async () => new KernelEngine({ wasm: readFileSync(join(root, "out/kernel/kernel.wasm")) }),
  },
];

for (const { name, make } of engines) {
  describe(`the shipped grammars under ${name}`, () => {
    let engine: GrammarEngine;
    before(async () => {
      engine = await make();
    });
    after(() => engine.dispose());

    const accepts = (compiled: CompiledGrammar, text: string): boolean => {
      const bytes = utf8Encode(text);
      const matcher = compiled.createMatcher();
      const accepted = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
      matcher.dispose();
      return accepted;
    };

    for (const { id, file } of JSON.parse(read("manifest.json")) as { id: string; file: string }[]) {
      it(id, async () => {
        const source: GrammarSource = { kind: "ebnf", text: read(file), file };
        const result = await engine.compile(source, byteVocabulary());
        assert.ok(result.ok, JSON.stringify(result.diagnostics));
        const { accept, reject } = JSON.parse(read(`${id}/examples.json`)) as Record<string, string[]>;
        for (const text of accept!)
          assert.ok(accepts(result.grammar, text), `rejected ${JSON.stringify(text)}`);
        for (const text of reject!)
          assert.ok(!accepts(result.grammar, text), `accepted ${JSON.stringify(text)}`);
        result.grammar.dispose();
      });
    }
  });
}
