import assert from "node:assert/strict";
import { LETTERS } from "../../test/support/toy-tokenizers.ts";
import { utf8Encode } from "../base/bytes.ts";
import { ByteModel, CoverStream } from "../bytes/index.ts";
import { hashedModel } from "../bytes/testing/toy-model.ts";
import type { EnsembleMethod } from "./ensemble-api.ts";
import { fitWeights } from "./ensemble-fit.ts";

describe("fitWeights", () => {
  const [stop] = LETTERS.vocabulary.stopTokens;
  const members = () =>
    [1, 2].map((seed) => ({
      name: `${seed}`,
      source: CoverStream.open(new ByteModel(hashedModel(LETTERS, seed)), [stop!], {
        kind: "canonical",
        maxUnchecked: 0,
      }),
    }));
  const check = (method: EnsembleMethod, text: string, most: number, expected: number) =>
    it(`${method}: ${text.length} bytes, ${most} at most`, async () => {
      const { weights, every } = await fitWeights(members(), method, utf8Encode(text), undefined, most);
      assert.equal(every, expected);
      assert.ok(weights.loss <= Math.min(...weights.alone) + 1e-9);
    });
  check("product", "abcabbcaab", 10, 1);
  check("product", "abcabbcaabc", 10, 2);
  check("fusion", "abcabbcaabcc", 4, 3);
  // A mixture takes one number of each byte.
  check("mixture", "abcabbcaabc", 4, 1);
});
