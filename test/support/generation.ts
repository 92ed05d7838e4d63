import assert from "node:assert/strict";
import { concatBytes, utf8DecodeLossy } from "../../src/base/bytes.ts";
import {
  type GenerateOptions,
  type GenerationResult,
  type GenerationStep,
  generate,
  type LanguageModel,
  type ModelSequence,
} from "../../src/decoding/index.ts";
import type { CompiledGrammar, GrammarEngine } from "../../src/engine/index.ts";

export interface Generated extends GenerationResult {
  readonly steps: readonly GenerationStep[];
}

/// Generates to the end and checks what holds for every generation.
export async function generateAll(
  model: LanguageModel,
  sequence: ModelSequence,
  options: GenerateOptions,
): Promise<Generated> {
  const stream = generate(model, sequence, options);
  const steps: GenerationStep[] = [];
  for (;;) {
    const next = await stream.next();
    if (!next.done) {
      steps.push(next.value);
      continue;
    }
    const result = next.value;
    assert.equal(steps.map((step) => step.text).join(""), result.text);
    const { partial = new Uint8Array(0) } = options.prompt;
    const bytes = utf8DecodeLossy(concatBytes([partial, ...steps.map((step) => step.bytes)]));
    assert.ok(bytes.startsWith(result.text), `${bytes} does not start with ${result.text}`);
    return { ...result, steps };
  }
}

export async function compileEbnf(
  engine: GrammarEngine,
  model: LanguageModel,
  text: string,
): Promise<CompiledGrammar> {
  const compiled = await engine.compile({ kind: "ebnf", text }, model.tokenizer.vocabulary);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map((d) => d.message).join("\n"));
  return compiled.grammar;
}
