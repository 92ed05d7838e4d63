import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { Output } from "./output.ts";

describe("Output", () => {
  /// `pieces` are pushed; `expected` is what each releases, then what the flush releases.
  const check = (
    name: string,
    stops: string[],
    pieces: (string | number[])[],
    expected: string[],
    stopped = false,
  ) =>
    it(name, () => {
      const output = new Output(stops);
      const released = pieces.map((piece) =>
        output.push(typeof piece === "string" ? utf8Encode(piece) : Uint8Array.from(piece)),
      );
      assert.equal(output.holds, expected.at(-1) !== "");
      released.push(output.flush());
      assert.deepEqual(released, expected);
      assert.equal(output.stopped, stopped);
      assert.equal(output.text, expected.join(""));
    });
  check("releases text at once without stop strings", [], ["ab", "c"], ["ab", "c", ""]);
  check("holds half a character", [], ["a", [0xf0, 0x9f], [0x98, 0x80, 0x62]], ["a", "", "😀b", ""]);
  check("drops half a character at the end", [], ["a", [0xe2, 0x82]], ["a", "", ""]);
  check("ends before a stop string", ["\n\n"], ["a\n\nb", "c"], ["a", "", ""], true);
  check("finds a stop string across tokens", ["END"], ["xE", "N", "Dy"], ["x", "", "", ""], true);
  check("releases what turned out not to stop", ["END"], ["xE", "N", "X"], ["x", "", "ENX", ""]);
  check("releases a stop string's beginning at the end", ["END"], ["xEN"], ["x", "EN"]);
  check("ends before the first of several", ["cd", "b"], ["abcd"], ["a", ""], true);
  check("ends before the longer of two that start together", ["ab", "abc"], ["xabc"], ["x", ""], true);
  check("holds the longest beginning", ["aab"], ["aa", "a", "c"], ["", "a", "aac", ""]);
  check("ignores empty stop strings", [""], ["a"], ["a", ""]);
  check(
    "finds a stop string of several-byte characters",
    ["é"],
    ["a", [0xc3], [0xa9]],
    ["a", "", "", ""],
    true,
  );
});
