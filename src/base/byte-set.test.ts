import assert from "node:assert/strict";
import { bitsetWords, setBit } from "./bitset.ts";
import { describeByteSet } from "./byte-set.ts";

function check(bytes: Iterable<number>, expected: string[], limit?: number): void {
  it(expected.join(" ") || "nothing", () => {
    const words = new Uint32Array(bitsetWords(256));
    for (const byte of bytes) setBit(words, byte);
    assert.deepEqual(describeByteSet(words, limit), expected);
  });
}

const chars = (text: string) => [...text].map((c) => c.charCodeAt(0));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("describeByteSet", () => {
  check([], []);
  check(chars('"0123456789\n'), ["newline", '"', "0–9"]);
  check(chars("ab"), ["a", "b"]);
  check(chars("abc}"), ["a–c", "}"]);
  check(range(0x80, 0xff), ["non-ASCII character"]);
  check([0, 0x7f, 0xe2], ["byte 00", "byte 7f", "byte e2"]);
  check(chars("!#%'+-/"), ["!", "#", "5 more"], 3);
});
