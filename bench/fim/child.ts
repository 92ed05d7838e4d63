// Runs cases that its parent sends: child.mjs MODEL FORMAT GPU
import { CompiledGrammars } from "../../src/service/compiled-grammars.ts";
import { Completer } from "../../src/service/complete.ts";
import { BenchModels, type PromptFormat } from "./bench-models.ts";
import type { CaseOutcome, FimCase } from "./case.ts";
import { runCase } from "./run-case.ts";

/// A case, and its number.
export interface FimTask {
  readonly one: FimCase;
  readonly turn: number;
}

/// An outcome, or why there is none.
export type FimAnswer = CaseOutcome | { readonly error: string };

const [file, format, gpu] = process.argv.slice(2);
const ref = { file: file!, gpu: gpu as "auto" | "cpu" };
const models = new BenchModels(format as PromptFormat);
const completer = new Completer(models, new CompiledGrammars([]));
await models.get(ref);
process.on("message", async ({ one, turn }: FimTask) => {
  try {
    process.send!((await runCase(completer, models, ref, one, turn)) satisfies FimAnswer);
  } catch (error) {
    process.send!({ error: String(error) } satisfies FimAnswer);
  }
});
process.send!({ ready: true });
