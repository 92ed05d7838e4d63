import { type Command, InvalidArgumentError, Option } from "commander";
import { displayBytes, toHex, utf8Encode } from "../../base/bytes.ts";
import type { Core } from "../../service/core.ts";
import type {
  EnsembleAnswer,
  EnsembleMethod,
  EnsembleModelFacts,
  EnsembleRef,
  EnsembleStep,
} from "../../service/ensemble-api.ts";
import { coverTarget, type TargetFlags, targetOptions } from "../cover-target.ts";
import {
  type GrammarFlags,
  grammarOptions,
  grammarRef,
  type ModelsFlags,
  modelRefs,
  modelsOptions,
  numberBetween,
  readBytes,
  wholeNumber,
} from "../inputs.ts";
import { byteName, printDiagnostics, printJson } from "../output.ts";
import { withCore } from "../with-core.ts";

interface Flags extends GrammarFlags, ModelsFlags, TargetFlags {
  readonly method: EnsembleMethod;
  readonly weights?: readonly number[];
  readonly fit?: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly next?: boolean;
  readonly score?: string;
  readonly perByte?: boolean;
  readonly top?: number;
  readonly maxBytes: number;
  readonly temperature: number;
  readonly seed?: number;
  readonly beam: number;
  readonly candidates: number;
  readonly json?: boolean;
}

const SHOWN_BYTES = 20;

/// Options that hold text that is written to a grammar.
const GRAMMARS = ["grammar", "schema", "regex"];

export function registerEnsemble(program: Command): void {
  const command = program
    .command("ensemble")
    .description(
      "several models as one, whatever their tokenizers: text, next byte, or bits per byte of a file",
    )
    .addOption(
      new Option("--method <method>", "mean, product, or the first model's tokens ranked by all")
        .choices(["mixture", "product", "fusion"] satisfies EnsembleMethod[])
        .default("mixture" satisfies EnsembleMethod),
    )
    .addOption(
      new Option("--weights <list>", "a weight for each model, comma-separated (default: equal ones)")
        .argParser(weightList)
        .conflicts("fit"),
    )
    .option("--fit <file>", "fit the weights to this text")
    .addOption(new Option("--prompt <text>", "text the models continue").conflicts("promptFile"))
    .addOption(
      new Option("--prompt-file <file>", "file of that text or of any bytes, - for stdin").conflicts(
        "prompt",
      ),
    )
    .addOption(
      new Option("--next", "tell of the next byte instead of writing").conflicts(["score", ...GRAMMARS]),
    )
    .addOption(
      new Option("--score <file>", "tell how well they know a file instead of writing").conflicts([
        "prompt",
        "promptFile",
        ...GRAMMARS,
      ]),
    )
    .option("--per-byte", "with --score: the surprise of each byte, in bits")
    .option("--top <n>", "with --next: the n likeliest bytes only", wholeNumber(1))
    .option("--max-bytes <n>", "the most bytes to write", wholeNumber(1), 256)
    .option("--temperature <x>", "of bytes; 0 takes the most likely one", numberBetween(0, 100), 0)
    .option("--seed <n>", "seed of sampling", wholeNumber(0))
    .option("--beam <n>", "texts kept at each step; the best is written", wholeNumber(1), 1)
    .option("--candidates <n>", "with --method fusion: tokens the first model proposes", wholeNumber(1), 8)
    .option("--json", "print one JSON value");
  targetOptions(grammarOptions(modelsOptions(command), "write")).action(run);
}

async function run(flags: Flags): Promise<void> {
  const ensemble = ensembleRef(flags);
  const prompt =
    flags.promptFile === undefined ? utf8Encode(flags.prompt ?? "") : readBytes(flags.promptFile);
  const text = flags.score === undefined ? undefined : readBytes(flags.score);
  await withCore((core, signal) =>
    text !== undefined
      ? score(core, signal, ensemble, text, flags)
      : flags.next
        ? next(core, signal, ensemble, prompt, flags)
        : write(core, signal, ensemble, prompt, flags),
  );
}

function ensembleRef(flags: Flags): EnsembleRef {
  return {
    models: modelRefs(flags),
    method: flags.method,
    ...(flags.weights && { weights: flags.weights }),
    ...(flags.fit !== undefined && { fit: readBytes(flags.fit) }),
    target: coverTarget(flags),
  };
}

async function write(
  core: Core,
  signal: AbortSignal,
  ensemble: EnsembleRef,
  prompt: Uint8Array,
  flags: Flags,
): Promise<void> {
  const grammar = grammarRef(flags);
  const { maxBytes, temperature, seed, beam, candidates } = flags;
  const steps: EnsembleStep[] = [];
  const result = await core.ensembleWrite(
    {
      ensemble,
      prompt,
      ...(grammar && { grammar }),
      ...(seed !== undefined && { seed }),
      maxBytes,
      temperature,
      beam,
      candidates,
    },
    signal,
    (step) => {
      if (flags.json) steps.push(step);
      else process.stdout.write(step.text);
    },
  );
  printDiagnostics(result.diagnostics);
  const { text, bytes, finish, logProbability, memberLogProbabilities, bytesPerSecond } = result;
  if (!flags.json) {
    process.stdout.write("\n");
    if (finish === "length") process.stderr.write(`incomplete: --max-bytes ${maxBytes} was reached\n`);
    return;
  }
  printJson({
    method: flags.method,
    ...modelsJson(result),
    text,
    bytes,
    finish,
    logProbability,
    ...(memberLogProbabilities && { memberLogProbabilities }),
    bytesPerSecond,
    steps: steps.map(({ bytes: written, text: whole, choice }) => ({
      bytes: toHex(written),
      text: whole,
      ...(choice && { p: choice.probability, models: choice.members, disagreement: choice.disagreement }),
    })),
  });
}

