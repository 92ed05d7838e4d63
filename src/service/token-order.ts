import type { Vocabulary } from "../tokenizer/index.ts";
import type { TokenOrder } from "./explore-api.ts";

const SPECIAL_GROUP = 256;
const UNUSED_GROUP = 257;
const GROUPS = 258;

/// Bytes behind the first that make up a sort key, and ids that fit beside them in a double's 53 bits.
const KEY_BYTES = 4;
const KEY_IDS = 2 ** 20;

/// The tokens of a vocabulary in the order of `TokenOrder`. Yields now and then: 200,000 tokens take tens
/// of milliseconds.
export function* tokenOrder(vocabulary: Vocabulary): Generator<undefined, TokenOrder, undefined> {
  const { size } = vocabulary;
  const sizes = new Uint32Array(GROUPS);
  const groupOf = new Uint16Array(size);
  for (let id = 0; id < size; id++) {
    const kind = vocabulary.kind(id);
    const group =
      kind === "normal" ? vocabulary.bytes(id)[0]! : kind === "special" ? SPECIAL_GROUP : UNUSED_GROUP;
    groupOf[id] = group;
    sizes[group]!++;
  }
  yield;
  const groups = new Uint32Array(GROUPS + 1);
  for (let g = 0; g < GROUPS; g++) groups[g + 1] = groups[g]! + sizes[g]!;
  const ids = new Uint32Array(size);
  const ends = groups.slice();
  for (let id = 0; id < size; id++) ids[ends[groupOf[id]!]!++] = id;
  for (let g = 0; g < SPECIAL_GROUP; g++) {
    if (sizes[g]! < 2) continue;
    sortByBytes(ids.subarray(groups[g], groups[g + 1]), vocabulary);
    yield;
  }
  return { vocabulary: vocabulary.id, ids, groups };
}

/// Sorts tokens that share their first byte: numbers sort many times faster than byte strings.
function sortByBytes(ids: Uint32Array, vocabulary: Vocabulary): void {
  const byBytes = (a: number, b: number) => compareBytes(vocabulary.bytes(a), vocabulary.bytes(b)) || a - b;
  if (ids.length > KEY_IDS) {
    ids.sort(byBytes);
    return;
  }
  const before = ids.slice();
  const keys = Float64Array.from(before, (id, i) => keyOf(vocabulary.bytes(id)) * KEY_IDS + i).sort();
  for (let i = 0; i < keys.length; i++) ids[i] = before[keys[i]! % KEY_IDS]!;
  // Tokens whose keys are equal.
  let from = 0;
  for (let to = 1; to <= keys.length; to++) {
    if (to < keys.length && Math.floor(keys[to]! / KEY_IDS) === Math.floor(keys[from]! / KEY_IDS)) continue;
    if (to - from > 1) ids.subarray(from, to).sort(byBytes);
    from = to;
  }
}

function keyOf(bytes: Uint8Array): number {
  let key = 0;
  for (let i = 1; i <= KEY_BYTES; i++) key = key * 256 + (bytes[i] ?? 0);
  return key;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
