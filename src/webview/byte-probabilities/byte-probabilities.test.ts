import assert from "node:assert/strict";
import { setBit } from "../../base/bitset.ts";
import { utf8Encode } from "../../base/bytes.ts";
import type { InspectedPlace } from "../../protocol/byte-probabilities.ts";
import { barLength, bitsOf, bitsText, levelOf, shareText, timeText, variationText } from "./numbers.ts";
import { rankedSymbols, STOP, SYMBOLS, shownSymbols } from "./symbols.ts";
import { lastUpTo, textUnits } from "./text-units.ts";

describe("numbers of byte probabilities", () => {
  const check = (actual: unknown, expected: unknown) =>
    it(`${expected}`, () => assert.deepEqual(actual, expected));
  check([0, 0.1, 0.123, 0.0042, 0.00031, 0.00002, 2.1e-7, 1].map(shareText), [
    "0",
    "10.0 %",
    "12.3 %",
    "0.42 %",
    "0.0310 %",
    "0.0020 %",
    "2.1e-7",
    "100.0 %",
  ]);
  check([0.9996, 0.9994].map(shareText), [">99.9 %", "99.9 %"]);
  check([0, 0.041, 3.214, 9.996, 17.93, Number.POSITIVE_INFINITY, -1e-12].map(bitsText), [
    "0.00",
    "0.04",
    "3.21",
    "10.0",
    "17.9",
    "∞",
    "0.00",
  ]);
  check([3.21, 9.96, 480.4, 999.6, 12_340].map(timeText), ["3.2 ms", "10 ms", "480 ms", "1.0 s", "12.3 s"]);
  check([0.0004, 0.0005, 0.92841].map(variationText), ["<0.001", "0.001", "0.928"]);
  check([0, 0.49, 0.5, 1, 3.9, 4, 11, 12, 60].map(levelOf), [0, 0, 1, 2, 3, 4, 5, 6, 6]);
  check([bitsOf(0.25), bitsOf(1), bitsOf(0)], [2, 0, Number.POSITIVE_INFINITY]);
  check(
    [0, 0.5, 1].map((p) => barLength(p, "linear")),
    [0, 0.5, 1],
  );
  check(
    [0, 1e-7, 1e-6, 1e-3, 1].map((p) => Number(barLength(p, "log").toFixed(6))),
    [0, 0, 0, 0.5, 1],
  );
});

describe("textUnits", () => {
  const check = (bytes: Uint8Array, expected: string) =>
    it(expected, () =>
      assert.equal(
        textUnits(bytes)
          .map(({ from, to, kind, text }) => `${from}-${to} ${kind} ${text}`)
          .join("; "),
        expected,
      ),
    );
  check(utf8Encode("a€\n"), "0-1 text a; 1-4 text €; 4-5 newline ⏎");
  check(utf8Encode("a€").subarray(0, 3), "0-1 text a; 1-2 hex e2; 2-3 hex 82");
  check(Uint8Array.of(0x82, 0x61), "0-1 hex 82; 1-2 text a");
  check(utf8Encode("\t😀 "), "0-1 tab →\u2002; 1-5 text 😀; 5-6 space ·");
});

describe("lastUpTo", () => {
  const check = (at: number, expected: number) =>
    it(`${at}`, () => assert.equal(lastUpTo([-2, 3, 3, 7], at), expected));
  check(-3, -1);
  check(-2, 0);
  check(3, 2);
  check(6, 2);
  check(99, 3);
});

describe("rankedSymbols", () => {
  const distribution = (entries: Record<string, number>, stop: number) => {
    const bytes = new Float64Array(256);
    for (const [char, p] of Object.entries(entries)) bytes[char.charCodeAt(0)] = p;
    return { bytes, stop };
  };
  const allowed = new Uint32Array(8);
  setBit(allowed, 0x63);
  const place: InspectedPlace = {
    serial: 1,
    position: 0,
    target: "canonical",
    ...distribution({ a: 0.6, b: 0.2 }, 0.15),
    rawSum: 1,
    unchecked: 0,
    droppedShare: 0,
    droppedBound: 0,
    covered: 0,
    context: 0,
    covers: [],
    naive: {
      kind: "naive",
      ...distribution({ b: 0.9, d: 0.1 }, 0),
      variation: 0.8,
      tokens: [],
      tokenCount: 0,
      next: [],
    },
    grammar: {
      kind: "restricted",
      label: "g",
      ...distribution({ c: 1 }, 0),
      allowedMass: 0.05,
      allowed,
      mayStop: false,
      expected: ["c"],
      diagnostics: [],
    },
    evaluations: 1,
    milliseconds: 1,
  };
  const ranked = rankedSymbols(place);

  it("has all symbols, the likeliest first, and what each source says of them", () => {
    assert.equal(ranked.length, SYMBOLS);
    assert.deepEqual(
      ranked.slice(0, 3).map(({ symbol }) => symbol),
      [0x61, 0x62, STOP],
    );
    assert.deepEqual(ranked[1], {
      symbol: 0x62,
      exact: 0.2,
      naive: 0.9,
      grammar: 0,
      isRefused: true,
      rank: 2,
    });
    assert.equal(ranked.find(({ symbol }) => symbol === 0x63)!.isRefused, false);
    assert.equal(ranked[2]!.isRefused, true);
  });

  it("shows the first ones, what follows, and what another source finds likely", () => {
    const shown = (most: number, follows?: number) =>
      shownSymbols(ranked, most, follows).map(({ symbol }) => symbol);
    assert.deepEqual(shown(1), [0x61, 0x62, 0x63, 0x64]);
    assert.deepEqual(shown(2, 0x7a), [0x61, 0x62, 0x63, 0x64, 0x7a]);
    assert.equal(shown(SYMBOLS).length, SYMBOLS);
    const naive = ranked.map((one) => ({ ...one, naive: one.symbol < 9 ? 0.05 + one.symbol / 1000 : 0 }));
    assert.deepEqual(
      shownSymbols(naive, 0, undefined).map(({ symbol }) => symbol),
      [6, 7, 8, 0x63],
    );
  });
});
