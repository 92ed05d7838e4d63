import assert from "node:assert/strict";
import { setBits } from "../base/bitset.ts";
import { utf8DecodeLossy } from "../base/bytes.ts";
import { loadBuiltInTokenizer, type Vocabulary, vocabularyFromTokens } from "../tokenizer/index.ts";
import type { TokenOrder } from "./explore-api.ts";
import { tokenOrder } from "./token-order.ts";
import { parseTokenQuery, searchableTokens, searchTokens } from "./token-search.ts";

const vocabulary = vocabularyFromTokens([
  "b",
  "ab",
  Uint8Array.of(0xe2, 0x82),
  "a",
  { special: "<end>" },
  { unused: true },
  "a\n1",
  "abcdefg",
  "abcdeff",
  "12",
]);

function orderOf(vocabulary: Vocabulary): TokenOrder {
  const work = tokenOrder(vocabulary);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe("tokenOrder", () => {
  it("groups by first byte, sorts within, and puts markers and empty ids last", () => {
    const { ids, groups } = orderOf(vocabulary);
    assert.deepEqual([...ids], [9, 3, 6, 1, 8, 7, 0, 2, 4, 5]);
    const filled = [...groups.keys()].filter((g) => groups[g] !== (groups[g + 1] ?? groups[g]));
    assert.deepEqual(filled, [0x31, 0x61, 0x62, 0xe2, 256, 257]);
  });

  it("has every token of a real vocabulary once, in the order of its bytes", async () => {
    const { vocabulary } = await loadBuiltInTokenizer("o200k_base");
    const { ids, groups } = orderOf(vocabulary);
    assert.equal(new Set(ids).size, vocabulary.size);
    for (let i = 1; i < groups[256]!; i++) {
      const [a, b] = [vocabulary.bytes(ids[i - 1]!), vocabulary.bytes(ids[i]!)];
      assert.ok(Buffer.compare(a, b) < 0, `${a} ${b}`);
    }
  });
});

describe("parseTokenQuery", () => {
  const check = (query: string, expected: { id?: number; text?: string }) =>
    it(JSON.stringify(query), () => {
      const { id, bytes } = parseTokenQuery(query);
      assert.deepEqual(
        { id, text: bytes && Buffer.from(bytes).toString("latin1") },
        {
          id: expected.id,
          text: expected.text,
        },
      );
    });
  check("#12", { id: 12 });
  check("12", { id: 12, text: "12" });
  check("0x0aE2", { text: "\n\xe2" });
  check("0x0a e2", { text: "\n\xe2" });
  check("0xa", { text: "0xa" });
  check(" the", { text: " the" });
  check("a\\n\\t\\\\\\x41\\u20ac", { text: "a\n\t\\A\xe2\x82\xac" });
  check("\\q\\", { text: "\\q\\" });
  check("€", { text: "\xe2\x82\xac" });
});

describe("searchTokens", () => {
  const check = (query: string, ...expected: number[]) =>
    it(JSON.stringify(query), () => {
      const { found, count } = searchTokens(searchableTokens(vocabulary), query);
      assert.deepEqual([...setBits(found)], expected);
      assert.equal(count, expected.length);
    });
  check("a", 1, 3, 6, 7, 8);
  check("cde", 7, 8);
  // In the joined bytes it would be found across two tokens.
  check("ba");
  check("12", 9);
  check("#12");
  check("1", 1, 6, 9);
  check("0x82", 2);
  check("\\n", 6);
  check("<end>", 4);
  check("");

  it("finds what a look at every token finds", async () => {
    const { vocabulary } = await loadBuiltInTokenizer("llama3");
    const { found } = searchTokens(searchableTokens(vocabulary), "ing");
    const expected = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) =>
      utf8DecodeLossy(vocabulary.bytes(id)).includes("ing"),
    );
    assert.deepEqual([...setBits(found)], expected);
  });
});
