import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { byteLabel, pendingBytes } from "./byte-labels.ts";

describe("byteLabel", () => {
  const check = (byte: number, pending: number[], expected: string) =>
    it(`${pending.join(" ")} ${byte.toString(16)}`, () => {
      const { kind, text, name } = byteLabel(byte, Uint8Array.from(pending));
      assert.equal(`${kind} ${text} ${name}`, expected);
    });
  check(0x61, [], "text a a");
  check(0x20, [], "space · space");
  check(0x0a, [], "newline ⏎ line feed");
  check(0x0d, [], "escape \\r carriage return");
  check(0x00, [], "escape \\x00 \\x00");
  check(0xac, [0xe2, 0x82], "text € €");
  check(0xa9, [0xc3], "text é é");
  check(0xe2, [], "hex e2… e2, begins U+2000–U+2FFF");
  check(0xe0, [], "hex e0… e0, begins U+0800–U+0FFF");
  check(0xf4, [], "hex f4… f4, begins U+100000–U+10FFFF");
  check(0xc2, [], "hex c2… c2, begins U+0080–U+00BF");
  check(0x82, [0xe2], "hex …82 82");
  check(0x82, [], "hex 82 82");
  check(0xff, [], "hex ff ff");
  check(0x61, [0xe2, 0x82], "text a a");
});

describe("pendingBytes", () => {
  const check = (bytes: Uint8Array, expected: number[]) =>
    it(`${[...bytes]}`, () => assert.deepEqual([...pendingBytes(bytes)], expected));
  check(utf8Encode("a€"), []);
  check(utf8Encode("a€").subarray(0, 3), [0xe2, 0x82]);
  check(new Uint8Array(0), []);
});
