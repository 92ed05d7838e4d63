import { utf8Encode } from "../../base/bytes.ts";
import type { KernelInstance } from "./instance.ts";

// A file of prechecks, in little-endian 32-bit words:
//
//   "TSPC"  version  checksum of what follows  length of the vocabulary's id in words, then the id
//   records: length in words, key (4 words), tokens, form (0 list, 1 bitset), trie nodes, groups, kinds
//            of remainders, deep exits, then tokens, trie, group offsets, ids, deep exits as they lie in
//            memory (wasm/assembly/precheck-store.ts)
const MAGIC = 0x43505354;
const VERSION = 3;
const HEAD_WORDS = 4;
const RECORD_WORDS = 11;

// Words of a record in memory.
const KEY = 1;
const BYTES = 5;
const LAST_USE = 6;
const COUNT = 7;
const FORM = 8;
const TOKENS = 9;
const TRIE = 10;
const TRIE_COUNT = 11;
const GROUPS = 12;
const IDS = 13;
const GROUP_COUNT = 15;
const BEGINS = 17;
const DEEP_COUNT = 18;
const DEEP = 19;
const BLOCK_HEAD = 20;

/// Of one record (wasm/assembly/record.ts, walk.ts).
const MAX_DEEP = 8;
const MAX_GROUPS = 65_536;

const LIST = 0;
const BITSET = 1;

/// The prechecks of a vocabulary, those used last first, up to `maxBytes`.
export function savePrechecks(instance: KernelInstance, maxBytes: number): Uint8Array {
  const { exports, vocabulary } = instance;
  const memory = new Uint32Array(exports.memory.buffer);
  const id = idWords(vocabulary.id);
  const parts: Uint32Array[] = [];
  const records: number[] = [];
  for (let slot = 0; slot < exports.precheck_slots(); slot++) {
    const record = exports.precheck_record(slot) >>> 2;
    if (record !== 0) records.push(record);
  }
  records.sort((a, b) => memory[b + LAST_USE]! - memory[a + LAST_USE]!);
  let size = HEAD_WORDS + id.length;
  for (const record of records) {
    const from = memory[record + TOKENS]! >>> 2;
    const idsAt = memory[record + IDS]! >>> 2;
    const groupsAt = memory[record + GROUPS]! >>> 2;
    const end = idsAt + memory[groupsAt + memory[record + GROUP_COUNT]!]! + memory[record + DEEP_COUNT]!;
    size += RECORD_WORDS + end - from;
    if (size * 4 > maxBytes) break;
    const part = new Uint32Array(RECORD_WORDS + end - from);
    part[0] = part.length;
    part.set(memory.subarray(record + KEY, record + KEY + 4), 1);
    part[5] = memory[record + COUNT]!;
    part[6] = memory[record + FORM]!;
    part[7] = memory[record + TRIE_COUNT]!;
    part[8] = memory[record + GROUP_COUNT]!;
    part[9] = memory[record + BEGINS]!;
    part[10] = memory[record + DEEP_COUNT]!;
    part.set(memory.subarray(from, end), RECORD_WORDS);
    parts.push(part);
  }
  const words = new Uint32Array(HEAD_WORDS + id.length + parts.reduce((n, p) => n + p.length, 0));
  words[0] = MAGIC;
  words[1] = VERSION;
  words[3] = id.length;
  words.set(id, HEAD_WORDS);
  let at = HEAD_WORDS + id.length;
  for (const part of parts) {
    words.set(part, at);
    at += part.length;
  }
  words[2] = checksum(words.subarray(3));
  return new Uint8Array(words.buffer);
}

/// Takes over prechecks of a file that `savePrechecks` made for the same vocabulary. Returns how many,
/// or why the file is of no use; nothing is taken from a file that is not whole.
export function loadPrechecks(instance: KernelInstance, file: Uint8Array): number | string {
  if (file.length % 4 !== 0 || file.length < HEAD_WORDS * 4) return "not a precheck file";
  const words = new Uint32Array(file.slice().buffer);
  if (words[0] !== MAGIC) return "not a precheck file";
  if (words[1] !== VERSION) return `version ${words[1]} instead of ${VERSION}`;
  if (words[2] !== checksum(words.subarray(3))) return "damaged";
  const idLength = words[3]!;
  if (idLength > words.length - HEAD_WORDS) return "damaged";
  const id = words.subarray(HEAD_WORDS, HEAD_WORDS + idLength);
  if (!sameWords(id, idWords(instance.vocabulary.id))) return "made for another vocabulary";
  const records: Uint32Array[] = [];
  for (let at = HEAD_WORDS + idLength; at < words.length; ) {
    const length = words[at]!;
    if (length < RECORD_WORDS || length > words.length - at) return "damaged";
    const record = words.subarray(at, at + length);
    if (!isSound(record, instance.vocabulary.size, instance.exports.trie_nodes())) return "damaged";
    records.push(record);
    at += length;
  }
  let taken = 0;
  for (const record of records) {
    if (!adopt(instance, record)) break;
    taken++;
  }
  return taken;
}

