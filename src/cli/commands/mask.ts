import type { Command } from "commander";
import { type GrammarFlags, grammarOptions, requiredGrammarRef, tokenizerRef } from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { withCore } from "../with-core.ts";

interface Flags extends GrammarFlags {
  readonly tokenizer: string;
  readonly prefix: string;
  readonly ids?: boolean;
  readonly json?: boolean;
}

export function registerMask(program: Command): void {
  const command = program
    .command("mask")
    .description("the tokens a grammar allows after a prefix")
    .requiredOption(
      "--tokenizer <t>",
      "model:FILE.gguf, o200k_base, cl100k_base, llama3, or a tokenizer.json",
    )
    .option("--prefix <text>", "text the grammar has read", "")
    .option("--ids", "with --json: all allowed ids")
    .option("--json", "print one JSON value");
  grammarOptions(command, "read").action(run);
}

async function run(flags: Flags): Promise<void> {
  const grammar = requiredGrammarRef(flags);
  await withCore(async (core, signal) => {
    const params = {
      tokenizer: tokenizerRef(flags.tokenizer),
      grammar,
      prefix: flags.prefix,
      allIds: flags.ids === true,
    };
    const { diagnostics, ...mask } = await core.mask(params, signal);
    printDiagnostics(diagnostics);
    if (flags.json) return printJson(mask);
    const { allowed, rejected, stopAllowed, sample, forced, contextIndependent, contextDependent } = mask;
    process.stdout.write(
      `allowed ${allowed}, rejected ${rejected}, stop ${stopAllowed ? "allowed" : "not allowed"}\n`,
    );
    if (contextIndependent !== undefined)
      process.stdout.write(
        `context-independent ${contextIndependent}, context-dependent ${contextDependent}, mask ${mask.maskMicros} µs\n`,
      );
    if (forced !== "") process.stdout.write(`forced: ${JSON.stringify(forced)}\n`);
    for (const { id, text } of sample)
      process.stdout.write(`${String(id).padStart(8)}  ${JSON.stringify(text)}\n`);
    if (allowed > sample.length) process.stdout.write(`     and ${allowed - sample.length} more\n`);
  });
}
