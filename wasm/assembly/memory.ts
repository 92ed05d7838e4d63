// Memory: blocks in size classes, and arenas that bump through blocks.
//
// Nothing here is garbage collected. A block belongs to one owner, who hands it back with the size
// it asked for. Freed blocks wait in a list a class; classes are a quarter of an octave apart, so a
// block wastes at most a fifth. Blocks are not joined again: owners ask for few different sizes
// (arena chunks, doubling tables, masks), so what one grammar frees the next one reuses.

/// The smallest class is 1 KiB; four classes an octave up to 2 GiB.
const MIN_SHIFT: u32 = 10;
const CLASSES: i32 = 88;

const freeLists = memory.data(CLASSES * 4);
/// Pages that the memory grows by at least: 2 MiB.
const GROWTH: i32 = 32;
let top: u32 = 0;
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

function classOf(size: u32): u32 {
  if (size <= 1 << MIN_SHIFT) return 0;
  const s = size - 1;
  const octave = 31 - clz(s);
  const quarter = (s >>> (octave - 2)) & 3;
  return (octave - MIN_SHIFT) * 4 + quarter + 1;
}

function classSize(cls: u32): u32 {
  const octave = cls >>> 2;
  return (4 + (cls & 3)) << (MIN_SHIFT - 2 + octave);
}

/// Lets one owner exceed the budget by `bytes` until it is told 0.
export function setMemoryGrace(bytes: u32): void {
  grace = bytes;
}
let grace: u32 = 0;

/// A block of at least `size` bytes, 16-byte aligned, not cleared; 0 when the budget or the
/// machine's memory is used up.
export function blockAlloc(size: u32): u32 {
  if (size > 0x40000000) return 0;
  const cls = classOf(size);
  const bytes = classSize(cls);
  if (<u64>liveBytes + bytes > <u64>budget + grace) return 0;
  const slot = <u32>freeLists + cls * 4;
  const free = load<u32>(slot);
  if (free !== 0) {
    store<u32>(slot, load<u32>(free));
    liveBytes += bytes;
    return free;
  }
  const end = <u64>top + bytes;
  const have = (<u64>(<u32>memory.size())) << 16;
  if (end > have) {
    const need = <i32>((end - have + 0xffff) >> 16);
    // Each growth costs a mask's time, and pages that are not touched nothing.
    if (memory.grow(max(need, GROWTH)) < 0 && memory.grow(need) < 0) return 0;
  }
  const at = top;
  top = <u32>end;
  liveBytes += bytes;
  return at;
}

export function blockFree(at: u32, size: u32): void {
  if (at === 0) return;
  const cls = classOf(size);
  const slot = <u32>freeLists + cls * 4;
  store<u32>(at, load<u32>(slot));
  store<u32>(slot, at);
  liveBytes -= classSize(cls);
}

// Arena (16 bytes inside its owner):
//   +0 newest chunk   +4 next free byte   +8 end of the newest chunk   +12 bytes in chunks
// Chunk:
//   +0 older chunk    +4 its block size   +8 contents
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
    store<u32>(block, size + 8, 4);
    store<u32>(newest, block);
    store<u32>(arena, load<u32>(arena, 12) + size + 8, 12);
    return block + 8;
  }
  const bytes = max(size + 8, newest === 0 ? FIRST_CHUNK : CHUNK);
  const block = blockAlloc(bytes);
  if (block === 0) return 0;
  store<u32>(block, newest);
  store<u32>(block, bytes, 4);
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
    blockFree(block, load<u32>(block, 4));
    block = older;
  }
  store<u32>(arena, 0);
  store<u32>(arena, 0, 4);
  store<u32>(arena, 0, 8);
  store<u32>(arena, 0, 12);
}
