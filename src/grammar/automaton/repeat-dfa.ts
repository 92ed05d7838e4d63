import { type Dfa, DfaBuilder } from "./dfa.ts";

const builder = new DfaBuilder();

/// `item` repeated, where that is a row of copies: its texts are not empty, and none is the beginning of
/// another, nor does the automaton lead back to its start. `undefined`: they are not like that.
export function repeatDfa(item: Dfa, min: number, max: number | undefined): Dfa | undefined {
  const { size, final, starts, edges } = item;
  let end = -1;
  for (let s = 0; s < size; s++) {
    if (final[s] === 0) continue;
    if (end !== -1 || s === 0 || starts[s] !== starts[s + 1]) return undefined;
    end = s;
  }
  if (end === -1) return undefined;
  for (let i = 1; i < edges.length; i += 2) if (edges[i] === 0) return undefined;
  // A copy has all states but the last, which is the first of the next copy.
  const width = size - 1;
  const copies = max ?? min + 1;
  builder.clear();
  for (let copy = 0; copy < copies; copy++) {
    const isLoop = max === undefined && copy === copies - 1;
    const after = isLoop ? copy * width : (copy + 1) * width;
    for (let s = 0; s < size; s++) {
      if (s === end) continue;
      builder.state(s === 0 && copy >= min);
      for (let i = starts[s]!; i < starts[s + 1]!; i += 2) {
        const target = edges[i + 1]!;
        const name = target === end ? after : copy * width + (target > end ? target - 1 : target);
        builder.edge(edges[i]! & 255, edges[i]! >> 8, name);
      }
    }
  }
  if (max !== undefined) builder.state(true);
  return builder.finish();
}
