import type { Span } from "../../base/span.ts";
import { choice, empty, sequence } from "../build.ts";
import type { CodePointRange, Expression, RuleId } from "../ir.ts";
import type { RuleList } from "../rule-list.ts";

/// A string at which free text stops.
export interface Stop {
  readonly bytes: Uint8Array;
  /// What comes after it; absent: the text may not hold the string at all.
  readonly next?: Expression;
}

/// Writes the rule `start`: text up to and including the first occurrence of a stop, then what comes
/// after that; or, if `mayEnd`, text without any. Returns which stops can be reached.
///
/// The first occurrence is the one that ends first; of those that end together, the one that began
/// first. Text is well-formed UTF-8, and stops are.
///
/// The rules are an Aho–Corasick automaton over bytes, times the bytes of a character still to come. A
/// rule is a state: it takes one byte and calls the next state last, which leaves nothing on the stack.
/// So the text is in one state at any time, and states that differ along the stops only are prechecked
/// as exceptions of the first.
export function writeFreeText(
  rules: RuleList,
  start: RuleId,
  stops: readonly Stop[],
  mayEnd: boolean,
  span: Span | undefined,
): boolean[] {
  const trie = new StopTrie(stops);
  const reached = stops.map(() => false);
  const states = new Map<number, RuleId>([[0, start]]);
  const { name } = rules.rules[start]!;
  for (const [key, rule] of states) {
    const node = Math.floor(key / PLACES);
    const place = key % PLACES;
    const ranges = new Map<number, CodePointRange[]>();
    for (let byte = 0; byte < 256; byte++) {
      const nextPlace = afterByte(place, byte);
      if (nextPlace < 0) continue;
      const nextNode = trie.after(node, byte);
      const stop = trie.stopAt(nextNode);
      // Stops are numbered below zero.
      addByte(ranges, stop >= 0 ? -1 - stop : nextNode * PLACES + nextPlace, byte);
    }
    const items: Expression[] = [];
    for (const [target, bytes] of ranges) {
      const take: Expression = { kind: "bytes", ranges: bytes };
      if (target < 0) {
        reached[-1 - target] = true;
        const { next } = stops[-1 - target]!;
        if (next !== undefined) items.push(sequence([take, next]));
        continue;
      }
      let next = states.get(target);
      if (next === undefined) {
        next = rules.reserve(name, span);
        states.set(target, next);
      }
      items.push(sequence([take, { kind: "rule", rule: next }]));
    }
    if (mayEnd && place === 0) items.push(empty());
    rules.set(rule, choice(items));
  }
  return reached;
}

function addByte(ranges: Map<number, CodePointRange[]>, target: number, byte: number): void {
  const list = ranges.get(target);
  if (list === undefined) ranges.set(target, [[byte, byte]]);
  else if (list.at(-1)![1] === byte - 1) list[list.length - 1] = [list.at(-1)![0], byte];
  else list.push([byte, byte]);
}

// Places in a character: 0 between characters, 1–3 that many bytes from its end, and behind the lead
// bytes that narrow the second byte.
const PLACES = 8;
const AFTER_E0 = 4;
const AFTER_ED = 5;
const AFTER_F0 = 6;
const AFTER_F4 = 7;
/// Place → second byte from, to, and the place after it.
const CONTINUATIONS: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [0x80, 0xbf, 0],
  [0x80, 0xbf, 1],
  [0x80, 0xbf, 2],
  [0xa0, 0xbf, 1],
  [0x80, 0x9f, 1],
  [0x90, 0xbf, 2],
  [0x80, 0x8f, 2],
];

/// The place after a byte (Unicode, table 3-7), or -1 if it is not well-formed.
function afterByte(place: number, byte: number): number {
  if (place !== 0) {
    const [from, to, next] = CONTINUATIONS[place]!;
    return byte >= from && byte <= to ? next : -1;
  }
  if (byte < 0x80) return 0;
  if (byte < 0xc2 || byte > 0xf4) return -1;
  if (byte < 0xe0) return 1;
  switch (byte) {
    case 0xe0:
      return AFTER_E0;
    case 0xed:
      return AFTER_ED;
    case 0xf0:
      return AFTER_F0;
    case 0xf4:
      return AFTER_F4;
    default:
      return byte < 0xf0 ? 2 : 3;
  }
}

/// The stops as a trie whose missing edges lead to the longest suffix that is in it.
class StopTrie {
  /// Node × byte → node.
  readonly #edges: Int32Array;
  /// Node → the longest stop that ends here, -1 if none does.
  readonly #stops: Int32Array;

  constructor(stops: readonly Stop[]) {
    const size = 1 + stops.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const edges = new Int32Array(size * 256).fill(-1);
    const ends = new Int32Array(size).fill(-1);
    let count = 1;
    stops.forEach(({ bytes }, stop) => {
      let node = 0;
      for (const byte of bytes) {
        if (edges[node * 256 + byte] === -1) edges[node * 256 + byte] = count++;
        node = edges[node * 256 + byte]!;
      }
      if (ends[node] === -1) ends[node] = stop;
    });
    // Breadth first, so that the shorter suffix is complete. The edge of a suffix is that of its parent's.
    const suffixes = new Int32Array(count);
    const queue = [0];
    for (const node of queue) {
      const suffix = suffixes[node]!;
      if (node !== 0 && ends[node] === -1) ends[node] = ends[suffix]!;
      for (let byte = 0; byte < 256; byte++) {
        const child = edges[node * 256 + byte]!;
        const other = node === 0 ? 0 : edges[suffix * 256 + byte]!;
        if (child === -1) edges[node * 256 + byte] = other;
        else {
          suffixes[child] = other;
          queue.push(child);
        }
      }
    }
    this.#edges = edges;
    this.#stops = ends;
  }

  after(node: number, byte: number): number {
    return this.#edges[node * 256 + byte]!;
  }

  stopAt(node: number): number {
    return this.#stops[node]!;
  }
}
