/// Bits packed 32 to a word, least significant first: bit i is `words[i >> 5] >> (i & 31) & 1`.
/// The layout every engine's masks share (XGrammar's token bitmask has the same).
export function bitsetWords(bits: number): number {
  return (bits + 31) >>> 5;
}

export function hasBit(words: Uint32Array, bit: number): boolean {
  return ((words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
}

export function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5]! |= 1 << (bit & 31);
}

export function clearBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5]! &= ~(1 << (bit & 31));
}

export function countBits(words: Uint32Array): number {
  let count = 0;
  for (let w of words) {
    w -= (w >>> 1) & 0x55555555;
    w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
    count += (((w + (w >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/// The indices of set bits, ascending.
export function* setBits(words: Uint32Array): Generator<number> {
  for (let i = 0; i < words.length; i++) {
    let w = words[i]!;
    while (w !== 0) {
      const low = 31 - Math.clz32(w & -w);
      yield i * 32 + low;
      w &= w - 1;
    }
  }
}
