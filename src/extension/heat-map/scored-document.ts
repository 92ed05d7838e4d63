import * as vscode from "vscode";
import type { CancelSignal } from "../../base/cancellation.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import type { Session } from "../session.ts";
import { type Edit, Outdated } from "./outdated.ts";
import { characterAt, Surprises, UnitReader } from "./surprises.ts";

/// Characters before what is scored that are sent along: more than the context of a small model holds.
const CONTEXT_UNITS = 32_768;
/// Characters of one request: the sooner another part of the text can have its turn.
const PART_UNITS = 4096;

/// Characters that the tokenizer cannot spell are passed over; no more of them than this in one text.
const MOST_IMPOSSIBLE = 200;

export interface Part {
  readonly from: number;
  readonly to: number;
}

/// What is known of one document's surprises.
export class ScoredDocument {
  readonly document: vscode.TextDocument;
  readonly surprises = new Surprises();
  readonly #outdated = new Outdated();
  /// Contexts the model was asked about, and how long all took.
  evaluations = 0;
  millis = 0;
  /// What the core said about it, by code: that a text is read in windows.
  readonly notes = new Map<string, Diagnostic>();
  /// Where what cannot be spelt ends: the text is read anew from there.
  #breaks: number[] = [];

  constructor(document: vscode.TextDocument) {
    this.document = document;
  }

  /// Forgets what edits make void: all behind the first of them.
  edited(edits: readonly Edit[]): void {
    const unit = Math.min(...edits.map(({ rangeOffset }) => rangeOffset));
    this.#outdated.follow(this.surprises, edits);
    // Half of a pair goes with the whole.
    this.surprises.cut(unit > 0 ? unit - 1 : 0);
    this.#breaks = this.#breaks.filter((at) => at < unit);
  }

  /// Bits of the units `from .. to` to show: those known, else those from before an edit, else `NaN`.
  shown(from: number, to: number): Float64Array {
    const bits = this.surprises.slice(from, to);
    this.#outdated.fill(from, bits);
    return bits;
  }

  /// What was there before edits is not shown any longer: all that will be known is.
  settle(): void {
    this.#outdated.clear();
  }

  /// What to score next: what is in sight, then the rest up to unit `limit`.
  next(inSight: readonly Part[], limit: number): Part | undefined {
    if (this.surprises.impossible > MOST_IMPOSSIBLE) return undefined;
    for (const { from, to } of [...inSight, { from: 0, to: limit }]) {
      const gap = this.surprises.gap(from, to);
      if (gap !== undefined) return { from: gap.from, to: Math.min(gap.to, gap.from + PART_UNITS) };
    }
    return undefined;
  }

  /// Scores a part; what is found goes into `surprises`, and `onFound` is called after each piece.
  async score(session: Session, part: Part, onFound: () => void, signal: AbortSignal): Promise<void> {
    const start = Math.max(0, part.from - CONTEXT_UNITS, ...this.#breaks.filter((at) => at <= part.from));
    const text = textOf(this.document, start, part.to);
    const reader = new UnitReader(text, part.from - start);
    const bytes = utf8.encode(text);
    const from = utf8.encode(text.slice(0, part.from - start)).length;
    const began = performance.now();
    try {
      const { evaluations, diagnostics } = await session.core.score(
        {
          model: session.models.current,
          text: bytes,
          target: { kind: "canonical", maxUnchecked: 1e-3 },
          from,
        },
        (step) => {
          // What was on its way when an edit came is void.
          if (signal.aborted) return;
          this.#take(start, reader.push(step.surprises));
          onFound();
        },
        signal as CancelSignal,
      );
      this.evaluations += evaluations;
      for (const diagnostic of diagnostics) this.notes.set(diagnostic.code, diagnostic);
    } catch (error) {
      if (signal.aborted || !this.#passOver(error, text, start, reader)) throw error;
      onFound();
    } finally {
      this.millis += performance.now() - began;
    }
  }

  #take(start: number, found: { from: number; bits: Float64Array; bytes: Uint8Array }): void {
    this.surprises.put(start + found.from, found.bits, found.bytes);
  }

  /// Marks the character that an error is about as impossible. False if the error is about something else.
  #passOver(error: unknown, text: string, start: number, reader: UnitReader): boolean {
    if (!(error instanceof InputError)) return false;
    if (!error.diagnostics.some(({ code }) => code === "bytes-unreachable")) return false;
    const { unit } = reader;
    if (unit >= text.length) return false;
    const { units, bytes } = characterAt(text, unit);
    const bits = units === 2 ? [Number.POSITIVE_INFINITY, 0] : [Number.POSITIVE_INFINITY];
    const lengths = units === 2 ? [bytes, 0] : [bytes];
    this.#take(start, { from: unit, bits: Float64Array.from(bits), bytes: Uint8Array.from(lengths) });
    this.#breaks.push(start + unit + units);
    return true;
  }
}

const utf8 = new TextEncoder();

function textOf(document: vscode.TextDocument, from: number, to: number): string {
  return document.getText(new vscode.Range(document.positionAt(from), document.positionAt(to)));
}

/// Length of a document's text in UTF-16 units.
export function lengthOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}
