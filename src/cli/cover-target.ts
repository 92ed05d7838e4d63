import { type Command, Option } from "commander";
import type { CoverTarget } from "../bytes/index.ts";
import { numberBetween } from "./inputs.ts";

export interface TargetFlags {
  readonly target: CoverTarget["kind"];
  readonly minShare: number;
}

// Whether the tokenizer makes a token is looked up for all but this share of the mass.
const MAX_UNCHECKED = 1e-6;

/// Adds the options that say which token sequences count.
export function targetOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--target <sequences>", "token sequences that count: those the tokenizer makes, or all")
        .choices(["canonical", "all"])
        .default("canonical"),
    )
    .option(
      "--min-share <p>",
      "with --target all: drop beginnings with less than this share of the mass (0: none, for short texts)",
      numberBetween(0, 1),
      1e-4,
    );
}

export function coverTarget({ target, minShare }: TargetFlags): CoverTarget {
  switch (target) {
    case "all":
      return { kind: "all", minShare };
    case "canonical":
      return { kind: "canonical", maxUnchecked: MAX_UNCHECKED };
    default:
      return target satisfies never;
  }
}
