import * as vscode from "vscode";
import { inSlices } from "../token-panel/slices.ts";
import { type Mark, marksOf } from "./levels.ts";
import type { Surprises } from "./surprises.ts";

/// Lines beyond what is in sight that are marked, too, so that scrolling does not show bare text.
const MARGIN_LINES = 30;
/// Marks of one level in one editor, set in one turn: more would take milliseconds. Only texts of one long
/// line come near.
const MOST_MARKS = 1500;

export const LEVELS = 4;
// Besides its colour, each level has a line of its own kind below the text.
const LINES = ["1px dotted", "1px dashed", "1px solid", "3px double"] as const;

/// The marks of the heat map in editors.
export class Paint implements vscode.Disposable {
  readonly #types: readonly vscode.TextEditorDecorationType[] = LINES.map((line, i) => {
    const [width, style] = line.split(" ") as [string, string];
    return vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(`tokensieve.surprise${i + 1}Background`),
      borderWidth: `0 0 ${width} 0`,
      borderStyle: style,
      borderColor: new vscode.ThemeColor(`tokensieve.surprise${i + 1}Border`),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  });

  /// Marks what is near the lines in sight. Throws `CancelledError` when cancelled; call it again then.
  async draw(
    editor: vscode.TextEditor,
    surprises: Surprises,
    thresholds: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    const ranges = await inSlices(rangesByLevel(editor, surprises, thresholds), signal);
    for (const [i, type] of this.#types.entries()) {
      editor.setDecorations(type, ranges[i]!);
      // Each level has a turn of its own.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    }
  }

  clear(editor: vscode.TextEditor): void {
    for (const type of this.#types) editor.setDecorations(type, []);
  }

  dispose(): void {
    for (const type of this.#types) type.dispose();
  }
}

function* rangesByLevel(
  editor: vscode.TextEditor,
  surprises: Surprises,
  thresholds: readonly number[],
): Generator<void, vscode.Range[][], void> {
  const { document, visibleRanges } = editor;
  const byLevel: vscode.Range[][] = Array.from({ length: LEVELS }, () => []);
  let done = -1;
  for (const { start, end } of visibleRanges) {
    const last = Math.min(document.lineCount - 1, end.line + MARGIN_LINES);
    for (let line = Math.max(done + 1, start.line - MARGIN_LINES); line <= last; line++) {
      for (const mark of marksOfLine(document, line, surprises, thresholds)) {
        const ranges = byLevel[mark.level - 1]!;
        if (ranges.length < MOST_MARKS) ranges.push(new vscode.Range(line, mark.from, line, mark.to));
      }
      yield;
    }
    done = last;
  }
  return byLevel;
}

function marksOfLine(
  document: vscode.TextDocument,
  line: number,
  surprises: Surprises,
  thresholds: readonly number[],
): Mark[] {
  const { text } = document.lineAt(line);
  const base = document.offsetAt(new vscode.Position(line, 0));
  const marks: Mark[] = [];
  surprises.forEachRun(base, base + text.length, (from, bits) => {
    marks.push(...marksOf(from - base, bits, text.slice(from - base), thresholds));
  });
  return marks;
}
