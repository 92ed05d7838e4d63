import assert from "node:assert/strict";
import { escapeText, glyphCells, glyphOf, isMark, spacedHex } from "./glyphs.ts";

describe("glyphOf", () => {
  const check = (char: string, kind: string, text: string, cells: number) =>
    it(`U+${char.codePointAt(0)!.toString(16)} → ${text}`, () => {
      assert.deepEqual(glyphOf(char.codePointAt(0)!), { kind, text, cells });
      // Twice: the second answer comes from the table.
      assert.equal(glyphCells(char.codePointAt(0)!), cells);
      assert.equal(glyphCells(char.codePointAt(0)!), cells);
    });
  check("a", "text", "a", 1);
  check("é", "text", "é", 1);
  check("語", "text", "語", 2);
  check("😀", "text", "😀", 2);
  check("─", "text", "─", 1);
  check(" ", "space", "·", 1);
  check("\t", "tab", "→\u2002", 2);
  check("\n", "newline", "⏎", 2);
  check("\r", "escape", "\\r", 2);
  check("\0", "escape", "\\x00", 4);
  check("\u007f", "escape", "\\x7f", 4);
  check("\u00a0", "escape", "\\u00a0", 6);
  check("\u200b", "escape", "\\u200b", 6);
  check("\u202e", "escape", "\\u202e", 6);
  check("\ufeff", "escape", "\\ufeff", 6);
  check("\ufe0f", "escape", "\\ufe0f", 6);
  check("\u3000", "escape", "\\u3000", 6);
  check("\u3164", "escape", "\\u3164", 6);
  check("\ud800", "escape", "\\ud800", 6);
  // A replacement character in the text is named, so that none is ever drawn.
  check("\ufffd", "escape", "\\ufffd", 6);
  check("\u{e0001}", "escape", "\\u{e0001}", 9);
});

describe("escapeText", () => {
  const check = (text: string, expected: string) =>
    it(expected, () => assert.equal(escapeText(text), expected));
  check(' a\tb\r\n"\\', ' a\\tb\\r\\n\\"\\\\');
  check("x\u00a0😀\u{200d}", "x\\u00a0😀\\u200d");
});

it("knows combining marks and writes hex with spaces", () => {
  assert.ok(isMark(0x301));
  assert.ok(!isMark(0x61));
  assert.equal(spacedHex(Uint8Array.of(0xe2, 0x82, 0x0a)), "e2 82 0a");
});
