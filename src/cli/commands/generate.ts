import { type Command, Option } from "commander";
import type { GenerationStep, HealingMode } from "../../decoding/index.ts";
import {
  type GrammarFlags,
  grammarOptions,
  grammarRef,
  healingOption,
  type ModelFlags,
  modelOptions,
  modelRef,
  numberBetween,
  readTextAndPartial,
  wholeNumber,
} from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { stepJson } from "../steps.ts";
import { withCore } from "../with-core.ts";

export interface SamplingFlags {
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly seed?: number;
}

/// Adds the options of sampling.
export function samplingOptions(command: Command): Command {
  return command
    .option("--temperature <x>", "0 takes the most likely token", numberBetween(0, 100), 0)
    .option("--top-k <n>", "keep the n most likely tokens", wholeNumber(1))
    .option("--top-p <p>", "keep the most likely tokens of this joint probability", numberBetween(0, 1))
    .option("--min-p <p>", "drop tokens less likely than this fraction of the likeliest", numberBetween(0, 1))
    .option("--seed <n>", "seed of sampling", wholeNumber(0));
}

export function sampling({ temperature, topK, topP, minP, seed }: SamplingFlags) {
  return {
    temperature,
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(minP !== undefined && { minP }),
    ...(seed !== undefined && { seed }),
  };
}

interface Flags extends GrammarFlags, ModelFlags, SamplingFlags {
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly healing: HealingMode;
  readonly maxTokens: number;
  readonly json?: boolean;
}

export function registerGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("generate text, under a grammar if one is given")
    .addOption(new Option("--prompt <text>", "text the model continues").conflicts("promptFile"))
    .addOption(new Option("--prompt-file <file>", "file of that text, - for stdin").conflicts("prompt"))
    .option("--max-tokens <n>", "the most tokens", wholeNumber(1), 256)
    .option("--json", "print one JSON value");
  samplingOptions(healingOption(grammarOptions(modelOptions(command), "write"))).action(run);
}

async function run(flags: Flags): Promise<void> {
  const prompt =
    flags.promptFile === undefined ? { text: flags.prompt ?? "" } : readTextAndPartial(flags.promptFile);
  const grammar = grammarRef(flags);
  await withCore(async (core, signal) => {
    const steps: GenerationStep[] = [];
    const result = await core.generate(
      {
        model: modelRef(flags),
        prompt: { kind: "text", ...prompt },
        ...(grammar && { grammar }),
        sampling: sampling(flags),
        healing: flags.healing,
        maxTokens: flags.maxTokens,
      },
      signal,
      (step) => {
        if (flags.json) steps.push(step);
        else process.stdout.write(step.text);
      },
    );
    printDiagnostics(result.diagnostics);
    if (flags.json) {
      const { text, tokens, finish, healing, tokensPerSecond } = result;
      printJson({ text, tokens, finish, healing, tokensPerSecond, steps: steps.map(stepJson) });
    } else {
      process.stdout.write("\n");
      if (result.finish === "length")
        process.stderr.write(`incomplete: --max-tokens ${flags.maxTokens} was reached\n`);
    }
  });
}
