import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { tokensToBytes } from "../tokenizer/vocabulary.ts";
import { Canonical } from "./canonical.ts";
import { leadsAcross } from "./crossing.ts";
import { allTexts, type ToyBpe, toyBpe } from "./testing/toy-bpe.ts";
import { TokenContext } from "./token-context.ts";

describe("leadsAcross", () => {
  /// Behind every beginning of some text's tokens, for every text that may be known to follow, against all texts.
  const check = (name: string, toy: ToyBpe, alphabet: string, length: number) =>
    it(name, () => {
      const tokenizer = toyBpe(toy);
      const canonical = Canonical.of(tokenizer);
      const after = new Map<string, { tokens: readonly number[]; texts: Set<string> }>();
      const spell = (tokens: readonly number[]) =>
        new TextDecoder().decode(tokensToBytes(tokenizer.vocabulary, tokens));
      for (const text of allTexts(alphabet, length)) {
        const tokens = tokenizer.encode(text);
        for (let n = 0; n <= tokens.length; n++) {
          const beginning = tokens.slice(0, n);
          const key = beginning.join();
          if (!after.has(key)) after.set(key, { tokens: beginning, texts: new Set() });
          const rest = spell(tokens.slice(n));
          for (let end = 0; end <= rest.length; end++) after.get(key)!.texts.add(rest.slice(0, end));
        }
      }
      let refused = 0;
      for (const { tokens, texts } of after.values()) {
        // Texts that are long enough are all there only behind short beginnings.
        if (spell(tokens).length > 2) continue;
        for (const known of allTexts(alphabet, 3)) {
          const leads = leadsAcross(canonical, TokenContext.of(tokens), utf8Encode(known));
          assert.equal(leads, texts.has(known), `${JSON.stringify(spell(tokens))} ${JSON.stringify(known)}`);
          if (!leads) refused++;
        }
      }
      assert.ok(refused > 10);
    });
  const MERGES = [
    ["a", "b"],
    ["b", "c"],
    ["ab", "c"],
    ["c", "a"],
  ] as const;
  check("pure BPE", { alphabet: "abc", merges: MERGES, split: { kind: "none" } }, "abc", 7);
  check(
    "a pre-tokenizer that looks ahead",
    {
      alphabet: "ab ",
      merges: [
        [" ", " "],
        [" ", "a"],
        ["a", "b"],
        [" a", "b"],
      ],
      split: { kind: "gpt2" },
    },
    "ab ",
    7,
  );
});
