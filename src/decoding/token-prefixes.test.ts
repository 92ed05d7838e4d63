import assert from "node:assert/strict";
import fc from "fast-check";
import { vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { TokenPrefixes } from "./token-prefixes.ts";

const bytes = fc.uint8Array({ maxLength: 9, max: 3 });

describe("TokenPrefixes", () => {
  it("finds what a look at every token finds", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 60 }), bytes, (tokens, prefix) => {
        const vocabulary = vocabularyFromTokens([...tokens, { special: "\u0001" }]);
        const prefixes = TokenPrefixes.of(vocabulary);
        const starting = tokens.flatMap((token, id) =>
          token.length > 0 && prefix.every((byte, i) => token[i] === byte) ? [id] : [],
        );
        const found = (ids: Int32Array) => [...ids].sort((a, b) => a - b);
        if (prefix.length > 0) {
          const equal = starting.filter((id) => tokens[id]!.length === prefix.length);
          assert.deepEqual(found(prefixes.equal(prefix)), equal);
        }
        const longer = starting.filter((id) => tokens[id]!.length > prefix.length);
        assert.deepEqual(found(prefixes.longer(prefix)), longer);
        const rest = (id: number) => tokens[id]!.slice(prefix.length).join();
        const ends = [...prefixes.longer(prefix)].map((id) => tokens.findIndex((t) => t.join() === rest(id)));
        const extensions = prefixes.extensions(prefix);
        assert.deepEqual([...extensions.tokens], [...prefixes.longer(prefix)]);
        assert.deepEqual([...extensions.ends], ends);
        assert.equal(extensions.unnamed, ends.filter((end) => end < 0).length);
        assert.equal(prefixes.longest, Math.max(0, ...tokens.map((token) => token.length)));
      }),
      { numRuns: 2000 },
    );
  });
});
