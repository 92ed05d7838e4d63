import assert from "node:assert/strict";
import { knownPattern, SPLIT_PATTERNS, type SplitPatternName, splitStages } from "./split-patterns.ts";
import { type SplitStage, Splitter } from "./splitter.ts";

function pieces(splitter: Splitter, text: string): string[] {
  const out: string[] = [];
  splitter.forEachPiece(text, (piece) => out.push(piece));
  return out;
}

describe("Splitter", () => {
  const check = (behavior: SplitStage["behavior"], pattern: RegExp, text: string, expected: string[]) =>
    it(`${behavior} ${pattern} ${JSON.stringify(text)}`, () =>
      assert.deepEqual(pieces(new Splitter([{ pattern, behavior }]), text), expected));
  check("isolated", /-/gu, "a--b-", ["a", "-", "-", "b", "-"]);
  check("removed", /-/gu, "-a--b", ["a", "b"]);
  check("matches", /-/gu, "-a--b", ["-", "-", "-"]);
  check("merged-with-previous", /-/gu, "-a--b", ["-", "a-", "-", "b"]);
  check("merged-with-next", /-/gu, "-a--b-", ["-a", "-", "-b", "-"]);
  check("contiguous", /-/gu, "-a--b", ["-", "a", "--", "b"]);
  check("isolated", /x*/gu, "😀xxa", ["😀", "xx", "a"]);
  check("isolated", /-/gu, "", []);

  it("rewrites pieces and says which comes first", () => {
    const splitter = new Splitter([
      { pattern: / +/gu, behavior: "removed" },
      { kind: "rewrite", rewrite: (piece, first) => (first ? `^${piece}` : `_${piece}`) },
    ]);
    assert.deepEqual(pieces(splitter, "a b"), ["^a", "_b"]);
    assert.deepEqual(pieces(splitter, " a b"), ["_a", "_b"]);
  });

  it("says that a run is too long instead of failing", () => {
    const splitter = new Splitter(splitStages("o200k"));
    assert.throws(
      () => pieces(splitter, "漢".repeat(12_000_000)),
      (error: { diagnostics: { code: string }[] }) => error.diagnostics[0]!.code === "tokenizer-run-too-long",
    );
  });
});

describe("split patterns", () => {
  const check = (name: SplitPatternName, text: string, expected: string[]) =>
    it(`${name} ${JSON.stringify(text)}`, () =>
      assert.deepEqual(pieces(new Splitter(splitStages(name)), text), expected));
  check("gpt2", "It's  12345!\n\nx", ["It", "'s", " ", " 12345", "!", "\n", "\n", "x"]);
  check("starcoder", "a 12", ["a", " ", "1", "2"]);
  check("llama3", "It'S  12345!\n\nx", ["It", "'S", " ", " ", "123", "45", "!\n\n", "x"]);
  check("qwen2", "x12 y", ["x", "1", "2", " y"]);
  check("cl100k", "a \n\n ", ["a", " \n\n "]);
  check("o200k", "don't HTTPServer //\n", ["don't", " HTTPServer", " //\n"]);
  check("tekken", "aB don't", ["a", "B", " don", "'t"]);
  // White space as Unicode has it, not as JavaScript does.
  check("gpt2", "a\u0085b\ufeffc", ["a", "\u0085", "b", "\ufeff", "c"]);
});

describe("knownPattern", () => {
  const contraction = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
  const rest =
    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const check = (what: string, regex: string, expected: string | undefined) =>
    it(what, () => assert.equal(knownPattern(regex), expected));
  check("as Hugging Face's files write it", `(?i:'s|'t|'re|'ve|'m|'ll|'d)|${rest}`, SPLIT_PATTERNS.llama3[0]);
  check("without inline flags", `${contraction}|${rest}`, SPLIT_PATTERNS.llama3[0]);
  check(
    "as tiktoken writes it",
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
    SPLIT_PATTERNS.cl100k[0],
  );
  check("with its characters spelled out", "[一-龥\u3040-ゟ゠-ヿ]+", SPLIT_PATTERNS["deepseek-v3"][1]);
  check("of somebody else", "\\w+", undefined);
  // Pieces of whole lines have spaces in them.
  check("that allows no cuts", "[^\\n]+|\\n+", undefined);
});
