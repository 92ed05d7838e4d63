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

/// Of a trie whose values ascend in the order of its nodes: the first and the last value at or below a node. A
/// leaf always has one.
export function firstRank(node: u32): u32 {
  let at = node;
  while (nodeValue(at) < 0) at += NODE;
  return nodeValue(at);
}
export function lastRank(node: u32): u32 {
  return nodeValue(node + (nodeSize(node) - 1) * NODE);
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
/// before it gets no node of its own: `nextSame[its predecessor's value]` becomes its value. With `ranked`,
/// nodes are numbered instead, in their order: `ranked[node's value]` is the entry's. Returns how many have
/// a value.
export function trieWrite(entries: u32, count: u32, nodes: u32, nextSame: u32, ranked: u32): u32 {
  let at = nodes;
  let depth: u32 = 0;
  let rank: u32 = 0;
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
    let kept = value;
    if (ranked !== 0) {
      store<u32>(ranked + rank * 4, value);
      kept = rank;
    }
    rank++;
    store<u32>(at - NODE, load<u32>(at - NODE, 4) | (kept + 1), 4);
    depth = length;
  }
  closeTo(0, depth, at);
  return rank;
}

function closeTo(keep: u32, depth: u32, at: u32): void {
  for (let d = depth; d > keep; d--) {
    const node = load<u32>(<u32>open + (d - 1) * 4);
    store<u32>(node, load<u32>(node) | (((at - node) / NODE) << 8));
  }
}

// Bytes in groups. Walks ask of a whole subtree which groups its bytes come from: so a group holds what most
// grammars take or refuse together.
export const GROUPS: u32 = 16;
/// Bytes below that are not ASCII and lie in well-formed characters only, the last of which may be cut; and
/// others that are not ASCII.
export const CHARACTERS: u32 = 14;
export const OTHERS: u32 = 15;

/// The group of a byte; `OTHERS` of all that are not ASCII.
export function byteGroup(byte: u32): u32 {
  return load<u8>(<u32>byteGroups + byte);
}

const byteGroups = memory.data(256);

function group(first: u32, last: u32, to: u32): void {
  memory.fill(<u32>byteGroups + first, <u8>to, last - first + 1);
}

function groupsInit(): void {
  group(0x80, 0xff, OTHERS);
  // Controls, then punctuation but for what follows here.
  group(0x00, 0x1f, 8);
  group(0x7f, 0x7f, 8);
  group(0x20, 0x7e, 13);
  group(0x61, 0x7a, 0);
  group(0x41, 0x5a, 1);
  group(0x30, 0x39, 2);
  // _ is in names, as digits are.
  group(0x5f, 0x5f, 2);
  group(0x20, 0x20, 3);
  // " \ line ends, tab, '
  group(0x22, 0x22, 4);
  group(0x5c, 0x5c, 5);
  group(0x0a, 0x0a, 6);
  group(0x0d, 0x0d, 6);
  group(0x09, 0x09, 7);
  group(0x27, 0x27, 9);
  // *
  group(0x2a, 0x2a, 10);
  // , ;
  group(0x2c, 0x2c, 11);
  group(0x3b, 0x3b, 11);
  // | < > @ & $ ` { }
  group(0x7b, 0x7d, 12);
  group(0x3c, 0x3c, 12);
  group(0x3e, 0x3e, 12);
  group(0x40, 0x40, 12);
  group(0x26, 0x26, 12);
  group(0x24, 0x24, 12);
  group(0x60, 0x60, 12);
}

// Where a text can be in well-formed UTF-8: between characters, before 1, 2 or 3 more bytes, and behind the
// bytes that not all may follow. Sets of these are bits.
const enum Within {
  None = 1,
  One = 2,
  Two = 4,
  Three = 8,
  E0 = 16,
  Ed = 32,
  F0 = 64,
  F4 = 128,
}

