// Memory: blocks, and arenas that bump through blocks.
//
// Nothing here is garbage collected. A block belongs to one owner, who hands it back. A free block is joined
// with free neighbours, and the last one goes back to what was never used: so what one grammar frees, another
// one can use, whatever sizes it asks for. WebAssembly's memory itself never shrinks.
//
// Block, 16-byte aligned:
//   +0 size with this head (multiple of 16), bit 0: in use   +4 size of the block before it, 0: the first
//   +16 contents; of a free block: +16 next, +20 previous in its bin
const HEAD: u32 = 16;
const IN_USE: u32 = 1;
/// A rest smaller than this stays with its block.
const MIN_REST: u32 = 64;

/// Bins of free blocks by size, four an octave; a block lies in the last one whose size it has.
const MIN_SHIFT: u32 = 5;
const BINS: i32 = 108;
const bins = memory.data(BINS * 4);
/// One bit a bin that has blocks.
const filled = memory.data(16);
/// Blocks of the bin below, which may be large enough, that are looked at.
const TRIES: u32 = 8;

/// Pages that the memory grows by at least: 2 MiB.
const GROWTH: i32 = 32;
/// Behind the last block, and that block.
let top: u32 = 0;
let lastBlock: u32 = 0;
/// Bytes in blocks that are handed out.
export let liveBytes: u32 = 0;
/// Above this many live bytes `blockAlloc` answers 0.
let budget: u32 = 0xffff0000;

export function memoryInit(): void {
  if (top === 0) top = (<u32>__heap_base + 15) & ~15;
}

export function setMemoryBudget(bytes: u32): void {
  budget = bytes;
}

/// Lets one owner exceed the budget by `bytes` until it is told 0.
export function setMemoryGrace(bytes: u32): void {
  grace = bytes;
}
let grace: u32 = 0;

/// The last bin whose blocks may be as small as `size`.
function binOf(size: u32): u32 {
  const octave = 31 - clz(size);
  return (octave - MIN_SHIFT) * 4 + ((size >>> (octave - 2)) & 3);
}

function sizeOf(block: u32): u32 {
  return load<u32>(block) & ~IN_USE;
}

function isFree(block: u32): bool {
  return (load<u32>(block) & IN_USE) === 0;
}

function link(block: u32, size: u32): void {
  const bin = binOf(size);
  const slot = <u32>bins + bin * 4;
  const next = load<u32>(slot);
  store<u32>(block, size);
  store<u32>(block, next, HEAD);
  store<u32>(block, 0, HEAD + 4);
  if (next !== 0) store<u32>(next, block, HEAD + 4);
  store<u32>(slot, block);
  const word = <u32>filled + (bin >>> 6) * 8;
  store<u64>(word, load<u64>(word) | ((<u64>1) << (bin & 63)));
}

function unlink(block: u32): void {
  const next = load<u32>(block, HEAD);
  const before = load<u32>(block, HEAD + 4);
  if (next !== 0) store<u32>(next, before, HEAD + 4);
  if (before !== 0) {
    store<u32>(before, next, HEAD);
    return;
  }
  const bin = binOf(sizeOf(block));
  store<u32>(<u32>bins + bin * 4, next);
  const word = <u32>filled + (bin >>> 6) * 8;
  if (next === 0) store<u64>(word, load<u64>(word) & ~((<u64>1) << (bin & 63)));
}

/// A free block of at least `size` bytes, out of its bin; 0 if there is none.
function takeFree(size: u32): u32 {
  const bin = binOf(size);
  let block = load<u32>(<u32>bins + bin * 4);
  for (let i: u32 = 0; block !== 0 && i < TRIES; i++) {
    if (sizeOf(block) >= size) {
      unlink(block);
      return block;
    }
    block = load<u32>(block, HEAD);
  }
  for (let from = bin + 1; from < <u32>BINS; from = (from | 63) + 1) {
    const bits = load<u64>(<u32>filled + (from >>> 6) * 8) & (~(<u64>0) << (from & 63));
    if (bits === 0) continue;
    block = load<u32>(<u32>bins + ((from & ~63) + <u32>ctz(bits)) * 4);
    unlink(block);
    return block;
  }
  return 0;
}

/// The block behind `block`, which ends at `end`, follows one of `size` bytes now.
function tellNext(end: u32, block: u32, size: u32): void {
  if (end === top) lastBlock = block;
  else store<u32>(end, size, 4);
}

