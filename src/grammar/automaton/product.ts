import { checkBudget } from "./budget.ts";
import type { DfaLimits } from "./determinize.ts";
import { type Dfa, DfaBuilder, EMPTY_DFA, trim } from "./dfa.ts";
import { SequenceTable } from "./sequence-table.ts";

// Room that all calls share, see determinize.ts.
const tuples = new SequenceTable();
const builder = new DfaBuilder();

/// Texts that all of `parts` match; `undefined` past the limit.
export function intersect(parts: readonly Dfa[], limits: DfaLimits): Dfa | undefined {
  return parts.some((part) => part.size === 0) ? EMPTY_DFA : product(parts, limits, true);
}

/// Texts that `whole` matches and `part` does not; `undefined` past the limit.
export function subtract(whole: Dfa, part: Dfa, limits: DfaLimits): Dfa | undefined {
  if (whole.size === 0 || part.size === 0) return whole;
  return product([whole, part], limits, false);
}

/// The reachable product. With `needAll` a text must be in all parts; otherwise in the first of two
/// only, and the second part's state is -1 once it has died.
function product(parts: readonly Dfa[], { maxStates, budget }: DfaLimits, needAll: boolean): Dfa | undefined {
  const n = parts.length;
  const tuple = new Int32Array(n);
  const states = new Int32Array(n);
  /// Part → its edge at the byte that is looked at.
  const at = new Int32Array(n);
  const ends = new Int32Array(n);
  tuples.clear();
  builder.clear();
  tuples.numberOf(tuple, n);
  for (let i = 0; i < tuples.count; i++) {
    if ((i & 63) === 63) checkBudget(budget);
    let isFinal = true;
    for (let p = 0; p < n; p++) {
      const s = tuples.pool[i * n + p]!;
      states[p] = s;
      at[p] = s < 0 ? 0 : parts[p]!.starts[s]!;
      ends[p] = s < 0 ? 0 : parts[p]!.starts[s + 1]!;
      const isFinalHere = s >= 0 && parts[p]!.final[s] === 1;
      if (isFinalHere !== (needAll || p === 0)) isFinal = false;
    }
    builder.state(isFinal);
    // From cut to cut: where some part's edge begins or ends.
    for (let byte = 0; byte < 256; ) {
      let end = 256;
      let isDead = false;
      for (let p = 0; p < n; p++) {
        const { edges } = parts[p]!;
        let k = at[p]!;
        while (k < ends[p]! && edges[k]! >> 8 < byte) k += 2;
        at[p] = k;
        tuple[p] = -1;
        const isMissing = k >= ends[p]! || (edges[k]! & 255) > byte;
        if (isMissing && (needAll || p === 0)) {
          // Nothing until the part goes on.
          end = k >= ends[p]! ? 256 : edges[k]! & 255;
          isDead = true;
          break;
        }
        if (!isMissing) tuple[p] = edges[k + 1]!;
        if (k < ends[p]!) end = Math.min(end, isMissing ? edges[k]! & 255 : (edges[k]! >> 8) + 1);
      }
      if (!isDead) builder.edge(byte, end - 1, tuples.numberOf(tuple, n));
      byte = end;
    }
    if (tuples.count > maxStates) return undefined;
  }
  return trim(builder.finish(), builder);
}
