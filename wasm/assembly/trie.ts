// Tries over byte strings, in depth-first order. One node is 8 bytes:
//
//   +0  bits 0–7 byte, bits 8–31 subtree size in nodes (1 for a leaf)
//   +4  bits 0–21 value + 1 (0: no string ends here), bits 22–31 depth (1 for a first byte)
//
//   "a" "ab" "b":   [a size 2 depth 1][b size 1 depth 2][b size 1 depth 1]
//
// Depth-first order means that the next node is the first child, and that adding the subtree size
// skips a dead subtree: a walk is one loop over a flat array, with a stack indexed by depth.

export const NODE: u32 = 8;
/// Longest string a trie holds; the depth field has ten bits.
export const MAX_DEPTH: u32 = 1000;
export const MAX_VALUE: u32 = (1 << 22) - 2;

export function nodeByte(node: u32): u32 {
  return load<u8>(node);
}
export function nodeSize(node: u32): u32 {
  return load<u32>(node) >>> 8;
}
export function nodeValue(node: u32): i32 {
  return <i32>(load<u32>(node, 4) & 0x3fffff) - 1;
}
export function nodeDepth(node: u32): u32 {
  return load<u32>(node, 4) >>> 22;
}

/// A string to sort: its first eight bytes as a big-endian number, where it lies, and its value.
//   +0 key u64   +8 address   +12 length   +16 value   (24 bytes, for alignment)
export const ENTRY: u32 = 24;

/// Eight bytes behind the string must be readable.
export function entryWrite(entry: u32, address: u32, length: u32, value: u32): void {
  let key = bswap<u64>(load<u64>(address));
  if (length < 8) key = length === 0 ? 0 : key & (~(<u64>0) << (64 - 8 * length));
  store<u64>(entry, key);
  store<u32>(entry, address, 8);
  store<u32>(entry, length, 12);
  store<u32>(entry, value, 16);
}

/// The two entries' strings are the same.
export function entrySame(a: u32, b: u32): bool {
  const length = load<u32>(a, 12);
  if (load<u64>(a) !== load<u64>(b) || length !== load<u32>(b, 12)) return false;
  return length <= 8 || memory.compare(load<u32>(a, 8) + 8, load<u32>(b, 8) + 8, length - 8) === 0;
}

function entryLess(a: u32, b: u32): bool {
  const ka = load<u64>(a);
  const kb = load<u64>(b);
  if (ka !== kb) return ka < kb;
  const la = load<u32>(a, 12);
  const lb = load<u32>(b, 12);
  const n = min(la, lb);
  const pa = load<u32>(a, 8);
  const pb = load<u32>(b, 8);
  for (let i: u32 = min<u32>(n, 8); i < n; i++) {
    const x = load<u8>(pa + i);
    const y = load<u8>(pb + i);
    if (x !== y) return x < y;
  }
  if (la !== lb) return la < lb;
  return load<u32>(a, 16) < load<u32>(b, 16);
}

function entrySwap(a: u32, b: u32): void {
  for (let i: u32 = 0; i < ENTRY; i += 8) {
    const t = load<u64>(a + i);
    store<u64>(a + i, load<u64>(b + i));
    store<u64>(b + i, t);
  }
}

const pivot = memory.data(24, 16);

/// Sorts `count` entries at `from` by bytes, then by value. Heapsort takes over where quicksort
/// goes deep, so that no vocabulary makes it quadratic.
export function entrySort(from: u32, count: u32): void {
  sortRange(from, count, 2 * (32 - clz(count | 1)));
}

function sortRange(start: u32, total: u32, depthLeft: u32): void {
  let from = start;
  let count = total;
  let depth = depthLeft;
  while (count > 16) {
    if (depth === 0) {
      heapSort(from, count);
      return;
    }
    depth--;
    const mid = from + (count >>> 1) * ENTRY;
    const last = from + (count - 1) * ENTRY;
    if (entryLess(mid, from)) entrySwap(mid, from);
    if (entryLess(last, mid)) {
      entrySwap(last, mid);
      if (entryLess(mid, from)) entrySwap(mid, from);
    }
    memory.copy(pivot, mid, ENTRY);
    let i = from;
    let j = last;
    for (;;) {
      while (entryLess(i, <u32>pivot)) i += ENTRY;
      while (entryLess(<u32>pivot, j)) j -= ENTRY;
      if (i >= j) break;
      entrySwap(i, j);
      i += ENTRY;
      j -= ENTRY;
    }
    const left = (j - from) / ENTRY + 1;
    const right = count - left;
    if (left < right) {
      sortRange(from, left, depth);
      from += left * ENTRY;
      count = right;
    } else {
      sortRange(from + left * ENTRY, right, depth);
      count = left;
    }
  }
  for (let k: u32 = 1; k < count; k++) {
    for (let at = from + k * ENTRY; at > from && entryLess(at, at - ENTRY); at -= ENTRY) {
      entrySwap(at, at - ENTRY);
    }
  }
}

function heapSort(from: u32, count: u32): void {
  for (let k = count >>> 1; k > 0; k--) siftDown(from, k - 1, count);
  for (let end = count - 1; end > 0; end--) {
    entrySwap(from, from + end * ENTRY);
    siftDown(from, 0, end);
  }
}

