import { type Command, InvalidArgumentError } from "commander";
import { lineColumnAt } from "../../base/span.ts";
import type { RuleStack } from "../../engine/index.ts";
import {
  type GrammarFlags,
  grammarOptions,
  requiredGrammarRef,
  tokenizerRef,
  wholeNumber,
} from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { sourceTextOf } from "../source-texts.ts";
import { withCore } from "../with-core.ts";

interface Flags extends GrammarFlags {
  readonly tokenizer: string;
  readonly prefix: string;
  readonly token?: string;
  readonly tokenId?: number;
  readonly json?: boolean;
}

export function registerExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("why a grammar allows or refuses a token after a prefix")
    .requiredOption(
      "--tokenizer <t>",
      "model:FILE.gguf, o200k_base, cl100k_base, llama3, or a tokenizer.json",
    )
    .option("--prefix <text>", "text the grammar has read", "")
    .option("--token <text>", "the token's text", nonEmpty)
    .option("--token-id <id>", "the token's id, instead of its text", wholeNumber(0))
    .option("--json", "print one JSON value");
  grammarOptions(command, "read").action((flags: Flags) => run(flags, command));
}

async function run(flags: Flags, command: Command): Promise<void> {
  const grammar = requiredGrammarRef(flags);
  const token = flags.tokenId ?? flags.token;
  if (token === undefined || (flags.tokenId !== undefined && flags.token !== undefined))
    command.error("error: give either --token TEXT or --token-id ID");
  await withCore(async (core, signal) => {
    const params = { tokenizer: tokenizerRef(flags.tokenizer), grammar, prefix: flags.prefix, token };
    const { diagnostics, ...answer } = await core.explain(params, signal);
    printDiagnostics(diagnostics);
    const source = sourceTextOf(grammar.source.file);
    if (flags.json)
      return printJson({ ...answer, stacks: answer.stacks.map((stack) => placed(stack, source)) });
    const verdict = answer.allowed ? "allowed" : "refused";
    process.stdout.write(
      `${JSON.stringify(answer.token.text)} (${answer.token.id}) is ${verdict}: ${answer.reason}\n`,
    );
    for (const stack of answer.stacks) process.stdout.write(`  in ${stackLine(stack, source)}\n`);
  });
}

/// A stack with the places of its rules as people read them.
function placed({ rules, isMerged, isCut }: RuleStack, source: string | undefined) {
  return {
    rules: rules.map(({ name, span }) => ({
      name,
      ...(span && { span }),
      ...(span && source !== undefined && lineColumnAt(source, span.from)),
    })),
    isMerged,
    isCut,
  };
}

function stackLine({ rules, isMerged, isCut }: RuleStack, source: string | undefined): string {
  const names = rules.map(({ name, span }) => {
    if (!span || source === undefined) return name;
    const { line, column } = lineColumnAt(source, span.from);
    return `${name} (${line}:${column})`;
  });
  const more = isCut ? " < …" : "";
  return `${names.join(" < ")}${more}${isMerged ? " (or other callers)" : ""}`;
}

function nonEmpty(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty.");
  return text;
}
