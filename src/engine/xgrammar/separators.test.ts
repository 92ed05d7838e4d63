import assert from "node:assert/strict";
import { separators } from "./separators.ts";

describe("separators", () => {
  const check = (tokens: string[], expected: string[]) =>
    it(`${tokens.join(" ")} → ${expected.join(" ")}`, () => assert.deepEqual(separators(tokens), expected));
  check([], []);
  check(["a", "ab", "abc", "b"], []);
  check(["a", "ab", "acab"], ["ac"]);
  check(["ab", "ac", "acab"], []);
  check(["}", "},", "}a},"], ["}a"]);
  check(["\xe9a", "\xe9b\xe9a"], ["\xe9b"]);
  check(["b", "cab", "cb"], ["c"]);
});
