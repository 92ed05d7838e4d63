import type { Command } from "commander";
import { displayBytes, toHex } from "../../base/bytes.ts";
import { readInput, tokenizerRef } from "../inputs.ts";
import { printJson } from "../output.ts";
import { withCore } from "../with-core.ts";

interface Flags {
  readonly tokenizer: string;
  readonly json?: boolean;
}

export function registerTokenize(program: Command): void {
  program
    .command("tokenize")
    .description("cut a text into tokens")
    .argument("<text>", "the text, - for stdin")
    .requiredOption(
      "--tokenizer <t>",
      "model:FILE.gguf, o200k_base, cl100k_base, llama3, or a tokenizer.json",
    )
    .option("--json", "print one JSON value")
    .action(run);
}

async function run(argument: string, flags: Flags): Promise<void> {
  const text = argument === "-" ? readInput("-") : argument;
  const tokenizer = tokenizerRef(flags.tokenizer);
  await withCore(async (core) => {
    const ids = Array.from((await core.tokenize(tokenizer, text)).ids);
    const facts = await core.tokenFacts({ tokenizer, ids });
    const tokens = facts.map(({ id, bytes }) => ({ id, bytes: toHex(bytes), text: displayBytes(bytes) }));
    if (flags.json) return printJson({ tokens, count: tokens.length });
    for (const token of tokens)
      process.stdout.write(
        `${String(token.id).padStart(8)}  ${token.bytes}  ${JSON.stringify(token.text)}\n`,
      );
    process.stdout.write(`${tokens.length} tokens\n`);
  });
}
