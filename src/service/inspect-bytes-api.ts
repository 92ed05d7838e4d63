// What there is to see at one place of a text: the data of the Byte Probabilities view.
import type { Diagnostic } from "../base/diagnostic.ts";
import type { CoverTarget } from "../bytes/index.ts";
import type { GrammarRef, ModelRef, Violation } from "./api.ts";
import type { BytesResult } from "./bytes-api.ts";

export interface InspectBytesParams {
  readonly model: ModelRef;
  readonly text: Uint8Array;
  /// Byte of the text that is asked about: what is before it is the prompt. The text's length: what follows it.
  readonly position: number;
  readonly target: CoverTarget;
  /// With the target `all`: all token sequences count of so many bytes before the position, and of what is
  /// before those the tokenizer's own. All of the text, if absent.
  readonly allBytes?: number;
  /// How many covers, and how many of the likeliest tokens, to tell.
  readonly most: number;
  readonly grammar?: InspectGrammar;
}

export interface InspectGrammar {
  readonly ref: GrammarRef;
  /// What stands before the text in its document: a grammar reads that from its beginning.
  readonly before: Uint8Array;
}

export interface InspectedBytes extends Omit<BytesResult, "covers"> {
  /// The heaviest first. Their tokens are those from `coveredFrom` on.
  readonly covers: readonly InspectedCover[];
  /// What one is told who has the text before the position tokenized, and asks for the next token.
  readonly naive: NaiveBytes | NoNaiveBytes;
  readonly grammar?: GrammarBytes;
  readonly milliseconds: number;
}

export interface NaiveBytes {
  readonly kind: "naive";
  /// 256 probabilities; with `stop` they sum to one.
  readonly bytes: Float64Array;
  readonly stop: number;
  /// Total variation distance from the exact distribution.
  readonly variation: number;
  /// The tokens that the text before the position ends with, the last few, and how many there are.
  readonly tokens: readonly InspectedToken[];
  readonly tokenCount: number;
  /// The likeliest next tokens.
  readonly next: readonly (InspectedToken & { readonly p: number })[];
}

/// The tokenizer has no tokens for the text before the position.
export interface NoNaiveBytes {
  readonly kind: "none";
  /// `half-character`: the position is inside of one. `not-utf8`: it is no text.
  readonly reason: "half-character" | "not-utf8";
}

/// A token sequence whose last token reaches or crosses the position.
export interface InspectedCover {
  readonly tokens: readonly InspectedToken[];
  /// Share of the mass of all covers.
  readonly weight: number;
  /// Bytes of the last token beyond the position.
  readonly beyond: number;
}

export interface InspectedToken {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/// The exact distribution under a grammar.
export type GrammarBytes =
  | {
      readonly kind: "restricted";
      /// With `stop` they sum to one; all zero if the model gives nothing to what is allowed.
      readonly bytes: Float64Array;
      readonly stop: number;
      /// What the allowed ones had together without the grammar.
      readonly allowedMass: number;
      /// A 256-bit set.
      readonly allowed: Uint32Array;
      readonly mayStop: boolean;
      /// What may come next, as people read it.
      readonly expected: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    }
  /// The document leaves the grammar before the position; the place counts from the document's beginning.
  | { readonly kind: "violated"; readonly violation: Violation }
  /// The grammar cannot be used.
  | { readonly kind: "broken"; readonly diagnostics: readonly Diagnostic[] };