function siftDown(from: u32, start: u32, end: u32): void {
  let root = start;
  for (;;) {
    let child = root * 2 + 1;
    if (child >= end) return;
    if (child + 1 < end && entryLess(from + child * ENTRY, from + (child + 1) * ENTRY)) child++;
    if (!entryLess(from + root * ENTRY, from + child * ENTRY)) return;
    entrySwap(from + root * ENTRY, from + child * ENTRY);
    root = child;
  }
}

function commonPrefix(a: u32, b: u32): u32 {
  const n = min(load<u32>(a, 12), load<u32>(b, 12));
  const x = load<u64>(a) ^ load<u64>(b);
  if (x !== 0) return min(n, <u32>(clz(x) >> 3));
  const pa = load<u32>(a, 8);
  const pb = load<u32>(b, 8);
  let i: u32 = min<u32>(n, 8);
  while (i < n && load<u8>(pa + i) === load<u8>(pb + i)) i++;
  return i;
}

/// Nodes that a trie of these sorted entries has.
export function trieNodeCount(entries: u32, count: u32): u32 {
  let nodes: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const e = entries + i * ENTRY;
    const shared: u32 = i === 0 ? 0 : commonPrefix(e - ENTRY, e);
    nodes += load<u32>(e, 12) - shared;
  }
  return nodes;
}

const open = memory.data(4096);

/// Writes the trie of sorted entries to `nodes` (`trieNodeCount` of them). An entry equal to the one
/// before it gets no node of its own: `nextSame[its predecessor's value]` becomes its value.
export function trieWrite(entries: u32, count: u32, nodes: u32, nextSame: u32): void {
  let at = nodes;
  let depth: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const e = entries + i * ENTRY;
    const length = load<u32>(e, 12);
    const shared: u32 = i === 0 ? 0 : commonPrefix(e - ENTRY, e);
    const value = load<u32>(e, 16);
    if (i > 0 && shared === length && load<u32>(e - ENTRY, 12) === length) {
      store<u32>(nextSame + load<u32>(e - ENTRY, 16) * 4, value);
      continue;
    }
    closeTo(shared, depth, at);
    const bytes = load<u32>(e, 8);
    for (let d = shared; d < length; d++) {
      store<u32>(<u32>open + d * 4, at);
      store<u32>(at, load<u8>(bytes + d));
      store<u32>(at, (d + 1) << 22, 4);
      at += NODE;
    }
    store<u32>(at - NODE, load<u32>(at - NODE, 4) | (value + 1), 4);
    depth = length;
  }
  closeTo(0, depth, at);
}

function closeTo(keep: u32, depth: u32, at: u32): void {
  for (let d = depth; d > keep; d--) {
    const node = load<u32>(<u32>open + (d - 1) * 4);
    store<u32>(node, load<u32>(node) | (((at - node) / NODE) << 8));
  }
}

// Bytes in eight groups. Walks ask of a whole subtree which groups its bytes come from.
export const GROUPS: u32 = 8;
export function byteGroup(byte: u32): u32 {
  if (byte >= 0x61 && byte <= 0x7a) return 0;
  if (byte >= 0x41 && byte <= 0x5a) return 1;
  if (byte >= 0x30 && byte <= 0x39) return 2;
  if (byte === 0x20) return 3;
  if (byte === 0x22) return 4;
  if (byte === 0x5c) return 5;
  return byte > 0x20 && byte < 0x7f ? 6 : 7;
}

/// Fills a halfword a node, the depth of the deepest string in its subtree, and a byte a node, the
/// groups of the bytes below it as bits.
export function trieSummaries(nodes: u32, count: u32, heights: u32, groups: u32): void {
  let depth: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const node = nodes + i * NODE;
    const d = nodeDepth(node);
    depth = closeSummaries(depth, d - 1, nodes, heights, groups);
    store<u32>(<u32>open + (d - 1) * 4, i);
    store<u16>(heights + i * 2, d);
    store<u8>(groups + i, 0);
    depth = d;
  }
  closeSummaries(depth, 0, nodes, heights, groups);
}

function closeSummaries(depth: u32, keep: u32, nodes: u32, heights: u32, groups: u32): u32 {
  for (let d = depth; d > keep && d > 1; d--) {
    const own = load<u32>(<u32>open + (d - 1) * 4);
    const parent = load<u32>(<u32>open + (d - 2) * 4);
    const height = load<u16>(heights + own * 2);
    if (height > load<u16>(heights + parent * 2)) store<u16>(heights + parent * 2, height);
    const bits = <u32>load<u8>(groups + own) | (1 << byteGroup(nodeByte(nodes + own * NODE)));
    store<u8>(groups + parent, <u32>load<u8>(groups + parent) | bits);
  }
  return min(depth, keep);
}

/// Fills 256 words: the first node of each first byte, 0 where there is none.
export function trieRoots(nodes: u32, count: u32, roots: u32): void {
  memory.fill(roots, 0, 1024);
  const end = nodes + count * NODE;
  for (let n = nodes; n < end; n += nodeSize(n) * NODE) store<u32>(roots + nodeByte(n) * 4, n);
}
