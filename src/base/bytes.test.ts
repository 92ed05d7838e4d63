import assert from "node:assert/strict";
import { completeUtf8Length, displayBytes, Utf8Stream, utf8Encode } from "./bytes.ts";

describe("completeUtf8Length", () => {
  const check = (bytes: number[], expected: number) =>
    it(`${JSON.stringify(bytes)} → ${expected}`, () =>
      assert.equal(completeUtf8Length(Uint8Array.from(bytes)), expected));
  check([], 0);
  check([0x61], 1);
  check([0x61, 0xe2, 0x82], 1);
  check([0xe2, 0x82, 0xac], 3);
  check([0xf0, 0x9f, 0x98], 0);
  check([0xf0, 0x9f, 0x98, 0x80], 4);
  // A continuation byte with no start can never become a character: it must not be held for ever.
  check([0x80, 0x80, 0x80, 0x80], 4);
});

describe("Utf8Stream", () => {
  it("gives back the text whatever the cuts", () => {
    const text = "a€😀é\u{10FFFF}z";
    const bytes = utf8Encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = new Utf8Stream();
      assert.equal(stream.push(bytes.subarray(0, cut)) + stream.push(bytes.subarray(cut)), text);
      assert.equal(stream.held.length, 0);
    }
  });
});

describe("displayBytes", () => {
  const check = (bytes: number[], expected: string) =>
    it(expected, () => assert.equal(displayBytes(Uint8Array.from(bytes)), expected));
  check([0x61, 0xe2, 0x82, 0xac], "a€");
  check([0x61, 0xe2, 0x82], "a\\xe2\\x82");
  check([0x82, 0xac, 0x62], "\\x82\\xacb");
  check([0xed, 0xa0, 0x80], "\\xed\\xa0\\x80");
  check([0xf0, 0x9f, 0x98, 0x80, 0xff], "😀\\xff");
});
