import { type Command, Option } from "commander";
import { displayBytes, utf8Encode } from "../../base/bytes.ts";
import { coverTarget, type TargetFlags, targetOptions } from "../cover-target.ts";
import { type ModelFlags, modelOptions, modelRef, readBytes, wholeNumber } from "../inputs.ts";
import { byteName, printDiagnostics, printJson } from "../output.ts";
import { withCore } from "../with-core.ts";

interface Flags extends ModelFlags, TargetFlags {
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly top?: number;
  readonly json?: boolean;
}

const SHOWN_BYTES = 20;
const SHOWN_COVERS = 10;

export function registerBytes(program: Command): void {
  const command = program
    .command("bytes")
    .description("probabilities of the byte after a prompt")
    .addOption(new Option("--prompt <text>", "the text before that byte").conflicts("promptFile"))
    .addOption(
      new Option("--prompt-file <file>", "file of that text or of any bytes, - for stdin").conflicts(
        "prompt",
      ),
    )
    .option("--top <n>", "the n likeliest bytes and heaviest covers only", wholeNumber(1))
    .option("--json", "print one JSON value");
  targetOptions(modelOptions(command)).action(run);
}

async function run(flags: Flags): Promise<void> {
  const prompt =
    flags.promptFile === undefined ? utf8Encode(flags.prompt ?? "") : readBytes(flags.promptFile);
  await withCore(async (core, signal) => {
    const { bytes, covers, diagnostics, ...rest } = await core.bytes(
      { model: modelRef(flags), prompt, target: coverTarget(flags), covers: flags.top ?? SHOWN_COVERS },
      signal,
    );
    printDiagnostics(diagnostics);
    const likeliest = [...bytes].map((p, byte) => ({ byte, p })).sort((a, b) => b.p - a.p);
    const sum = bytes.reduce((total, p) => total + p, rest.stop);
    if (flags.json) {
      const { stop, rawSum, evaluations, ...more } = rest;
      return printJson({
        bytes: likeliest.slice(0, flags.top),
        stop,
        sum,
        rawSum,
        covers: covers.map(({ bytes: spelled, ...cover }) => ({ ...cover, text: displayBytes(spelled) })),
        evaluations,
        target: flags.target,
        windowed: rest.context > 0,
        ...more,
      });
    }
    for (const { byte, p } of likeliest.slice(0, flags.top ?? SHOWN_BYTES)) {
      process.stdout.write(`${p.toFixed(6)}  ${byteName(byte)}\n`);
    }
    process.stdout.write(`${rest.stop.toFixed(6)}  end of text\n`);
    for (const { weight, tokens, bytes: spelled } of covers) {
      process.stdout.write(
        `cover ${weight.toFixed(6)}  ${JSON.stringify(displayBytes(spelled))}  [${tokens.join(" ")}]\n`,
      );
    }
    const dropped = rest.dropped.share > 0 ? `, dropped ${rest.dropped.share.toPrecision(3)}` : "";
    const unchecked = rest.unchecked > 0 ? `, unchecked ${rest.unchecked.toPrecision(3)}` : "";
    process.stdout.write(
      `raw sum ${rest.rawSum.toFixed(6)}${dropped}${unchecked}; ${rest.evaluations} model evaluations\n`,
    );
  });
}
