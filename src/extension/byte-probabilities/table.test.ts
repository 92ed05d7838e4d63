import assert from "node:assert/strict";
import { utf8Encode } from "../../base/bytes.ts";
import type { InspectedPlace } from "../../protocol/byte-probabilities.ts";
import { type PlaceRecord, placeCsv, placeJson, textCsv, textJson } from "./table.ts";

const distribution = (entries: Record<number, number>, stop: number) => {
  const bytes = new Float64Array(256);
  for (const [byte, p] of Object.entries(entries)) bytes[Number(byte)] = p;
  return { bytes, stop };
};
const token = { id: 7, bytes: utf8Encode('",') };
const place: InspectedPlace = {
  serial: 1,
  position: 3,
  target: "canonical",
  ...distribution({ 34: 0.5, 172: 0.25 }, 0.25),
  rawSum: 0.9,
  unchecked: 0,
  droppedShare: 0,
  droppedBound: 0,
  covered: 1,
  context: 3,
  covers: [{ tokens: [token], weight: 0.5, beyond: 1 }],
  naive: { kind: "none", reason: "half-character" },
  evaluations: 2,
  milliseconds: 1.5,
};
const record: PlaceRecord = {
  label: "a.txt",
  model: "mini",
  before: Uint8Array.of(0x61, 0xe2, 0x82),
  follows: 0xac,
  place,
};

describe("tables of byte probabilities", () => {
  it("of a place, as CSV: the likeliest first, quoted where needed", () => {
    const lines = placeCsv(record).split("\r\n");
    assert.equal(lines.length, 259);
    assert.deepEqual(lines.slice(0, 5), [
      "symbol,byte,hex,p,bits,naive_p,grammar_p,follows",
      '"""",34,0x22,0.5,1,,,0',
      "€,172,0xac,0.25,2,,,1",
      "stop,,,0.25,2,,,0",
      "\\x00,0,0x00,0,,,,0",
    ]);
    assert.equal(lines.at(-1), "");
    const naive = { kind: "naive", variation: 0, tokens: [], tokenCount: 0, next: [] } as const;
    const both = { ...place, naive: { ...naive, ...distribution({ 34: 1 }, 0) } };
    assert.equal(placeCsv({ ...record, place: both }).split("\r\n")[1], '"""",34,0x22,0.5,1,1,,0');
  });

  it("of a place, as JSON, with the covers and what the grammar has to do with it", () => {
    const told = JSON.parse(placeJson(record));
    assert.deepEqual(told.symbols[1], {
      symbol: "€",
      byte: 0xac,
      p: 0.25,
      bits: 2,
      follows: true,
    });
    assert.equal(told.symbols[3].bits, null);
    assert.deepEqual(told.covers, [{ weight: 0.5, beyond: 1, tokens: [{ id: 7, text: '",' }] }]);
    assert.deepEqual(
      [told.text, told.model, told.before, told.naive, told.grammar],
      ["a.txt", "mini", "a\\xe2\\x82", null, null],
    );
    const grammar = { kind: "violated", label: "g", byteOffset: 1, expected: [] } as const;
    const violated = JSON.parse(placeJson({ ...record, place: { ...place, grammar } }));
    assert.deepEqual(violated.grammar, { label: "g", problem: "violated" });
  });

  const text = {
    label: "a.txt",
    model: "mini",
    bytes: utf8Encode("a,é"),
    surprises: Float64Array.of(1.5, 0.25, 2),
    tokenIds: [4, 9],
    tokenStarts: [-1, 1, 4],
  };

  it("of a text, as CSV: what is not known yet is empty", () => {
    assert.deepEqual(textCsv(text).split("\r\n"), [
      "offset,byte,symbol,bits,token_id",
      "0,0x61,a,1.5,4",
      '1,0x2c,",",0.25,9',
      '2,0xc3,"c3, begins U+00C0–U+00FF",2,9',
      "3,0xa9,é,,9",
      "",
    ]);
  });

  it("of a text, as JSON", () => {
    const told = JSON.parse(textJson(text));
    assert.deepEqual(told.tokens, [
      { id: 4, from: -1, text: "a" },
      { id: 9, from: 1, text: ",é" },
    ]);
    assert.deepEqual([told.bytes, told.bits, told.surprises], [4, 3.75, [1.5, 0.25, 2]]);
  });
});