/// The places from which `byte` is right, and right are all bytes behind it, if `after` are the places from
/// which those are.
function wellFormedFrom(byte: u32, after: u32): u32 {
  if (byte < 0x80) return after & Within.None;
  if (byte < 0xc0) {
    let from: u32 = 0;
    if (after & Within.None) from |= Within.One;
    if (after & Within.One) from |= Within.Two | (byte >= 0xa0 ? Within.E0 : Within.Ed);
    if (after & Within.Two) from |= Within.Three | (byte >= 0x90 ? Within.F0 : Within.F4);
    return from;
  }
  let to: u32 = 0;
  if (byte >= 0xc2 && byte < 0xe0) to = Within.One;
  else if (byte === 0xe0) to = Within.E0;
  else if (byte === 0xed) to = Within.Ed;
  else if (byte >= 0xe1 && byte < 0xf0) to = Within.Two;
  else if (byte === 0xf0) to = Within.F0;
  else if (byte === 0xf4) to = Within.F4;
  else if (byte >= 0xf1 && byte < 0xf4) to = Within.Three;
  return after & to ? Within.None : 0;
}

/// By depth, of the node that is open there: groups of the bytes below (bits 0–15), the places from which all of
/// these are well-formed (16–23), the depth of the deepest string (32–47), characters begun (48–63). What is
/// before the first byte comes first.
const openSummaries = memory.data(8208, 16);

/// Of a trie whose values are ranks: fills a halfword a node, the depth of the deepest string in its subtree;
/// another one, the groups of the bytes below it as bits; and a byte a rank, the characters that its string
/// begins (255: that many or more).
export function trieSummaries(nodes: u32, count: u32, heights: u32, groups: u32, characters: u32): void {
  groupsInit();
  let depth: u32 = 0;
  store<u64>(openSummaries, 0);
  for (let i: u32 = 0; i < count; i++) {
    const node = nodes + i * NODE;
    const tail = load<u32>(node, 4);
    const d = tail >>> 22;
    if (d <= depth) closeSummaries(depth, d - 1, nodes, heights, groups);
    depth = d;
    store<u32>(<u32>open + (d - 1) * 4, i);
    const at = <u32>openSummaries + d * 8;
    const begun = (load<u64>(at - 8) >> 48) + <u64>((nodeByte(node) & 0xc0) !== 0x80);
    store<u64>(at, (begun << 48) | ((<u64>d) << 32) | 0xff0000);
    const value = tail & 0x3fffff;
    if (value !== 0) store<u8>(characters + value - 1, min<u32>(<u32>begun, 255));
  }
  closeSummaries(depth, 0, nodes, heights, groups);
}

/// Ends the open nodes of more than `keep` bytes.
function closeSummaries(depth: u32, keep: u32, nodes: u32, heights: u32, groups: u32): void {
  for (let d = depth; d > keep; d--) {
    const own = load<u32>(<u32>open + (d - 1) * 4);
    const at = <u32>openSummaries + d * 8;
    const summary = load<u64>(at);
    let below = <u32>summary & 0xffff;
    const wellFormed = <u32>summary >>> 16;
    const byte = nodeByte(nodes + own * NODE);
    const parent = load<u64>(at - 8);
    const bit: u32 = 1 << byteGroup(byte);
    // All that is below counts for the parent, but for whether it is well-formed, which is seen from there.
    const from = wellFormedFrom(byte, wellFormed);
    const height = max<u64>(summary & HEIGHT, parent & HEIGHT);
    const others = (<u32>parent & 0xffff) | below | bit | (<u32>parent & (from << 16) & 0xff0000);
    store<u64>(at - 8, (parent & BEGUN) | height | others);
    if (below & (1 << OTHERS) && wellFormed & Within.None) below ^= (1 << OTHERS) | (1 << CHARACTERS);
    store<u16>(heights + own * 2, <u32>(summary >> 32));
    store<u16>(groups + own * 2, below);
  }
}
const HEIGHT: u64 = 0xffff00000000;
const BEGUN: u64 = 0xffff000000000000;

/// Fills 256 words: the first node of each first byte, 0 where there is none.
export function trieRoots(nodes: u32, count: u32, roots: u32): void {
  memory.fill(roots, 0, 1024);
  const end = nodes + count * NODE;
  for (let n = nodes; n < end; n += nodeSize(n) * NODE) store<u32>(roots + nodeByte(n) * 4, n);
}
