import assert from "node:assert/strict";
import { type BytesOfText, byteAt, bytesOfText, characterAt } from "./shown-text.ts";

const active = (length: number) => ({
  document: "file:///a.ts",
  name: "a.ts",
  version: 1,
  length,
  selection: { from: 0, to: 0 },
  firstLine: 1,
  lastLine: 1,
});
const part = { scope: "window", from: 0, to: 0, contextFrom: 0, isCut: false } as const;
const make = (context: string, text: string, before?: BytesOfText) => {
  const from = context.length;
  const to = from + text.length;
  return bytesOfText(1, active(to), part, "a.ts", { context, text, from, to }, before);
};
/// A text of which so many surprises are known: 1, 2, 3….
const scored = (context: string, text: string, known: number) => {
  const made = make(context, text);
  made.known = known;
  for (let i = 0; i < known; i++) made.surprises[i] = i + 1;
  return made;
};

describe("bytesOfText", () => {
  const check = (name: string, before: BytesOfText, context: string, text: string, known: number) =>
    it(name, () => {
      const made = make(context, text, before);
      assert.equal(made.known, known);
      assert.deepEqual(
        [...made.surprises.subarray(0, known)],
        Array.from({ length: known }, (_, i) => i + 1),
      );
    });
  check("keeps what is known before an edit", scored("é", "abcdef", 6), "é", "abcXdef", 3);
  check("and no more than was known", scored("é", "abcdef", 2), "é", "abcXdef", 2);
  check("all, where text was appended", scored("é", "abc", 3), "é", "abcd", 3);
  check("all that is left, where it was cut", scored("é", "abcdef", 6), "é", "abc", 3);
  check("nothing, where the context is another", scored("é", "abc", 3), "e", "abc", 0);
  check("nor where it changed", scored("xy", "abc", 3), "xz", "abc", 0);

  it("has nothing of another document", () => {
    const before = { ...scored("", "abc", 3), document: "file:///b.ts" };
    assert.equal(make("", "abc", before).known, 0);
  });
});

describe("places of a text", () => {
  const text = make("12", "aé😀b");
  const check = (offset: number, byte: number) =>
    it(`UTF-16 ${offset} is byte ${byte}`, () => assert.equal(byteAt(text, offset), byte));
  check(0, 0);
  check(2, 0);
  check(3, 1);
  check(4, 3);
  check(6, 7);
  check(7, 8);
  check(99, 8);
  const checkCharacter = (byte: number, from: number, to: number) =>
    it(`byte ${byte} is of the character at ${from}`, () =>
      assert.deepEqual(characterAt(text, byte), { from, to }));
  checkCharacter(0, 2, 3);
  checkCharacter(2, 3, 4);
  checkCharacter(3, 4, 6);
  checkCharacter(6, 4, 6);
  checkCharacter(7, 6, 7);
  checkCharacter(8, 7, 7);
});
