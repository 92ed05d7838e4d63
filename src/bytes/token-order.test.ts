import assert from "node:assert/strict";
import fc from "fast-check";
import { vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { TokenOrder } from "./token-order.ts";

const bytes = fc.uint8Array({ maxLength: 6, max: 3 });

describe("TokenOrder", () => {
  it("has tokens in the order of their bytes, and finds those that begin alike", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 120 }), bytes, (tokens, prefix) => {
        const order = TokenOrder.of(vocabularyFromTokens([...tokens, { special: "</s>" }, { unused: true }]));
        const key = (id: number) => [...tokens[id]!].map((b) => String.fromCharCode(b + 1)).join("");
        const sorted = tokens
          .map((_, id) => id)
          .filter((id) => tokens[id]!.length > 0)
          .sort((a, b) => (key(a) === key(b) ? a - b : key(a) < key(b) ? -1 : 1));
        assert.deepEqual([...order.ids], sorted);
        for (let place = 0; place < order.size; place++) {
          assert.deepEqual([...order.bytesAt(place)], [...tokens[order.ids[place]!]!]);
        }
        const { from, to } = order.beginningWith(prefix);
        const longer = sorted.filter(
          (id) => tokens[id]!.length > prefix.length && prefix.every((b, i) => tokens[id]![i] === b),
        );
        assert.deepEqual([...order.ids.subarray(from, to)], longer);
        assert.equal(order.longest, Math.max(0, ...tokens.map((token) => token.length)));
        assert.equal(order.others.length, tokens.length + 2 - order.size);
      }),
      { numRuns: 300 },
    );
  });
});
