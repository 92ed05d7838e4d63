import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords } from "../../src/base/bitset.ts";
import { EngineError } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";
import { checkDiagnostics } from "../fuzz/check-diagnostics.ts";
import { HOSTILE_CASES } from "./grammars.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
// Time is no limit here, so that the answer is the same on any machine.
const LIMITS = { timeoutMs: 3_600_000 };

/// "ok" if the grammar compiles and gives its first mask, or the code of what it fails with.
async function outcome(source: GrammarSource): Promise<string> {
  const engine = new KernelEngine({ wasm });
  const vocabulary = byteVocabulary();
  const result = await engine.compile(source, vocabulary, LIMITS);
  checkDiagnostics(source.text, result.diagnostics);
  if (!result.ok) return result.diagnostics.find((d) => d.severity === "error")!.code;
  const matcher = result.grammar.createMatcher();
  try {
    matcher.fillTokenMask(new Uint32Array(bitsetWords(vocabulary.size)));
    return "ok";
  } catch (error) {
    if (error instanceof EngineError) return error.diagnostic.code;
    throw error;
  } finally {
    matcher.dispose();
    result.grammar.dispose();
  }
}

describe("grammars made to cost more than they are worth", () => {
  for (const { title, source, expected } of HOSTILE_CASES)
    it(`${title} → ${expected}`, async () => {
      assert.equal(await outcome(source()), expected);
    }).timeout(120_000);
});
