import assert from "node:assert/strict";
import { vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { CoverStream } from "./cover-stream.ts";
import { firstBytes, totalVariation } from "./first-bytes.ts";
import { hashedModel, longestMatch } from "./testing/toy-model.ts";
import { TokenContext } from "./token-context.ts";

const vocabulary = vocabularyFromTokens([
  "a",
  "b",
  "ab",
  "ba",
  "bb",
  "€",
  { special: "</s>" },
  { unused: true },
]);

describe("firstBytes", () => {
  it("adds tokens up by their first byte, and what is no text as the end", async () => {
    const model = hashedModel(longestMatch(vocabulary), 5);
    const bytes = new ByteModel(model);
    const [next] = await bytes.evaluate([TokenContext.of([0, 2])]);
    const p = model.probabilities([0, 2]);
    const found = firstBytes(bytes.order, next!);
    const expected = new Map([
      [0x61, p[0]! + p[2]!],
      [0x62, p[1]! + p[3]! + p[4]!],
      [0xe2, p[5]!],
    ]);
    for (let byte = 0; byte < 256; byte++)
      assert.ok(Math.abs(found.bytes[byte]! - (expected.get(byte) ?? 0)) < 1e-12, `${byte}`);
    assert.ok(Math.abs(found.stop - (p[6]! + p[7]!)) < 1e-12);
  });

  it("is the exact distribution of an empty text, and another one inside of a token", async () => {
    const bytes = new ByteModel(hashedModel(longestMatch(vocabulary), 7));
    const naive = async (tokens: number[]) =>
      firstBytes(bytes.order, (await bytes.evaluate([TokenContext.of(tokens)]))[0]!);
    const stream = CoverStream.open(bytes, [], { kind: "all", minShare: 0 });
    assert.ok(totalVariation(await naive([]), await stream.next()) < 1e-12);
    await stream.advance(Uint8Array.of(0x61));
    // "a" may be the beginning of "ab".
    assert.ok(totalVariation(await naive([0]), await stream.next()) > 0.01);
  });
});

describe("totalVariation", () => {
  const of = (a: number, b: number, stop: number) => {
    const bytes = new Float64Array(256);
    bytes[0x61] = a;
    bytes[0x62] = b;
    return { bytes, stop };
  };
  const check = (a: ReturnType<typeof of>, b: ReturnType<typeof of>, expected: number) =>
    it(`${expected}`, () => {
      assert.ok(Math.abs(totalVariation(a, b) - expected) < 1e-12);
      assert.equal(totalVariation(a, b), totalVariation(b, a));
    });
  check(of(0.5, 0.5, 0), of(0.5, 0, 0.5), 0.5);
  check(of(0.2, 0.3, 0.5), of(0.2, 0.3, 0.5), 0);
  check(of(1, 0, 0), of(0, 0, 1), 1);
  check(of(0.6, 0.4, 0), of(0.5, 0.5, 0), 0.1);
});
