import assert from "node:assert/strict";
import { type CutText, cutEnd, cutStart } from "./truncate.ts";

/// A token for every two code units.
const encode = (text: string) => Array.from({ length: Math.ceil(text.length / 2) }, (_, i) => i);

function check(
  cut: (encode: (text: string) => readonly number[], text: string, room: number) => CutText,
  kept: (text: string, dropped: number) => string,
) {
  return (text: string, room: number, expected: string) =>
    it(`${JSON.stringify(text)} to ${room} tokens`, () => {
      const { tokens, dropped } = cut(encode, text, room);
      assert.equal(kept(text, dropped), expected);
      assert.deepEqual(tokens, encode(expected));
      assert.ok(tokens.length <= Math.max(0, room));
    });
}

describe("cutStart", () => {
  const start = check(cutStart, (text, dropped) => text.slice(dropped));
  start("abcdef", 3, "abcdef");
  start("abcdef", 0, "");
  start("", 5, "");
  // In steps of the room.
  start("abcdefgh", 3, "defgh");
  start("abcdefghijkl", 4, "efghijkl");
  // From the start of a line.
  start("ab\ncd\nefgh", 4, "efgh");
  start("abc\ndefgh\n", 4, "defgh\n");
  // Characters stay whole.
  start("abc😀def", 2, "def");

  it("moves in steps while the text grows at its end", () => {
    const starts = new Set<number>();
    let text = "x".repeat(400);
    for (let i = 0; i < 100; i++) {
      text += "y";
      starts.add(cutStart(encode, text, 100).dropped);
    }
    assert.deepEqual([...starts], [300, 400].slice(0, starts.size));
  });
});

describe("cutEnd", () => {
  const end = check(cutEnd, (text, dropped) => text.slice(0, text.length - dropped));
  end("abcdef", 3, "abcdef");
  end("abcdef", 0, "");
  end("abcdefgh", 3, "abcdef");
  end("abcd\nefgh\nij", 4, "abcd\n");
  end("ab\ncdefghij", 4, "ab\ncdef");
  end("abc😀def", 2, "abc");
});
