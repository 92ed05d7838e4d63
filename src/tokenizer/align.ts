// How far apart two texts may drift before the aligner stops looking for where they meet again, and
// how many units have to agree there.
const WINDOW = 32;
const AGREEMENT = 4;

/// Maps each UTF-16 offset of `decoded` (its end included) to one of `text`, ascending, where the two
/// are the same but for local changes: characters dropped, added or replaced. A best effort, in time
/// proportional to the length.
///
/// `alignTexts(" ab", "ab")` is `[0, 0, 1, 2]`.
export function alignTexts(decoded: string, text: string): Uint32Array {
  const map = new Uint32Array(decoded.length + 1);
  // Texts that hardly agree would search the whole window at every unit.
  let budget = 1_000_000 + 50 * decoded.length;
  let i = 0;
  let j = 0;
  while (j < decoded.length) {
    map[j] = i;
    if (i < text.length && decoded.charCodeAt(j) === text.charCodeAt(i)) {
      i++;
      j++;
      continue;
    }
    let skip: { readonly decoded: number; readonly text: number } | undefined;
    for (let total = 1; total <= WINDOW && skip === undefined && budget > 0; total++) {
      for (let d = 0; d <= total && skip === undefined; d++) {
        budget -= AGREEMENT;
        if (agrees(decoded, j + d, text, i + total - d)) skip = { decoded: d, text: total - d };
      }
    }
    const skipDecoded = skip === undefined ? 1 : skip.decoded;
    const skipText = skip === undefined ? Math.min(1, text.length - i) : skip.text;
    for (let k = 0; k < skipDecoded; k++) map[j + k] = i + Math.min(k, skipText);
    i += skipText;
    j += skipDecoded;
  }
  map[decoded.length] = i;
  return map;
}

function agrees(a: string, atA: number, b: string, atB: number): boolean {
  const leftA = a.length - atA;
  const leftB = b.length - atB;
  if (leftA < 0 || leftB < 0) return false;
  if (leftA === 0 || leftB === 0) return leftA === leftB;
  const length = Math.min(AGREEMENT, leftA, leftB);
  for (let k = 0; k < length; k++) if (a.charCodeAt(atA + k) !== b.charCodeAt(atB + k)) return false;
  return true;
}
