import type { Command } from "commander";
import { type GrammarFlags, grammarOptions, readInput, requiredGrammarRef } from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { withCore } from "../with-core.ts";

interface Flags extends GrammarFlags {
  readonly json?: boolean;
}

export function registerValidate(program: Command): void {
  const command = program
    .command("validate")
    .description("check files against a grammar; exit code 1 if one does not match")
    .argument("<file...>", "files to check, - for stdin")
    .option("--json", "print one JSON value: an array, one entry a file");
  grammarOptions(command, "read").action(run);
}

async function run(files: string[], flags: Flags): Promise<void> {
  const grammar = requiredGrammarRef(flags);
  await withCore(async (core, signal) => {
    const results = [];
    const warned = new Set<string>();
    for (const file of files) {
      const { ok, violation, incomplete, diagnostics } = await core.validate(
        { grammar, text: readInput(file) },
        signal,
      );
      printDiagnostics(diagnostics.filter(({ message }) => !warned.has(message)));
      for (const { message } of diagnostics) warned.add(message);
      results.push({
        file,
        ok,
        byteOffset: violation?.byteOffset ?? null,
        expected: violation?.expected ?? [],
        incomplete,
      });
    }
    if (flags.json) printJson(results);
    else for (const result of results) process.stdout.write(`${resultLine(result)}\n`);
    if (results.some(({ ok }) => !ok)) process.exitCode = 1;
  });
}

function resultLine(result: {
  file: string;
  ok: boolean;
  byteOffset: number | null;
  expected: readonly string[];
  incomplete: boolean;
}): string {
  if (result.ok) return `${result.file}: ok`;
  const what = result.incomplete ? "ends too early" : "cannot continue";
  return `${result.file}: ${what} at byte ${result.byteOffset}; expected ${result.expected.join(" or ")}`;
}
