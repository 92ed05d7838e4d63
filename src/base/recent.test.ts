import assert from "node:assert/strict";
import { Recent } from "./recent.ts";

describe("Recent", () => {
  const check = (name: string, most: number, asked: string, made: string) =>
    it(name, () => {
      const recent = new Recent<string, string>(most);
      let out = "";
      for (const key of asked) {
        const value = recent.get(key, () => {
          out += key;
          return `${key}!`;
        });
        assert.equal(value, `${key}!`);
      }
      assert.equal(out, made);
    });
  check("makes what it has not", 2, "aabbab", "ab");
  check("drops what was asked for longest ago", 2, "abacab", "abcb");
  check("keeps one", 1, "aabba", "aba");
  it("has nothing once it is cleared", () => {
    const recent = new Recent<string, number>(2);
    recent.get("a", () => 1);
    recent.clear();
    assert.equal(
      recent.get("a", () => 2),
      2,
    );
  });
});
