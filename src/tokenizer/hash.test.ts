import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { hash128 } from "./hash.ts";

describe("hash128", () => {
  // The reference implementation's values.
  const check = (text: string, expected: string) =>
    it(JSON.stringify(text), () => assert.equal(hash128(utf8Encode(text)), expected));
  check("", "00000000000000000000000000000000");
  check("abc", "75cdc6d1a2b006a5a2b006a5a2b006a5");
  check("The quick brown fox jumps over the lazy dog", "2f1583c3ecee2c675d7bf66ce5e91d2c");

  it("reads a view that starts anywhere", () => {
    const bytes = utf8Encode("xThe quick brown fox jumps over the lazy dog").subarray(1);
    assert.equal(hash128(bytes), "2f1583c3ecee2c675d7bf66ce5e91d2c");
  });
});
