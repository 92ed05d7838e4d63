// GPT-2's byte-level alphabet: a printable character for every byte, so that vocabularies fit JSON.
// Printable Latin-1 bytes stand for themselves; the 68 others are U+0100 onwards, in order.
const CHARACTER_OF_BYTE: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, b) => {
    const printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    return String.fromCharCode(printable ? b : next++);
  });
})();

const BYTE_OF_CODE = new Int16Array(0x200).fill(-1);
CHARACTER_OF_BYTE.forEach((character, b) => {
  BYTE_OF_CODE[character.charCodeAt(0)] = b;
});

/// The character that stands for a byte in a byte-level vocabulary: `byteCharacter(0x20)` is `"Ġ"`.
export function byteCharacter(byte: number): string {
  return CHARACTER_OF_BYTE[byte]!;
}

/// Writes the bytes that a byte-level vocabulary entry stands for at `at` and returns the end, or -1
/// if it holds a character that stands for no byte: `"Ġa"` is 0x20 0x61.
export function writeByteLevel(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const byte = BYTE_OF_CODE[text.charCodeAt(i)] ?? -1;
    if (byte < 0) return -1;
    target[at + i] = byte;
  }
  return at + text.length;
}

/// The byte of a byte-fallback token: `"<0xE2>"` is 0xe2; `undefined` for any other text.
export function fallbackByte(text: string): number | undefined {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(text) ? Number.parseInt(text.slice(3, 5), 16) : undefined;
}