/// A block of at least `size` bytes, 16-byte aligned, not cleared; 0 when the budget or the
/// machine's memory is used up.
export function blockAlloc(size: u32): u32 {
  if (size > 0x40000000) return 0;
  const bytes = max((size + HEAD + 15) & ~15, 2 * HEAD);
  if (<u64>liveBytes + bytes > <u64>budget + grace) return 0;
  let block = takeFree(bytes);
  if (block === 0) {
    block = grow(bytes);
    if (block === 0) return 0;
  } else {
    const rest = sizeOf(block) - bytes;
    if (rest < MIN_REST) store<u32>(block, sizeOf(block) | IN_USE);
    else {
      store<u32>(block, bytes | IN_USE);
      link(block + bytes, rest);
      store<u32>(block + bytes, bytes, 4);
      tellNext(block + bytes + rest, block + bytes, rest);
    }
  }
  liveBytes += sizeOf(block);
  return block + HEAD;
}

/// A block of `bytes` bytes behind all others; 0 if the machine has no more memory.
function grow(bytes: u32): u32 {
  const end = <u64>top + bytes;
  const have = (<u64>(<u32>memory.size())) << 16;
  if (end > have) {
    const need = <i32>((end - have + 0xffff) >> 16);
    // Each growth costs a mask's time, and pages that are not touched nothing.
    if (memory.grow(max(need, GROWTH)) < 0 && memory.grow(need) < 0) return 0;
  }
  const block = top;
  store<u32>(block, bytes | IN_USE);
  store<u32>(block, lastBlock === 0 ? 0 : sizeOf(lastBlock), 4);
  lastBlock = block;
  top = <u32>end;
  return block;
}

export function blockFree(at: u32): void {
  if (at === 0) return;
  let block = at - HEAD;
  let size = sizeOf(block);
  liveBytes -= size;
  const next = block + size;
  if (next !== top && isFree(next)) {
    unlink(next);
    size += sizeOf(next);
  }
  const before = load<u32>(block, 4);
  if (before !== 0 && isFree(block - before)) {
    block -= before;
    unlink(block);
    size += before;
  }
  if (block + size === top) {
    // The one before it is in use, or it would have been joined.
    const last = load<u32>(block, 4);
    lastBlock = last === 0 ? 0 : block - last;
    top = block;
    return;
  }
  link(block, size);
  tellNext(block + size, block, size);
}

// Arena (16 bytes inside its owner):
//   +0 newest chunk   +4 next free byte   +8 end of the newest chunk   +12 bytes in chunks
// Chunk:
//   +0 older chunk    +4 unused   +8 contents
const FIRST_CHUNK: u32 = 4096;
const CHUNK: u32 = 16384;

/// `size` bytes (multiple of 4) that live as long as the arena; 0 when memory is used up.
export function arenaAlloc(arena: u32, size: u32): u32 {
  const at = load<u32>(arena, 4);
  if (at + size <= load<u32>(arena, 8)) {
    store<u32>(arena, at + size, 4);
    return at;
  }
  return arenaGrow(arena, size);
}

function arenaGrow(arena: u32, size: u32): u32 {
  const newest = load<u32>(arena);
  if (newest !== 0 && size > CHUNK >> 2) {
    // A large piece gets a block of its own behind the newest chunk, which stays in use.
    const block = blockAlloc(size + 8);
    if (block === 0) return 0;
    store<u32>(block, load<u32>(newest));
    store<u32>(newest, block);
    store<u32>(arena, load<u32>(arena, 12) + size + 8, 12);
    return block + 8;
  }
  const bytes = max(size + 8, newest === 0 ? FIRST_CHUNK : CHUNK);
  const block = blockAlloc(bytes);
  if (block === 0) return 0;
  store<u32>(block, newest);
  store<u32>(arena, block);
  store<u32>(arena, block + 8 + size, 4);
  store<u32>(arena, block + bytes, 8);
  store<u32>(arena, load<u32>(arena, 12) + bytes, 12);
  return block + 8;
}

export function arenaFree(arena: u32): void {
  let block = load<u32>(arena);
  while (block !== 0) {
    const older = load<u32>(block);
    blockFree(block);
    block = older;
  }
  store<u32>(arena, 0);
  store<u32>(arena, 0, 4);
  store<u32>(arena, 0, 8);
  store<u32>(arena, 0, 12);
}
