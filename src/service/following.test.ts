import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords, hasBit } from "../base/bitset.ts";
import { utf8Encode } from "../base/bytes.ts";
import { SuffixMatcher } from "../decoding/index.ts";
import { type CompiledGrammar, KernelEngine } from "../engine/index.ts";
import { byteVocabulary } from "./byte-vocabulary.ts";
import { PrefixMatcher } from "./prefix-matcher.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
const STOP = 256;

async function compile(text: string): Promise<CompiledGrammar> {
  const result = await new KernelEngine({ wasm }).compile({ kind: "ebnf", text }, byteVocabulary());
  assert.ok(result.ok);
  return result.grammar;
}

/// A list of numbers in brackets.
const LIST = 'root ::= "[" (number ("," number)*)? "]"\nnumber ::= [0-9]+\n';

describe("PrefixMatcher", () => {
  it("reads a document wherever the cursor goes, as if from the beginning", async () => {
    const follower = new PrefixMatcher(await compile(LIST));
    const long = `[${"12345,".repeat(1000)}`;
    for (const prefix of ["[", "[1", "[12,3", "[12,", long, `${long}7`, `${long}7]`, "[9", ""]) {
      assert.equal(follower.moveTo(utf8Encode(prefix)), undefined, prefix.slice(-10));
      const fresh = follower.grammar.createMatcher();
      fresh.acceptBytes(utf8Encode(prefix));
      assert.deepEqual(follower.matcher.allowedBytes(), fresh.allowedBytes());
    }
  });

  it("takes back what a generation went on with", async () => {
    const follower = new PrefixMatcher(await compile(LIST));
    follower.moveTo(utf8Encode("[1"));
    follower.matcher.acceptBytes(utf8Encode(",22"));
    follower.matcher.acceptToken("]".charCodeAt(0));
    follower.moveTo(utf8Encode("[1,"));
    assert.equal(follower.matcher.acceptBytes(utf8Encode("]")), 0);
    assert.equal(follower.matcher.acceptBytes(utf8Encode("5]")), 2);
  });

  it("says where a document leaves the grammar, and goes on from a better one", async () => {
    const follower = new PrefixMatcher(await compile('root ::= "é" [a-c]+'));
    const violation = follower.moveTo(utf8Encode("éabx"));
    assert.deepEqual(violation, { byteOffset: 4, offset: 3, expected: ["a–c", "end of text"] });
    assert.equal(follower.moveTo(utf8Encode("éabc")), undefined);
  });
});

describe("SuffixMatcher", () => {
  const stopAllowed = (matcher: SuffixMatcher) => {
    const mask = new Uint32Array(bitsetWords(byteVocabulary().size));
    matcher.fillTokenMask(mask);
    return hasBit(mask, STOP);
  };
  const check = (prefix: string, suffix: string, expected: boolean) =>
    it(`${prefix} | ${suffix}: ${expected ? "may" : "may not"} stop`, async () => {
      const base = (await compile(LIST)).createMatcher();
      base.acceptBytes(utf8Encode(prefix));
      const matcher = new SuffixMatcher(base, utf8Encode(suffix), [STOP]);
      assert.equal(stopAllowed(matcher), expected);
      assert.equal(matcher.isAccepting(), expected);
      // Asking changes nothing.
      assert.equal(base.acceptBytes(utf8Encode("1")), prefix.endsWith("]") ? 0 : 1);
    });
  check("[1", "]", true);
  check("[1", ",2]", true);
  check("[1,", "2]", true);
  check("[1,", "]", false);
  check("[1]", "", true);
  check("[1]", "]", false);
  check("[1", "", false);
  check("[1", ",2", false);
});
