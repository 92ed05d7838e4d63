import type { Command } from "commander";
import type { GenerationStep, HealingMode } from "../../decoding/index.ts";
import {
  type GrammarFlags,
  grammarOptions,
  grammarRef,
  healingOption,
  type ModelFlags,
  modelOptions,
  modelRef,
  readInput,
  readTextAndPartial,
  wholeNumber,
} from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { stepJson } from "../steps.ts";
import { withCore } from "../with-core.ts";
import { type SamplingFlags, sampling, samplingOptions } from "./generate.ts";

interface Flags extends GrammarFlags, ModelFlags, SamplingFlags {
  readonly prefixFile: string;
  readonly suffixFile: string;
  readonly healing: HealingMode;
  readonly suffixRanking?: boolean;
  readonly maxTokens: number;
  readonly json?: boolean;
}

export function registerFim(program: Command): void {
  const command = program
    .command("fim")
    .description("fill in the text between a prefix and a suffix")
    .requiredOption("--prefix-file <file>", "text before the hole")
    .requiredOption("--suffix-file <file>", "text after it")
    .option("--suffix-ranking", "choose among several middles by how they join with the text after the hole")
    .option("--no-suffix-ranking", "take the first (default: choose with --healing exact at temperature 0)")
    .option("--max-tokens <n>", "the most tokens", wholeNumber(1), 128)
    .option("--json", "print one JSON value");
  samplingOptions(healingOption(grammarOptions(modelOptions(command), "read"))).action(run);
}

async function run(flags: Flags): Promise<void> {
  const { text: prefix, partial } = readTextAndPartial(flags.prefixFile);
  const suffix = readInput(flags.suffixFile);
  const grammar = grammarRef(flags);
  await withCore(async (core, signal) => {
    const steps: GenerationStep[] = [];
    const result = await core.fillIn(
      {
        model: modelRef(flags),
        prefix,
        partial,
        suffix,
        ...(grammar && { grammar }),
        sampling: sampling(flags),
        healing: flags.healing,
        ...(flags.suffixRanking !== undefined && { suffixRanking: flags.suffixRanking }),
        maxTokens: flags.maxTokens,
      },
      signal,
      (step) => steps.push(step),
    );
    printDiagnostics(result.diagnostics);
    const { text: middle, finish, healing, ranking = null, evaluations } = result;
    if (flags.json) printJson({ middle, finish, healing, ranking, evaluations, steps: steps.map(stepJson) });
    else process.stdout.write(`${result.text}\n`);
  });
}
