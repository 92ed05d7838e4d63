const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function finish(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/// A 128-bit content hash as 32 hex digits: MurmurHash3 x86_128. Equal bytes give equal hashes on
/// every machine and release. Not for secrets: an adversary can make collisions.
///
/// `hash128(utf8Encode(""))` is `"00000000000000000000000000000000"`.
export function hash128(bytes: Uint8Array, seed = 0): string {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const n = bytes.length;
  const blocks = n - (n % 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, n);
  for (let i = 0; i < blocks; i += 16) {
    h1 ^= Math.imul(rotate(Math.imul(view.getInt32(i, true), C1), 15), C2);
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 4, true), C2), 16), C3);
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 8, true), C3), 17), C4);
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 12, true), C4), 18), C1);
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }

  // The last 1 to 15 bytes, padded with zeros: a word of zeros changes nothing.
  const tail = new DataView(new ArrayBuffer(16));
  for (let i = blocks; i < n; i++) tail.setUint8(i - blocks, bytes[i]!);
  h4 ^= Math.imul(rotate(Math.imul(tail.getInt32(12, true), C4), 18), C1);
  h3 ^= Math.imul(rotate(Math.imul(tail.getInt32(8, true), C3), 17), C4);
  h2 ^= Math.imul(rotate(Math.imul(tail.getInt32(4, true), C2), 16), C3);
  h1 ^= Math.imul(rotate(Math.imul(tail.getInt32(0, true), C1), 15), C2);

  h1 ^= n;
  h2 ^= n;
  h3 ^= n;
  h4 ^= n;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  return [h1, h2, h3, h4].map((h) => (h >>> 0).toString(16).padStart(8, "0")).join("");
}
