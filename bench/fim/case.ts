import type { SourceLanguage } from "../common/held-out/choose.ts";

/// Where a cursor stands, and what is missing: the rest of the line, unless it says otherwise.
export const STRATA = [
  /// In a name or keyword of code, behind so many of its characters.
  "identifier 1",
  "identifier 2",
  "identifier 3+",
  /// In a name whose end is there: some characters in its middle are missing.
  "identifier hole",
  /// Behind an opening bracket, a comma or an equals sign, before the next closing one, comma or semicolon of
  /// the line: what is between is missing.
  "line goes on",
  /// Behind a whole name or keyword.
  "word end",
  /// Behind a space that is not the line's first text.
  "space",
  /// Behind a line's white space, before its first text.
  "indentation",
  /// Behind a character of an operator with no space after it.
  "operator",
  /// Between the digits or parts of a number.
  "number",
  /// In a quoted text.
  "string",
  /// At the start of a line or in its indentation, where lines end with CR LF.
  "CRLF",
  /// Behind a character beyond ASCII.
  "non-ASCII",
  /// Control, not in a word: the text's own tokens have a border here, and those of the text before it
  /// are the same, so that there is nothing to heal.
  "aligned",
] as const;

export type Stratum = (typeof STRATA)[number];

export const MID_IDENTIFIER: readonly Stratum[] = ["identifier 1", "identifier 2", "identifier 3+"];

/// A document with a hole, and what was there.
export interface FimCase {
  /// Equal for equal cases, whatever else a run has.
  readonly id: string;
  readonly stratum: Stratum;
  readonly package: string;
  readonly path: string;
  readonly language: SourceLanguage;
  readonly prefix: string;
  readonly middle: string;
  readonly suffix: string;
}

/// How a prompt's end is treated. `ranked`: as `exact`, then the most likely line is chosen, by how it joins
/// with the suffix, too; this is what the editor does.
export const ARMS = ["none", "token", "exact", "ranked"] as const;

export type Arm = (typeof ARMS)[number];

/// What became of a case in one arm.
export interface ArmOutcome {
  readonly completion: string;
  /// Model calls, and tokens evaluated in them.
  readonly evaluations: number;
  readonly evaluatedTokens: number;
  readonly millis: number;
  /// Of this process, which another's work lengthens less: all there is, unless a GPU computes.
  readonly cpuMillis: number;
}

export interface CaseOutcome {
  readonly id: string;
  readonly arms: Readonly<Record<Arm, ArmOutcome>>;
  /// Of the true middle's first bytes, by what the prompt is conditioned on; null where the model gives
  /// one of them no probability.
  readonly bits: Readonly<Record<"none" | "token" | "exact", number | null>>;
  /// How many bytes those are.
  readonly bytes: number;
}
