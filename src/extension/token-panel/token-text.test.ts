import assert from "node:assert/strict";
import fc from "fast-check";
import {
  builtInTokenizerNames,
  loadBuiltInTokenizer,
  type Tokenizer,
  tokenizePieces,
} from "../../tokenizer/index.ts";
import { textByteStarts } from "./text-bytes.ts";
import { TokenText } from "./token-text.ts";

const LAYOUT = { cellWidth: 8, rowWidth: 300, pieceExtra: 3, specialExtra: 0 };

function run<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function textOf(initial: string, cutsAtWords: boolean): TokenText {
  const text = new TokenText(cutsAtWords, LAYOUT);
  // As a document arrives: in parts that know nothing of chunks.
  for (let at = 0; at < initial.length; at += 30_000) run(text.append(initial.slice(at, at + 30_000)));
  text.finish();
  return text;
}

/// Tokenizes what is not tokenized yet; returns how many UTF-16 units that took.
function settle(text: TokenText, tokenizer: Tokenizer): number {
  let units = 0;
  for (;;) {
    const index = text.chunks.findIndex((chunk) => !chunk.tokenized);
    if (index < 0) return units;
    const group = text.groupAt(index);
    units += group.text.length;
    run(text.accept(group, tokenizePieces(tokenizer, group.text)));
  }
}

const wholeText = (text: TokenText) => text.chunks.map((chunk) => chunk.text).join("");
const allIds = (text: TokenText) => text.chunks.flatMap((chunk) => [...chunk.pieces.ids]);

const words = fc.constantFrom(
  "const ",
  "value",
  " = ",
  "foo(bar)",
  ";\n",
  "\n\n",
  "  ",
  "\t",
  "\r\n",
  "1234567",
  "é€",
  "😀",
  "日本語",
  "'s",
  "don't",
  " the",
  "/",
  "```\n",
  "_x",
  "…",
);
const prose = (minLength: number, maxLength: number) =>
  fc.array(words, { minLength, maxLength }).map((list) => list.join(""));

describe("TokenText", () => {
  for (const name of builtInTokenizerNames)
    for (const cutsAtWords of [true, false])
      it(`${name}, ${cutsAtWords ? "in parts" : "whole"}: the tokens of the text, whatever was edited`, async function () {
        this.timeout(120_000);
        const tokenizer = await loadBuiltInTokenizer(name);
        const edit = fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          remove: fc.nat(40),
          text: prose(0, 8),
        });
        const hugeEdit = fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          remove: fc.nat(90_000),
          text: prose(0, 8),
        });
        fc.assert(
          fc.property(
            prose(60, 200),
            fc.array(fc.oneof({ weight: 4, arbitrary: edit }, hugeEdit), { maxLength: 6 }),
            (paragraph, edits) => {
              let expected = paragraph.repeat(Math.ceil(80_000 / paragraph.length));
              const text = textOf(expected, cutsAtWords);
              settle(text, tokenizer);
              for (const { at, remove, text: inserted } of edits) {
                const from = Math.floor(at * expected.length);
                const to = Math.min(expected.length, from + remove);
                expected = expected.slice(0, from) + inserted + expected.slice(to);
                text.edit(from, to, inserted);
                settle(text, tokenizer);
              }
              assert.equal(wholeText(text), expected);
              // Cut surrogate pairs become U+FFFD one by one in a part as in the whole.
              assert.deepEqual(allIds(text), tokenizer.encode(expected));
              const { units, tokens, bytes, characters, pendingUnits } = text.totals();
              assert.deepEqual(
                { units, tokens, bytes, characters, pendingUnits },
                {
                  units: expected.length,
                  tokens: allIds(text).length,
                  bytes: Buffer.byteLength(expected),
                  characters: [...expected].length,
                  pendingUnits: 0,
                },
              );
            },
          ),
          { numRuns: 15 },
        );
      });

  it("asks again only for what an edit touched", async () => {
    const tokenizer = await loadBuiltInTokenizer("cl100k_base");
    const text = textOf("const value = 1;\n".repeat(60_000), true);
    settle(text, tokenizer);
    text.edit(500_000, 500_000, "x");
    const asked = settle(text, tokenizer);
    assert.ok(asked < 60_000, `${asked} units`);
    assert.ok(text.chunks.length > 20);
  });

  it("keeps chunks that came out the same when the whole text was asked for", async () => {
    const tokenizer = await loadBuiltInTokenizer("cl100k_base");
    const text = textOf("const value = 1;\n".repeat(10_000), false);
    settle(text, tokenizer);
    const before = new Set(text.chunks);
    text.edit(100_000, 100_000, "x");
    settle(text, tokenizer);
    const changed = text.chunks.filter((chunk) => !before.has(chunk)).length;
    assert.ok(changed <= 3, `${changed} of ${text.chunks.length}`);
  });

  it("does not take tokens for a text that has changed meanwhile", async () => {
    const tokenizer = await loadBuiltInTokenizer("cl100k_base");
    const text = textOf("one two three", true);
    const group = text.groupAt(0);
    const work = text.accept(group, tokenizePieces(tokenizer, group.text));
    text.edit(0, 3, "four");
    run(work);
    assert.equal(wholeText(text), "four two three");
    assert.equal(text.totals().tokens, 0);
  });

  it("lays all out anew, chunks that come meanwhile too", async () => {
    const text = textOf("const value = 1;\n".repeat(20_000), true);
    const layout = { ...LAYOUT, rowWidth: 80 };
    const work = text.relayout(layout);
    for (let i = 0; i < 3; i++) work.next();
    text.edit(10, 10, "x");
    run(work);
    assert.ok(text.chunks.every((chunk) => chunk.layout === layout));
  });
});

describe("textByteStarts", () => {
  /// `tokens`: own bytes, UTF-16 start, starts inside a character.
  const check = (
    title: string,
    text: string,
    tokens: [bytes: number, start: number, inside: boolean][],
    expected: number[],
  ) =>
    it(title, () => {
      const byteStarts = [0];
      for (const [bytes] of tokens) byteStarts.push(byteStarts[byteStarts.length - 1]! + bytes);
      const starts = run(
        textByteStarts(text, {
          ids: Uint32Array.from(tokens, () => 0),
          byteStarts: Uint32Array.from(byteStarts),
          textStarts: Uint32Array.from(tokens, ([, start]) => start),
          flags: Uint8Array.from(tokens, ([, , inside]) => (inside ? 1 : 0)),
          lossless: false,
        }),
      );
      assert.deepEqual([...starts], expected);
    });
  check(
    "a prefix space that the text does not have",
    "ab",
    [
      [1, 0, false],
      [2, 0, false],
    ],
    [0, 0],
  );
  check(
    "bytes of a character after a prefix space",
    "a€b",
    [
      [2, 0, false],
      [1, 1, false],
      [2, 1, true],
      [1, 2, false],
    ],
    [0, 1, 2, 4],
  );
  check(
    "a character that became a longer one",
    "ﬁé!",
    [
      [2, 0, false],
      [1, 1, false],
      [1, 1, true],
      [1, 2, false],
    ],
    [0, 3, 4, 5],
  );
});
