/// Marks of one level on one line: units `from .. to`.
export interface Mark {
  readonly level: number;
  readonly from: number;
  readonly to: number;
}

/// How surprising a character is: 0 to `thresholds.length`, by how many thresholds its bits reach.
export function levelOf(bits: number, thresholds: readonly number[]): number {
  let level = 0;
  while (level < thresholds.length && bits >= thresholds[level]!) level++;
  return level;
}

/// The stretches of a line's units with one level above 0, neighbours of one level together. `bits`: of
/// each unit from `from` on; the second unit of a character has the level of the first.
export function marksOf(
  from: number,
  bits: ArrayLike<number>,
  pairs: string,
  thresholds: readonly number[],
): Mark[] {
  const marks: Mark[] = [];
  let level = 0;
  let start = from;
  for (let i = 0; i <= bits.length; i++) {
    const second = i > 0 && i < bits.length && isSecondUnit(pairs.charCodeAt(i));
    const next = i === bits.length ? 0 : second ? level : levelOf(bits[i]!, thresholds);
    if (next === level) continue;
    if (level > 0) marks.push({ level, from: start, to: from + i });
    level = next;
    start = from + i;
  }
  return marks;
}

function isSecondUnit(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/// Thresholds as a setting gives them, if they are some: positive and rising. Else what they are by default.
export function thresholdsOf(setting: readonly unknown[], fallback: readonly number[]): readonly number[] {
  const fit =
    setting.length === fallback.length &&
    setting.every((bits, i) => {
      const before = i === 0 ? 0 : setting[i - 1];
      return typeof bits === "number" && Number.isFinite(bits) && bits > (before as number);
    });
  return fit ? (setting as readonly number[]) : fallback;
}
