import assert from "node:assert/strict";
import { utf8DecodeLossy, utf8Encode } from "../../../src/base/bytes.ts";
import { SuffixMatcher } from "../../../src/decoding/index.ts";
import { XGrammarEngine } from "../../../src/engine/index.ts";
import { vocabularyFromTokens } from "../../../src/tokenizer/index.ts";
import { xgrammarWorkerUrl } from "../../support/xgrammar-worker.ts";

describe("SuffixMatcher", () => {
  const vocabulary = vocabularyFromTokens([..."abcdefghijklmnopqrstuvwxyz", { special: "</s>" }]);
  let engine: XGrammarEngine;
  before(async () => {
    engine = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
  });
  after(() => engine.dispose());

  /// After `prefix`, before `suffix`: what is forced, and whether the text may end here.
  const check = (ebnf: string, prefix: string, suffix: string, forced: string, accepting: boolean) =>
    it(`${ebnf} after ${prefix} before ${suffix}`, async () => {
      const compiled = await engine.compile({ kind: "ebnf", text: ebnf }, vocabulary);
      if (!compiled.ok) throw new Error(compiled.diagnostics[0]!.message);
      const base = compiled.grammar.createMatcher();
      base.acceptBytes(utf8Encode(prefix));
      const steps = base.steps;
      const matcher = new SuffixMatcher(base, utf8Encode(suffix), vocabulary.stopTokens);
      assert.equal(utf8DecodeLossy(matcher.forcedBytes()), forced);
      assert.equal(matcher.isAccepting(), accepting);
      assert.equal(base.steps, steps);
      base.dispose();
      compiled.grammar.dispose();
    });
  check('root ::= "truest"', "t", "", "ruest", false);
  check('root ::= "truest"', "tru", "est", "", true);
  check('root ::= "truest"', "t", "est", "ru", false);
  check('root ::= "truest"', "t", "t", "rues", false);
  check('root ::= "truest"', "t", "x", "ruest", false);
  check('root ::= "abab"', "a", "ab", "b", false);
});
