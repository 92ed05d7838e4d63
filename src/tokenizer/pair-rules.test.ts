import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { hasBit } from "../base/bitset.ts";
import { BpeEncoder } from "./bpe.ts";
import { loadBuiltInTokenizer } from "./built-in.ts";
import { vocabularyFromTokens } from "./flat-vocabulary.ts";
import { huggingFaceTokenizer } from "./hugging-face.ts";
import { JoinedMerges, ListedMerges } from "./merges.ts";
import type { PairRules } from "./pair-rules.ts";
import { singleByteTokens } from "./ranked-tokenizer.ts";
import { TokenIndex } from "./token-index.ts";
import { type Tokenizer, tokensToBytes } from "./vocabulary.ts";

const LETTERS = "abc";

/// Random merges of letters and what they merged to, and all pairs and longer sequences checked.
const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 14 });

function tokensOf(chosen: readonly (readonly [number, number])[]) {
  const tokens = [...LETTERS];
  const pairs: [number, number, number][] = [];
  for (const [i, j] of chosen) {
    const left = i % tokens.length;
    const right = j % tokens.length;
    const text = tokens[left]! + tokens[right]!;
    if (text.length > 6) continue;
    let target = tokens.indexOf(text);
    if (target < 0) target = tokens.push(text) - 1;
    if (!pairs.some(([a, b]) => a === left && b === right)) pairs.push([left, right, target]);
  }
  return { tokens, pairs };
}

function checkAll(
  tokens: readonly string[],
  encode: (text: string) => readonly number[],
  rules: PairRules,
): number {
  let seen = 0;
  for (let left = 0; left < tokens.length; left++) {
    assert.equal(rules.makes(left), encode(tokens[left]!).length === 1, `${tokens[left]} of ${tokens}`);
    if (!rules.makes(left) || rules.isOdd(left)) continue;
    const refused = rules.refusedAfter(left);
    for (let right = 0; right < tokens.length; right++) {
      if (!rules.makes(right) || rules.isOdd(right)) continue;
      seen++;
      const made = encode(tokens[left]! + tokens[right]!);
      const follows = made.length === 2 && made[0] === left && made[1] === right;
      assert.equal(!hasBit(refused, right), follows, `${tokens[left]}|${tokens[right]} of ${tokens}`);
    }
  }
  return seen;
}

const plain = (rules: PairRules, token: number) => rules.makes(token) && !rules.isOdd(token);

/// Checks the rules of the encoder that joins single bytes by `mergesOf`; tells how many pairs it looked at.
function checkEncoder(
  tokens: readonly string[],
  mergesOf: (index: TokenIndex) => ListedMerges | JoinedMerges,
): number {
  const vocabulary = vocabularyFromTokens(tokens);
  const index = new TokenIndex(vocabulary, () => true);
  const byteTokens = singleByteTokens(index);
  const alphabet = { kind: "bytes", byteTokens } as const;
  const encoder = new BpeEncoder({ index, merges: mergesOf(index), alphabet, wholePieces: false });
  const encode = (text: string) => {
    const out: number[] = [];
    encoder.encode(text, out);
    return out;
  };
  return checkAll(tokens, encode, encoder.pairRules(vocabulary));
}

describe("PairRules", () => {
  it("are what merging does to pairs, by a list of merges", () => {
    let some = 0;
    fc.assert(
      fc.property(picks, (chosen) => {
        const { tokens, pairs } = tokensOf(chosen);
        const column = (n: 0 | 1 | 2) => Int32Array.from(pairs, (pair) => pair[n]);
        some += checkEncoder(tokens, () => new ListedMerges(column(0), column(1), column(2)));
      }),
      { numRuns: 300 },
    );
    assert.ok(some > 5000, `only ${some}`);
  });

  it("are what merging does to pairs, where all pairs merge that join to a token", () => {
    let some = 0;
    const text = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 12 }), (longer) => {
        // By length or not: tokens whose parts come later are what makes it hard.
        const tokens = [...LETTERS, ...longer];
        some += checkEncoder(tokens, (index) => new JoinedMerges(index));
      }),
      { numRuns: 300 },
    );
    assert.ok(some > 5000, `only ${some}`);
  });

  const check = (name: string, load: () => Promise<Tokenizer> | Tokenizer) =>
    it(`hold in ${name}`, async function () {
      this.timeout(60_000);
      const tokenizer = await load();
      const { vocabulary } = tokenizer;
      const rules = tokenizer.pieceRules!()!;
      let allowed = 0;
      let refused = 0;
      let odd = 0;
      for (let token = 0; token < vocabulary.size; token++) if (rules.pairs.isOdd(token)) odd++;
      assert.ok(odd < vocabulary.size / 100, `${odd} odd tokens`);
      for (let i = 0; i < 400; i++) {
        const left = (i * 7919 + 301) % vocabulary.size;
        if (vocabulary.kind(left) !== "normal" || !plain(rules.pairs, left)) continue;
        const row = rules.pairs.refusedAfter(left);
        for (let j = 0; j < 60; j++) {
          const right = (j * 104_729 + i * 31) % vocabulary.size;
          if (vocabulary.kind(right) !== "normal" || !plain(rules.pairs, right)) continue;
          const text = new TextDecoder().decode(tokensToBytes(vocabulary, [left, right]));
          // One piece of whole characters, and none that is taken whole.
          if (text.includes("\ufffd") || rules.pieceEnds!(text).length !== 1) continue;
          const made = tokenizer.encode(text);
          if (made.length === 1 && rules.wholePieces && !rules.pairs.makes(made[0]!)) continue;
          const follows = made.length === 2 && made[0] === left && made[1] === right;
          assert.equal(!hasBit(row, right), follows, `${left} ${right} ${JSON.stringify(text)}: ${made}`);
          if (follows) allowed++;
          else refused++;
        }
      }
      assert.ok(allowed > 300 && refused > 20, `${allowed} allowed, ${refused} refused`);
    });
  check("the bundled vocabulary", () =>
    huggingFaceTokenizer(readFileSync(`${process.env.TOKENSIEVE_ROOT}models/tokenizer.json`, "utf8"), {
      name: "bundled",
    }),
  );
  check("Llama 3's", () => loadBuiltInTokenizer("llama3"));
  check("o200k_base", () => loadBuiltInTokenizer("o200k_base"));
});
