import { type Mark, marksOf } from "./levels.ts";

/// Lines beyond what is in sight that are marked, too, so that scrolling does not show bare text.
const MARGIN_LINES = 30;
/// Marks of one level in one editor, set in one turn: more would take milliseconds. Only texts of long lines come
/// near.
export const MOST_MARKS = 1500;
/// Units of a line that are marked and scored for being in sight: editors show no more of one
/// (`editor.stopRenderingLineAfter`).
export const MOST_UNITS_OF_LINE = 10_000;

/// A text by lines, as far as marking it needs.
export interface Lines {
  readonly count: number;
  text(line: number): string;
  /// The unit a line starts at.
  start(line: number): number;
}

export interface LineMark extends Mark {
  readonly line: number;
}

/// Stretches of lines, ends included.
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/// The marks near the lines in sight, by level from 1 on. It yields after each line, so that the work can be done in
/// slices, and ends early once `isStale`. `bits`: what is shown of the units `from .. to`, `NaN` for nothing.
export function* marksInSight(
  lines: Lines,
  inSight: readonly LineRange[],
  bits: (from: number, to: number) => Float64Array,
  thresholds: readonly number[],
  isStale: () => boolean,
): Generator<void, LineMark[][], void> {
  const byLevel: LineMark[][] = thresholds.map(() => []);
  const done = new Set<number>();
  // What is in sight has its marks before what is beyond.
  for (const margin of [0, MARGIN_LINES]) {
    for (const { first, last } of inSight) {
      const end = Math.min(lines.count - 1, last + margin);
      for (let line = Math.max(0, first - margin); line <= end; line++) {
        if (done.has(line)) continue;
        done.add(line);
        const text = lines.text(line).slice(0, MOST_UNITS_OF_LINE);
        const start = lines.start(line);
        for (const mark of marksOf(0, bits(start, start + text.length), text, thresholds)) {
          const marks = byLevel[mark.level - 1]!;
          if (marks.length < MOST_MARKS) marks.push({ line, ...mark });
        }
        yield;
        if (isStale()) return byLevel;
      }
    }
  }
  return byLevel;
}

/// The units of the lines in sight, neighbours together.
export function unitsInSight(
  lines: Lines,
  inSight: readonly LineRange[],
): { readonly from: number; readonly to: number }[] {
  const parts: { from: number; to: number }[] = [];
  for (const { first, last } of inSight) {
    for (let line = first; line <= Math.min(last, lines.count - 1); line++) {
      const from = lines.start(line);
      const { length } = lines.text(line);
      const to = from + Math.min(length, MOST_UNITS_OF_LINE);
      const before = parts.at(-1);
      // What ends a line is in sight with the next one.
      if (before && line > first && lines.text(line - 1).length <= MOST_UNITS_OF_LINE) before.to = to;
      else parts.push({ from, to });
    }
  }
  return parts;
}
