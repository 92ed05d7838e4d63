// Sets of small numbers, one bit each: words of 32 bits, or of 64, which is the same in memory.

export function setBit(set: u32, i: u32): void {
  const word = set + (i >>> 5) * 4;
  store<u32>(word, load<u32>(word) | (1 << (i & 31)));
}

export function clearBit(set: u32, i: u32): void {
  const word = set + (i >>> 5) * 4;
  store<u32>(word, load<u32>(word) & ~(1 << (i & 31)));
}

export function hasBit(set: u32, i: u32): bool {
  return ((load<u32>(set + (i >>> 5) * 4) >>> (i & 31)) & 1) !== 0;
}

/// The bits of `first` … `last` in the word of 64 bits number `w`, which has some of these.
export function bitsBetween(w: u32, first: u32, last: u32): u64 {
  let bits = ~(<u64>0);
  if (w === first >>> 6) bits <<= first & 63;
  if (w === last >>> 6) bits &= ~(<u64>0) >> (63 - (last & 63));
  return bits;
}
