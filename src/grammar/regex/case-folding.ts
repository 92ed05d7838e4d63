import { normalizeRanges, rangesHave } from "../code-points.ts";
import type { CodePointRange } from "../ir.ts";

let orbits: ReadonlyMap<number, readonly number[]> | undefined;

/// Character → the characters it equals under the flags `iu`, itself included. Only characters that
/// equal others are listed.
function caseOrbits(): ReadonlyMap<number, readonly number[]> {
  if (orbits !== undefined) return orbits;
  const leader = new Map<number, number>();
  const find = (c: number): number => {
    let at = c;
    for (let up = leader.get(at); up !== undefined && up !== at; up = leader.get(at)) at = up;
    return at;
  };
  // Changing case proposes pairs; the host's own RegExp decides, since simple case folding differs
  // from both directions of changing case in a few places.
  const propose = (c: number, changed: string): void => {
    const other = changed.codePointAt(0);
    if (other === undefined || other === c || String.fromCodePoint(other) !== changed) return;
    if (!new RegExp(`^\\u{${c.toString(16)}}$`, "iu").test(changed)) return;
    leader.set(find(c), find(other));
    if (!leader.has(find(other))) leader.set(find(other), find(other));
  };
  // Nothing past the plane of historic and new alphabets has case.
  for (let c = 0; c < 0x20000; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const text = String.fromCodePoint(c);
    propose(c, text.toLowerCase());
    propose(c, text.toUpperCase());
  }
  const groups = new Map<number, number[]>();
  for (const c of leader.keys()) {
    const group = groups.get(find(c));
    if (group === undefined) groups.set(find(c), [c]);
    else group.push(c);
  }
  const out = new Map<number, readonly number[]>();
  for (const group of groups.values()) for (const c of group) out.set(c, group);
  orbits = out;
  return out;
}

/// The set with everything that equals a member of it under the flags `iu`.
///
/// `closeUnderCase([[0x6b, 0x6b]])` holds k, K and the Kelvin sign U+212A.
export function closeUnderCase(ranges: readonly CodePointRange[]): CodePointRange[] {
  const set = normalizeRanges(ranges);
  const groups = caseOrbits();
  const out: CodePointRange[] = [...set];
  const add = (group: readonly number[] | undefined): void => {
    for (const other of group ?? []) out.push([other, other]);
  };
  const size = set.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  if (size < groups.size) {
    for (const [from, to] of set) for (let c = from; c <= to; c++) add(groups.get(c));
  } else {
    for (const [c, group] of groups) if (rangesHave(set, c)) add(group);
  }
  return normalizeRanges(out);
}
