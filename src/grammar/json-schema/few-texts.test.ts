import assert from "node:assert/strict";
import { fewTexts } from "./few-texts.ts";
import { patternTexts } from "./patterns.ts";

function check(pattern: string, expected: readonly string[] | undefined): void {
  it(pattern, () => {
    const texts = fewTexts(patternTexts(pattern).expression!, 8);
    assert.deepEqual(texts && [...texts].sort(), expected);
  });
}

describe("texts of a pattern that spells a few", () => {
  check("^Abs$", ["Abs"]);
  check("^$", [""]);
  check("^(foo|ba[rz])$", ["bar", "baz", "foo"]);
  check("^foo$|^é😀$", ["foo", "é😀"]);
  check("^a{2,3}b?$", ["aa", "aaa", "aaab", "aab"]);
  check("^(a?){0,2}$", ["", "a", "aa"]);
  check("^(){3}$", [""]);
  check("^[a-h]$", [..."abcdefgh"]);
  check("^[a-i]$", undefined);
  check("^(a|b){0,3}$", undefined);
  check("^[ab][cd][ef][gh]$", undefined);
  check("^a*$", undefined);
  check("^a{9}$", undefined);
  check("foo", undefined);
});
