import assert from "node:assert/strict";
import { MARK_HUE_SHIFT, MARK_LEAD, MARK_NEWLINE, MARK_SPECIAL } from "../../protocol/token-panel.ts";
import { pieceEnd, pieceRangeAt, rowPage, tokenizedChunk } from "./chunk.ts";
import { piecesOf } from "./pieces.ts";

const NARROW = { cellWidth: 1, rowWidth: 6, pieceExtra: 0, specialExtra: 0 };

/// A text cut at byte offsets, as if by a tokenizer.
function pieces(text: string, byteStarts: number[], special: number[] = []) {
  return piecesOf(
    text,
    Uint32Array.from(byteStarts, (_, i) => i),
    Uint32Array.from(byteStarts),
    new Set(special),
  );
}

describe("piecesOf", () => {
  const check = (
    text: string,
    byteStarts: number[],
    expected: { units: number[]; leads: number[]; cells: number[] },
  ) =>
    it(`${JSON.stringify(text)} at ${byteStarts}`, () => {
      const { unitStarts, marks, cells } = pieces(text, byteStarts);
      assert.deepEqual([...unitStarts], expected.units);
      assert.deepEqual(
        [...marks].map((mark) => mark & MARK_LEAD),
        expected.leads,
      );
      assert.deepEqual([...cells], expected.cells);
    });
  check("", [], { units: [0], leads: [], cells: [] });
  check("ab cd", [0, 2], { units: [0, 2, 5], leads: [0, 0], cells: [2, 3] });
  check("€", [0], { units: [0, 1], leads: [0], cells: [1] });
  // e2 82 | ac; the first one names the character.
  check("€", [0, 2], { units: [0, 0, 1], leads: [0, 2], cells: [8, 3] });
  // f0 | 9f 98 | 80, then a letter
  check("😀a", [0, 1, 3, 4], { units: [0, 0, 0, 2, 3], leads: [0, 1, 3, 0], cells: [6, 6, 3, 1] });
  // A token that ends a character and starts another: ac e2
  check("€€", [0, 2, 4], { units: [0, 0, 1, 2], leads: [0, 2, 1], cells: [8, 8, 6] });
  // A token without bytes (a prefix space that the text does not have) is drawn as a sign.
  check("a", [0, 0], { units: [0, 0, 1], leads: [0, 0], cells: [1, 1] });
  check("\ud800a", [0, 3], { units: [0, 1, 2], leads: [0, 0], cells: [6, 1] });

  it("marks special tokens and line breaks", () => {
    const { marks } = pieces("<s>\nb", [0, 3, 4], [0]);
    assert.deepEqual(
      [...marks].map((mark) => mark & (MARK_SPECIAL | MARK_NEWLINE)),
      [MARK_SPECIAL, MARK_NEWLINE, 0],
    );
  });

  it("never gives neighbours the same colour", () => {
    const text = "a b\nc\n\n\nd e f g h i j\n".repeat(20);
    const { marks } = pieces(
      text,
      Array.from(text, (_, i) => i),
    );
    for (let i = 1; i < marks.length; i++)
      assert.notEqual(marks[i]! >> MARK_HUE_SHIFT, marks[i - 1]! >> MARK_HUE_SHIFT);
  });

  it("does not believe a tokenizer that leaves text over or goes backwards", () => {
    assert.throws(() => pieces("ab", []), /the tokens end at 0 of 2/);
    assert.throws(() => pieces("abc", [0, 2, 1]), /out of order/);
  });
});

describe("rows", () => {
  /// Rows as text: `|` between pieces of a row, `~` where a row starts inside a piece.
  const check = (text: string, byteStarts: number[], expected: string[]) =>
    it(JSON.stringify(text), () => {
      const chunk = tokenizedChunk(
        text,
        true,
        NARROW,
        Uint32Array.from(byteStarts),
        Uint32Array.from(byteStarts),
        new Set(),
      );
      const bytes = Buffer.from(text);
      const rows: string[] = [];
      const all = rowPage(chunk, 0, 1000);
      for (let row = 0; row < all.to; row++) {
        const page = rowPage(chunk, row, row + 1);
        const [, , from, , , to] = page.starts;
        const cuts = [...page.byteStarts.slice(0, -1)];
        const shown = cuts.map((start, i) =>
          bytes.subarray(Math.max(from!, start), Math.min(to!, page.byteStarts[i + 1]!)).toString("latin1"),
        );
        rows.push((from! > cuts[0]! ? "~" : "") + shown.join("|"));
        // A page brings the text of its pieces.
        assert.equal(page.text, text.slice(page.textFrom, page.textFrom + page.text.length));
      }
      assert.deepEqual(rows, expected);
    });
  check("abc def", [0, 3], ["abc", " def"]);
  check("ab cd", [0, 2], ["ab| cd"]);
  check("a\nb", [0, 1, 2], ["a|\n", "b"]);
  // The sign of a line break never goes to a row of its own.
  check("abcdef\ng", [0, 6, 7], ["abcdef|\n", "g"]);
  check("abcdef\ng", [0, 7], ["abcdef\n", "g"]);
  // What stands before a line break in its token stays with it.
  check("abcd);\ng", [0, 4, 7], ["abcd|);\n", "g"]);
  check("abcde);\ng", [0, 5, 8], ["abcde", ");\n", "g"]);
  // One token of several lines.
  check("a\n\n\nb", [0, 1, 4], ["a|\n", "~\n", "~\n", "b"]);
  check("a\n  b", [0, 1, 4], ["a|\n", "~  |b"]);
  // A token wider than a row starts where it is.
  check("ab0123456789", [0, 2], ["ab|0123", "~456789"]);
  check("0123456789\n", [0], ["012345", "~6789\n"]);
  // The tokens of one character stay on one row: c2 | a0 takes six cells.
  check("a\u00a0", [0, 1, 2], ["a", "\xc2|\xa0"]);
});

describe("pieceRangeAt", () => {
  const text = "a€b";
  const chunk = tokenizedChunk(
    text,
    true,
    NARROW,
    Uint32Array.of(1, 2, 3),
    Uint32Array.of(0, 3, 4),
    new Set(),
  );
  const check = (unit: number, from: number, to: number) =>
    it(`${unit} → ${from}–${to}`, () => assert.deepEqual(pieceRangeAt(chunk, unit), { from, to }));
  // a e2 82 | ac | b
  check(0, 0, 2);
  check(1, 1, 2);
  check(2, 2, 3);
  it("ends where its last character ends", () => {
    assert.deepEqual(
      [0, 1, 2].map((piece) => pieceEnd(chunk, piece)),
      [2, 2, 3],
    );
  });
});
