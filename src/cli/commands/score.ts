import type { Command } from "commander";
import { coverTarget, type TargetFlags, targetOptions } from "../cover-target.ts";
import { type ModelFlags, modelOptions, modelRef, readBytes } from "../inputs.ts";
import { printDiagnostics, printJson } from "../output.ts";
import { ProgressLine } from "../progress-line.ts";
import { withCore } from "../with-core.ts";

interface Flags extends ModelFlags, TargetFlags {
  readonly raw?: boolean;
  readonly perByte?: boolean;
  readonly json?: boolean;
}

export function registerScore(program: Command): void {
  const command = program
    .command("score")
    .description("how well a model knows a file: bits per byte")
    .argument("<file>", "the file, - for stdin")
    .option(
      "--raw",
      "do not make the bytes' probabilities sum to one: faster, and the sum is that of the file's own token sequences",
    )
    .option("--per-byte", "the surprise of each byte, in bits")
    .option("--json", "print one JSON value");
  targetOptions(modelOptions(command)).action(run);
}

async function run(file: string, flags: Flags): Promise<void> {
  const text = readBytes(file);
  await withCore(async (core, signal) => {
    const progress = new ProgressLine(text.length);
    const { surprises, bits, windows, diagnostics, ...rest } = await core
      .score(
        { model: modelRef(flags), text, target: coverTarget(flags), raw: flags.raw === true },
        signal,
        (step) => progress.show(step.from + step.surprises.length),
      )
      .finally(() => progress.clear());
    printDiagnostics(diagnostics);
    const bitsPerByte = text.length === 0 ? null : bits / text.length;
    if (flags.json) {
      return printJson({
        bytes: text.length,
        bits,
        bitsPerByte,
        target: flags.target,
        ...rest,
        windowed: windows.length > 1,
        windows,
        ...(flags.perByte && { surprises: [...surprises] }),
      });
    }
    if (flags.perByte) {
      for (const [i, surprise] of surprises.entries()) {
        process.stdout.write(
          `${String(i).padStart(8)}  0x${text[i]!.toString(16).padStart(2, "0")}  ${surprise.toFixed(3)}\n`,
        );
      }
    }
    const mean = bitsPerByte === null ? "no bytes" : `${bitsPerByte.toFixed(4)} bits per byte`;
    const { dropped, unchecked, evaluations } = rest;
    const approximate =
      (dropped.share > 0 ? `, dropped ${dropped.share.toPrecision(3)}` : "") +
      (unchecked > 0 ? `, unchecked up to ${unchecked.toPrecision(3)}` : "");
    process.stdout.write(
      `${mean}: ${bits.toFixed(1)} bits, ${text.length} bytes${approximate}; ${evaluations} model evaluations\n`,
    );
  });
}
