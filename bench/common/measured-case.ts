import type { GrammarSource } from "../../src/grammar/index.ts";
import { type Spread, spread } from "../maskbench/outcome.ts";

/// A grammar and a text to follow under it.
export interface MeasuredCase {
  readonly id: string;
  readonly source: GrammarSource;
  /// What is followed token by token, a mask before each. It must fit the grammar.
  readonly text: string;
  /// A vocabulary of its own, instead of the one that the bench runs on.
  readonly vocabulary?: string;
}

/// Times are in microseconds.
export interface Measurement {
  /// The engine's WebAssembly broke: its memory is not to be trusted any more.
  readonly isBroken?: true;
  /// Why there is no grammar, or where the text is refused.
  readonly problem?: string;
  readonly compile?: number;
  /// From the grammar's text to the first mask.
  readonly ttfm?: number;
  readonly tbm?: Spread;
  readonly masks: number;
  /// Growth of the process, and what the kernel says that the grammar holds.
  readonly processBytes: number;
  readonly grammarBytes?: number;
}

export function measurement(
  times: { readonly compile: number; readonly ttfm: number; readonly masks: readonly number[] },
  rest: Omit<Measurement, "compile" | "ttfm" | "tbm" | "masks">,
): Measurement {
  return {
    ...rest,
    compile: times.compile,
    ttfm: times.ttfm,
    tbm: spread(times.masks),
    masks: times.masks.length,
  };
}
