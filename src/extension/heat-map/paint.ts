import * as vscode from "vscode";
import { throwIfCancelled } from "../../base/cancellation.ts";
import { inSlices } from "../token-panel/slices.ts";
import { type LineRange, type Lines, marksInSight } from "./marks-in-sight.ts";
import type { ScoredDocument } from "./scored-document.ts";

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

  /// Marks what is near the lines in sight. Throws `CancelledError` when cancelled. It leaves off when the text is
  /// edited meanwhile: VS Code moves the marks that are there.
  async draw(
    editor: vscode.TextEditor,
    scored: ScoredDocument,
    thresholds: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    const { document } = editor;
    const { version } = document;
    const isStale = () => document.version !== version;
    const bits = (from: number, to: number) => scored.shown(from, to);
    const work = marksInSight(linesOf(document), linesInSight(editor), bits, thresholds, isStale);
    const marks = await inSlices(work, signal);
    for (const [i, type] of this.#types.entries()) {
      if (isStale()) return;
      editor.setDecorations(
        type,
        marks[i]!.map(({ line, from, to }) => new vscode.Range(line, from, line, to)),
      );
      // Each level has a turn of its own.
      await new Promise<void>((resolve) => setImmediate(resolve));
      throwIfCancelled(signal);
    }
  }

  dispose(): void {
    for (const type of this.#types) type.dispose();
  }
}

export function linesOf(document: vscode.TextDocument): Lines {
  return {
    count: document.lineCount,
    text: (line) => document.lineAt(line).text,
    start: (line) => document.offsetAt(new vscode.Position(line, 0)),
  };
}

export function linesInSight({ visibleRanges }: vscode.TextEditor): LineRange[] {
  return visibleRanges.map(({ start, end }) => ({ first: start.line, last: end.line }));
}
