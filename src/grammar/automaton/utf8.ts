import type { CodePointRange } from "../ir.ts";
import { type Dfa, DfaBuilder } from "./dfa.ts";

/// Byte ranges, one a byte of the encoding.
type ByteSequence = readonly (readonly [from: number, to: number])[];

const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/// The UTF-8 encodings of the characters in `ranges` (sorted, disjoint, no surrogates), as sequences
/// of byte ranges in ascending order. Two sequences begin with the same range or with disjoint ones,
/// and so do their remainders: they form a deterministic tree.
///
/// `utf8Sequences([[0x61, 0xff]])` is `[[61–7f]], [[c2–c3], [80–bf]]`.
function utf8Sequences(ranges: readonly CodePointRange[]): ByteSequence[] {
  const out: ByteSequence[] = [];
  for (const [from, to] of ranges) {
    let low = from;
    for (let length = 1; length <= 4 && low <= to; length++) {
      const end = Math.min(to, LENGTH_ENDS[length - 1]!);
      if (low > end) continue;
      split(low, end, length, [], out);
      low = end + 1;
    }
  }
  return out;
}

/// Splits a range of characters of one encoded length where its bytes stop being a product.
function split(
  low: number,
  high: number,
  length: number,
  head: readonly (readonly [number, number])[],
  out: ByteSequence[],
): void {
  for (let k = length - 1; k >= 1; k--) {
    // The low 6·k bits run freely below the byte before them, or the range is cut there.
    const mask = (1 << (6 * k)) - 1;
    if (low >>> (6 * k) === high >>> (6 * k)) continue;
    if ((low & mask) !== 0) {
      split(low, low | mask, length, head, out);
      split((low | mask) + 1, high, length, head, out);
      return;
    }
    if ((high & mask) !== mask) {
      split(low, (high & ~mask) - 1, length, head, out);
      split(high & ~mask, high, length, head, out);
      return;
    }
  }
  const a = encode(low, length);
  const b = encode(high, length);
  out.push([...head, ...a.map((byte, i) => [byte, b[i]!] as const)]);
}

function encode(codePoint: number, length: number): number[] {
  if (length === 1) return [codePoint];
  const bytes: number[] = [];
  let rest = codePoint;
  for (let i = length - 1; i > 0; i--) {
    bytes[i] = 0x80 | (rest & 0x3f);
    rest >>>= 6;
  }
  bytes[0] = ([0xc0, 0xe0, 0xf0][length - 2]! | rest) >>> 0;
  return bytes;
}

/// The automaton of one character in `ranges`.
export function charactersDfa(ranges: readonly CodePointRange[]): Dfa {
  const sequences = utf8Sequences(ranges);
  /// What a state's edges are → its number. State 0 comes first, its targets once they are met.
  const numbers = new Map<string, number>();
  const states: (readonly number[])[] = [[], []];
  // The state of sequences `from … to - 1`, whose first `depth` ranges were taken; 1 is the end.
  const edgesOf = (from: number, to: number, depth: number): number[] => {
    const edges: number[] = [];
    for (let i = from; i < to; ) {
      const [a, b] = sequences[i]![depth]!;
      let end = i + 1;
      while (end < to && sequences[end]![depth]![0] === a) end++;
      edges.push(a, b, sequences[i]!.length === depth + 1 ? 1 : numberOf(edgesOf(i, end, depth + 1)));
      i = end;
    }
    return edges;
  };
  // Equal remainders share a state.
  const numberOf = (edges: number[]): number => {
    const key = edges.join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = states.push(edges) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  states[0] = edgesOf(0, sequences.length, 0);
  builder.clear();
  states.forEach((edges, s) => {
    builder.state(s === 1);
    for (let i = 0; i < edges.length; i += 3) builder.edge(edges[i]!, edges[i + 1]!, edges[i + 2]!);
  });
  return builder.finish();
}

const builder = new DfaBuilder();