function adopt({ exports, vocabulary }: KernelInstance, part: Uint32Array): boolean {
  const maskWords = (vocabulary.size + 31) >>> 5;
  const bytes = (BLOCK_HEAD + part.length - RECORD_WORDS) * 4;
  const block = exports.allocate(bytes, 0);
  if (block === 0) return false;
  const record = new Uint32Array(exports.memory.buffer, block, bytes >>> 2);
  const [, , , , , count, form, nodes, groups, begins, deep] = part as unknown as number[];
  record.fill(0, 0, BLOCK_HEAD);
  record.set(part.subarray(1, 5), KEY);
  record.set(part.subarray(RECORD_WORDS), BLOCK_HEAD);
  const tokens = block + BLOCK_HEAD * 4;
  const trie = tokens + tokenWords(part, maskWords) * 4;
  record[BYTES] = bytes;
  record[COUNT] = count!;
  record[FORM] = form!;
  record[TOKENS] = tokens;
  record[TRIE] = trie;
  record[TRIE_COUNT] = nodes!;
  record[GROUPS] = trie + nodes! * 8;
  record[GROUP_COUNT] = groups!;
  record[IDS] = record[GROUPS]! + (groups! + 1) * 4;
  record[BEGINS] = begins!;
  record[DEEP_COUNT] = deep!;
  record[DEEP] = block + bytes - deep! * 4;
  exports.adopt_precheck(block);
  return true;
}

function tokenWords(part: Uint32Array, maskWords: number): number {
  return part[6] === BITSET ? maskWords : part[5]!;
}

/// Everything that the kernel follows in a record leads somewhere inside of it.
function isSound(part: Uint32Array, size: number, trieNodes: number): boolean {
  const maskWords = (size + 31) >>> 5;
  const [, , , , , count, form, nodes, groups, , deep] = part as unknown as [...number[]];
  if (form !== LIST && form !== BITSET) return false;
  if (count! > size || nodes! > part.length || groups! > MAX_GROUPS || deep! > MAX_DEEP) return false;
  const tokens = RECORD_WORDS;
  const trie = tokens + tokenWords(part, maskWords);
  const groupsAt = trie + nodes! * 2;
  const idsAt = groupsAt + groups! + 1;
  const deepAt = part.length - deep!;
  if (idsAt > deepAt) return false;
  const ids = deepAt - idsAt;
  for (let i = deepAt; i < part.length; i++) if (part[i]! >= trieNodes) return false;
  if (form === LIST) for (let i = tokens; i < trie; i++) if (part[i]! >= size) return false;
  if (form === BITSET && (size & 31) !== 0 && part[trie - 1]! >>> (size & 31) !== 0) return false;
  for (let i = idsAt; i < deepAt; i++) if (part[i]! >= size) return false;
  for (let g = 0; g <= groups!; g++) {
    const from = part[groupsAt + g]!;
    if (from > ids || (g > 0 && from < part[groupsAt + g - 1]!)) return false;
  }
  if (part[groupsAt + groups!] !== ids) return false;
  return isSoundTrie(part.subarray(trie, groupsAt), groups!);
}

/// Subtrees end where their parents' do or before, depths follow the nesting, values name groups: one each.
function isSoundTrie(nodes: Uint32Array, groups: number): boolean {
  const count = nodes.length / 2;
  const ends: number[] = [];
  let valued = 0;
  for (let i = 0; i < count; i++) {
    while (ends.length > 0 && ends.at(-1)! <= i) ends.pop();
    const size = nodes[2 * i]! >>> 8;
    const value = nodes[2 * i + 1]! & 0x3fffff;
    const depth = nodes[2 * i + 1]! >>> 22;
    if (size === 0 || i + size > (ends.at(-1) ?? count) || value > groups || depth !== ends.length + 1)
      return false;
    ends.push(i + size);
    if (value > 0) valued++;
  }
  return valued <= groups;
}

function idWords(id: string): Uint32Array {
  const bytes = utf8Encode(id);
  const words = new Uint32Array((bytes.length + 3) >>> 2);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

function sameWords(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/// FNV-1a over words: finds damage, not malice; `isSound` keeps malice inside the record.
function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash >>> 0;
}
