import { parseArgs } from "node:util";
import { InputError } from "../../src/base/diagnostic.ts";
import type { GpuChoice } from "../../src/runtime/index.ts";
import type { PromptFormat } from "./bench-models.ts";

export interface FimOptions {
  /// A GGUF file.
  readonly model: string;
  readonly format: PromptFormat;
  readonly gpu: GpuChoice;
  /// Of each stratum.
  readonly cases: number;
  readonly seed: number;
  readonly workers: number;
  /// Forget what was done before.
  readonly fresh: boolean;
  /// Cases shown as text.
  readonly show: number;
  readonly json: boolean;
  /// A file for the summary.
  readonly out: string | undefined;
}

/// Throws the `InputError` `bench-option`.
export function parseOptions(args: readonly string[]): FimOptions {
  const { values } = parse(args);
  return {
    model: values.model,
    format: oneOf("format", values.format, ["auto", "plain", "fim"]),
    gpu: oneOf("gpu", values.gpu, ["auto", "cpu"]),
    cases: wholeNumber("cases", values.cases, 1),
    seed: wholeNumber("seed", values.seed, 0),
    workers: wholeNumber("workers", values.workers, 1),
    fresh: values.fresh,
    show: wholeNumber("show", values.show, 0),
    json: values.json,
    out: values.out,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        model: { type: "string", default: "models/tokensieve-mini.gguf" },
        format: { type: "string", default: "auto" },
        gpu: { type: "string", default: "auto" },
        cases: { type: "string", default: "100" },
        seed: { type: "string", default: "1" },
        workers: { type: "string", default: "2" },
        fresh: { type: "boolean", default: false },
        show: { type: "string", default: "0" },
        json: { type: "boolean", default: false },
        out: { type: "string" },
      },
    });
  } catch (error) {
    throw badOption((error as Error).message, "bench/fim/main.ts lists the options.");
  }
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw badOption(`--${option} ${value} is unknown`, `It is one of ${known.join(", ")}.`);
}

function wholeNumber(option: string, value: string, least: number): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw badOption(
    `--${option} ${value} is no whole number from ${least} on`,
    `Give one, as in --${option} 10.`,
  );
}

function badOption(message: string, hint: string): InputError {
  return new InputError({ code: "bench-option", severity: "error", message, hint });
}