async function next(
  core: Core,
  signal: AbortSignal,
  ensemble: EnsembleRef,
  prompt: Uint8Array,
  { method, top, candidates, json }: Flags,
): Promise<void> {
  const result = await core.ensembleNext({ ensemble, prompt, candidates }, signal);
  const { bytes, stop, members, disagreement } = result;
  printDiagnostics(result.diagnostics);
  const likeliest = [...bytes]
    .map((p, byte) => ({ byte, p, models: members.map((member) => member?.bytes[byte] ?? null) }))
    .sort((a, b) => b.p - a.p);
  const stops = { p: stop, models: members.map((member) => member?.stop ?? null) };
  if (json) {
    return printJson({
      method,
      ...modelsJson(result),
      bytes: likeliest.slice(0, top),
      stop: stops,
      sum: bytes.reduce((total, p) => total + p, stop),
      disagreement,
      ...(result.candidates && {
        candidates: result.candidates.map(({ bytes: spelled, logProbabilities, score: fused }) => ({
          bytes: toHex(spelled),
          text: displayBytes(spelled),
          ends: spelled.length === 0,
          logProbabilities,
          score: fused,
        })),
      }),
    });
  }
  for (const { name, weight } of result.models) process.stdout.write(`${weight.toFixed(4)}  ${name}\n`);
  const line = (p: number, models: readonly (number | null)[], what: string) => {
    const alone = models.map((own) => (own === null ? "silent  " : own.toFixed(6))).join("  ");
    process.stdout.write(`${p.toFixed(6)}  (${alone})  ${what}\n`);
  };
  for (const { p, models, byte } of likeliest.slice(0, top ?? SHOWN_BYTES)) line(p, models, byteName(byte));
  line(stops.p, stops.models, "end of text");
  for (const { bytes: spelled, logProbabilities, score: fused } of result.candidates ?? []) {
    const alone = logProbabilities.map((log) => log.toFixed(3)).join("  ");
    const what = spelled.length === 0 ? "end of text" : JSON.stringify(displayBytes(spelled));
    process.stdout.write(`candidate ${fused.toFixed(3)}  (${alone})  ${what}\n`);
  }
  process.stdout.write(`disagreement ${disagreement.toFixed(4)} bits; ${evaluations(result)}\n`);
}

async function score(
  core: Core,
  signal: AbortSignal,
  ensemble: EnsembleRef,
  text: Uint8Array,
  { method, perByte, json }: Flags,
): Promise<void> {
  const result = await core.ensembleScore({ ensemble, text }, signal);
  const { bits, surprises, members, methods, hindsight, disagreement } = result;
  printDiagnostics(result.diagnostics);
  const perByteOf = (sum: number | null) => (sum === null || text.length === 0 ? null : sum / text.length);
  const finite = (list: Float64Array) => [...list].map((x) => (Number.isFinite(x) ? x : null));
  if (json) {
    const { models, ...rest } = modelsJson(result);
    return printJson({
      method,
      ...rest,
      bytes: text.length,
      bits,
      bitsPerByte: perByteOf(bits),
      models: models.map((facts, i) => ({
        ...facts,
        bits: members[i]!.bits,
        bitsPerByte: perByteOf(members[i]!.bits),
        ...(perByte && { surprises: finite(members[i]!.surprises) }),
      })),
      methods: Object.fromEntries(Object.entries(methods).map(([name, sum]) => [name, perByteOf(sum)])),
      hindsight: {
        weights: hindsight.weights,
        bitsPerByte: text.length === 0 ? null : hindsight.loss / Math.LN2,
      },
      disagreement,
      ...(perByte && { surprises: [...surprises] }),
    });
  }
  if (perByte) {
    for (const [i, surprise] of surprises.entries()) {
      process.stdout.write(
        `${String(i).padStart(8)}  0x${text[i]!.toString(16).padStart(2, "0")}  ${surprise.toFixed(3)}\n`,
      );
    }
  }
  const line = (sum: number | null, what: string) =>
    process.stdout.write(`${perByteOf(sum)?.toFixed(4) ?? "      "} bits per byte  ${what}\n`);
  for (const [i, { name, weight }] of result.models.entries())
    line(members[i]!.bits, `${name}, weight ${weight.toFixed(4)}`);
  for (const [name, sum] of Object.entries(methods)) {
    line(sum, `${name}${name === "fusion" ? " (a score, no probability)" : ""}`);
  }
  const best = hindsight.weights.map((weight) => weight.toFixed(4)).join(", ");
  process.stdout.write(`best weights of a mixture for this file: ${best}; ${evaluations(result)}\n`);
}

function modelsJson({ models, fitted }: EnsembleAnswer): { models: readonly EnsembleModelFacts[] } {
  return { models, ...(fitted && { fitted }) };
}

function evaluations({ models }: EnsembleAnswer): string {
  return `${models.map((model) => model.evaluations).join(" + ")} model evaluations`;
}

function weightList(text: string): readonly number[] {
  const weights = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (weights.every(Number.isFinite)) return weights;
  throw new InvalidArgumentError("It is not a list of numbers like 0.7,0.3.");
}
