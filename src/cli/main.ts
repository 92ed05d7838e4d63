#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { CancelledError } from "../base/cancellation.ts";
import { diagnosticsOf } from "../service/failure.ts";
import { OUTPUT_CLOSED, outputClosed, watchOutput } from "./closed-output.ts";
import { registerBytes } from "./commands/bytes.ts";
import { registerEnsemble } from "./commands/ensemble.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerFim } from "./commands/fim.ts";
import { registerGenerate } from "./commands/generate.ts";
import { registerMask } from "./commands/mask.ts";
import { registerScore } from "./commands/score.ts";
import { registerTokenize } from "./commands/tokenize.ts";
import { registerValidate } from "./commands/validate.ts";
import { printDiagnostics } from "./output.ts";
import { INTERRUPTED } from "./with-core.ts";

/// Exit codes: 0 good, 1 the answer is no, 2 bad input (with a message on stderr), 130 interrupted, 141 nobody reads
/// the output any more.
const BAD_INPUT = 2;

const program = new Command("tokensieve")
  .description("Structured generation and tokenizer inspection with local models")
  .version(__TOKENSIEVE_VERSION__)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(--help shows the options)");
registerGenerate(program);
registerValidate(program);
registerMask(program);
registerExplain(program);
registerTokenize(program);
registerFim(program);
registerBytes(program);
registerScore(program);
registerEnsemble(program);

/// Set by esbuild to package.json's version.
declare const __TOKENSIEVE_VERSION__: string;

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    if (error instanceof CancelledError) {
      // What was written may have ended in the middle of a line.
      if (!outputClosed.aborted) process.stderr.write("\ninterrupted\n");
      return INTERRUPTED;
    }
    const diagnostics = diagnosticsOf(error);
    if (!diagnostics) throw error;
    printDiagnostics(diagnostics);
    return BAD_INPUT;
  }
}

watchOutput();
const status = await main();
process.exitCode = outputClosed.aborted ? OUTPUT_CLOSED : status;
// The answer is written; a native thread that is slow to end must not keep the shell waiting.
setTimeout(() => process.exit(), 1000).unref();
