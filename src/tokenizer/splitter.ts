import { InputError } from "../base/diagnostic.ts";

/// One stage of cutting a text into pieces: what becomes of the matches of `pattern` and of the gaps
/// between them. The behaviours are those of tokenizer.json's `Split`.
export interface SplitStage {
  readonly kind?: "split";
  /// With the flags `g` and `u`.
  readonly pattern: RegExp;
  readonly behavior: /// Every match is a piece of its own; so is every gap.
    | "isolated"
    /// Matches are dropped, gaps stay.
    | "removed"
    /// Matches stay, gaps are dropped.
    | "matches"
    /// A match joins the piece before or after it.
    | "merged-with-previous"
    | "merged-with-next"
    /// Neighbouring matches become one piece.
    | "contiguous";
}

/// A stage that rewrites each piece. `first`: the piece starts the text.
export interface RewriteStage {
  readonly kind: "rewrite";
  readonly rewrite: (piece: string, first: boolean) => string;
}

type Visit = (piece: string, first: boolean) => void;

/// Cuts a text into the pieces that are encoded each on its own, by stages: each stage works on the
/// pieces that the one before it left.
export class Splitter {
  readonly #stages: readonly (SplitStage | RewriteStage)[];

  constructor(stages: readonly (SplitStage | RewriteStage)[]) {
    this.#stages = stages;
  }

  /// Whether the pieces are the text, whole and in order.
  get keepsText(): boolean {
    return this.#stages.every((stage) => stage.kind !== "rewrite" && stage.behavior === "isolated");
  }

  /// Calls `visit` with each piece, in order; `first` says whether `text` starts the whole text.
  /// Throws an `InputError` (`tokenizer-run-too-long`) for a run of millions of characters that the
  /// host's regular expressions cannot walk.
  forEachPiece(text: string, visit: (piece: string) => void, first = true): void {
    this.#split(text, first, 0, visit);
  }

  #split(text: string, first: boolean, level: number, visit: Visit): void {
    if (text.length === 0) return;
    const stage = this.#stages[level];
    if (stage === undefined) {
      visit(text, first);
      return;
    }
    if (stage.kind === "rewrite") {
      this.#split(stage.rewrite(text, first), first, level + 1, visit);
      return;
    }
    const last = level + 1 === this.#stages.length;
    const deeper: Visit = last ? visit : (piece, f) => this.#split(piece, first && f, level + 1, visit);
    try {
      applyStage(stage, text, deeper);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw runTooLong(text.length);
    }
  }
}

/// A run without a boundary that is too long to encode.
export function runTooLong(characters: number): InputError {
  return new InputError({
    code: "tokenizer-run-too-long",
    severity: "error",
    message: `a stretch of ${characters} characters has a run without a word boundary that is too long to tokenize`,
    hint: "Break the text into lines or words.",
  });
}

function applyStage(stage: SplitStage, text: string, visit: Visit): void {
  const { pattern, behavior } = stage;
  // What a merging behaviour has not handed on yet.
  let held = "";
  let heldFrom = 0;
  let heldIsMatch = false;
  const flush = (): void => {
    if (held.length > 0) visit(held, heldFrom === 0);
    held = "";
  };
  const hold = (piece: string, from: number, isMatch: boolean): void => {
    if (held.length === 0) heldFrom = from;
    held += piece;
    heldIsMatch = isMatch;
  };
  const emit = (piece: string, from: number, isMatch: boolean): void => {
    switch (behavior) {
      case "isolated":
        visit(piece, from === 0);
        return;
      case "removed":
        if (!isMatch) visit(piece, from === 0);
        return;
      case "matches":
        if (isMatch) visit(piece, from === 0);
        return;
      case "contiguous":
        if (heldIsMatch !== isMatch) flush();
        hold(piece, from, isMatch);
        return;
      case "merged-with-previous":
        if (!isMatch || heldIsMatch) flush();
        hold(piece, from, isMatch);
        return;
      case "merged-with-next":
        if (isMatch || !heldIsMatch) flush();
        hold(piece, from, isMatch);
        return;
      default:
        behavior satisfies never;
    }
  };
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = match[0];
    if (found.length === 0) {
      // An empty match cuts nothing off; step over the character so as not to find it again.
      if (match.index >= text.length) break;
      pattern.lastIndex = match.index + (text.codePointAt(match.index)! > 0xffff ? 2 : 1);
      continue;
    }
    if (match.index > end) emit(text.slice(end, match.index), end, false);
    emit(found, match.index, true);
    end = match.index + found.length;
    // A later stage may use the same expression on the piece.
    pattern.lastIndex = end;
  }
  if (end < text.length) emit(text.slice(end), end, false);
  flush();
}
