import assert from "node:assert/strict";
import { bitsetWords, setBit } from "../../base/bitset.ts";
import { GROUPS, SPECIAL_GROUP, type TokenFilter } from "../../protocol/mask-explorer.ts";
import { byteSegments } from "./byte-segments.ts";
import { countFilters, ListRows, listTokens } from "./token-index.ts";

const SIZE = 40;
const A = 0x61;
const B = 0x62;
const bits = (...ids: number[]) => {
  const set = new Uint32Array(bitsetWords(SIZE));
  for (const id of ids) setBit(set, id);
  return set;
};

/// Ids 0 … 9 begin with `b`, 10 … 38 with `a`; 39 is special.
const groups = new Uint32Array(GROUPS + 1);
for (let g = 0; g <= GROUPS; g++) groups[g] = g <= A ? 0 : g <= B ? 29 : g <= SPECIAL_GROUP ? 39 : 40;
const order = {
  vocabulary: "test",
  ids: Uint32Array.from([
    ...Array.from({ length: 29 }, (_, i) => 10 + i),
    ...Array.from({ length: 10 }, (_, i) => i),
    39,
  ]),
  groups,
};
const mask = bits(3, 4, 12, 39);
const dependent = bits(4, 5);

describe("listTokens", () => {
  const check = (filter: TokenFilter, found: Uint32Array | undefined, expected: string) =>
    it(`${filter}${found ? ", searched" : ""}: ${expected}`, () => {
      const { ids, groups, starts } = listTokens(order, { filter, mask, dependent, found });
      const parts = [...groups].map((g, i) => `${g}: ${ids.subarray(starts[i], starts[i + 1]).join(" ")}`);
      assert.equal(parts.join(", "), expected);
      assert.equal(ids.length, countFilters(order, { mask, dependent, found })[filter]);
    });
  check("allowed", undefined, "97: 12, 98: 3 4, 256: 39");
  check("dependent", undefined, "98: 4 5");
  check("rejected", bits(2, 3, 20), "97: 20, 98: 2");
  check("all", bits(39, 4), "98: 4, 256: 39");
  check("allowed", bits(5), "");
});

describe("countFilters", () => {
  it("counts ids that exist, not the bits of the last word", () => {
    const counts = countFilters(order, { mask, dependent, found: undefined });
    assert.deepEqual(counts, { allowed: 4, rejected: 36, dependent: 2, all: 40 });
  });
});

describe("ListRows", () => {
  const tokens = listTokens(order, { filter: "allowed", mask, dependent, found: undefined });
  const rows = new ListRows(tokens, (group) => group === B);

  it("has a row for each group and for each token of an open one", () => {
    const texts = Array.from({ length: rows.length }, (_, row) => {
      const at = rows.at(row)!;
      return at.kind === "group" ? `${at.group} (${at.count})` : `${at.id}: ${at.number}/${at.count}`;
    });
    assert.deepEqual(texts, ["97 (1)", "98 (2)", "3: 1/2", "4: 2/2", "256 (1)"]);
    assert.equal(rows.at(5), undefined);
  });

  it("finds rows of tokens and groups", () => {
    assert.equal(rows.rowOf(4), 3);
    assert.equal(rows.rowOf(12), undefined);
    assert.equal(rows.rowOf(1), undefined);
    assert.equal(rows.headOf(3), 1);
    assert.equal(rows.rowOfGroup(SPECIAL_GROUP), 4);
    assert.deepEqual(rows.idsIn(-5, 4), [3, 4]);
  });
});

describe("byteSegments", () => {
  const check = (bytes: string | readonly number[], ...expected: string[]) =>
    it(JSON.stringify(bytes), () => {
      const given = typeof bytes === "string" ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes);
      assert.deepEqual(
        byteSegments(given).map(({ kind, text }) => `${kind} ${text}`),
        expected,
      );
    });
  check(" a€", "space ·", "text a€");
  check("\t\n", "tab →\u2002", "newline ⏎");
  check([0xe2, 0x82], "hex e2 82");
  check([0xac, 0x61], "hex ac", "text a");
  check([0x61, 0xff, 0xc3], "text a", "hex ff c3");
  check("\u0301", "text ◌\u0301");
  check("\u200b", "escape \\u200b");
  check("");
});
