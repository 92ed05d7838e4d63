// How far apart two texts may drift before the aligner stops looking for where they meet again, and
// how many units have to agree there.
const WINDOW = 32;
const AGREEMENT = 4;

/// Where each UTF-16 offset of one text lies in another that is the same but for local changes.
export interface Alignment {
  /// For each offset of the first text, its end included: where what follows it starts in the second.
  readonly starts: Uint32Array;
  /// Where what precedes it ends. Less than `starts` where the second text has something more.
  readonly ends: Uint32Array;
}

/// Aligns `decoded` with `text`, of which characters may be missing, changed or added to. A best
/// effort, in time proportional to the length; a letter's case and accent make no difference.
///
/// `alignTexts("ab", "a-b")` is `{ starts: [0, 2, 3], ends: [0, 1, 3] }`.
export function alignTexts(decoded: string, text: string): Alignment {
  const starts = new Uint32Array(decoded.length + 1);
  const ends = new Uint32Array(decoded.length + 1);
  // Texts that hardly agree would search the whole window at every unit.
  let budget = 1_000_000 + 50 * decoded.length;
  let i = 0;
  let j = 0;
  while (j < decoded.length) {
    starts[j] = i;
    if (!sameUnit(decoded, j, text, i)) {
      let skip = { decoded: 1, text: Math.min(1, text.length - i) };
      search: for (let total = 1; total <= WINDOW && budget > 0; total++) {
        for (let d = 0; d <= total; d++) {
          budget -= AGREEMENT;
          if (!agrees(decoded, j + d, text, i + total - d)) continue;
          skip = { decoded: d, text: total - d };
          break search;
        }
      }
      for (let k = 1; k < skip.decoded; k++) starts[j + k] = ends[j + k] = i + Math.min(k, skip.text);
      i += skip.text;
      j += skip.decoded;
      if (skip.decoded > 0) ends[j] = i;
      continue;
    }
    i++;
    j++;
    ends[j] = i;
  }
  starts[decoded.length] = i;
  return { starts, ends };
}

function agrees(a: string, atA: number, b: string, atB: number): boolean {
  const leftA = a.length - atA;
  const leftB = b.length - atB;
  if (leftA < 0 || leftB < 0) return false;
  if (leftA === 0 || leftB === 0) return leftA === leftB;
  const length = Math.min(AGREEMENT, leftA, leftB);
  for (let k = 0; k < length; k++) if (!sameUnit(a, atA + k, b, atB + k)) return false;
  return true;
}

function sameUnit(a: string, atA: number, b: string, atB: number): boolean {
  if (atA >= a.length || atB >= b.length) return false;
  return a.charCodeAt(atA) === b.charCodeAt(atB) || fold(a[atA]!) === fold(b[atB]!);
}

function fold(unit: string): string {
  return unit.normalize("NFD")[0]!.toLowerCase();
}
