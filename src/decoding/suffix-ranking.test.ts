import assert from "node:assert/strict";
import { firstWord, middleEnds, suffixJoin } from "./suffix-ranking.ts";

describe("suffixJoin", () => {
  const check = (
    fillsIn: boolean,
    suffix: string,
    expected: readonly [string, string, boolean, string] | null,
  ) =>
    it(`${fillsIn ? "fills in" : "goes on"}: ${JSON.stringify(suffix)}`, () => {
      const join = suffixJoin(fillsIn, suffix);
      const { remainder, text, end, ahead } = join ?? {};
      assert.deepEqual(join ? [remainder, text, end, ahead] : null, expected);
    });
  check(true, "ame(x);\n", ["ame", "ame", true, ""]);
  check(true, "größe", ["größe", "größe", true, ""]);
  check(true, "(x);\n", null);
  check(true, "", null);
  check(false, "ame(x);\n\nlet", ["ame", "ame(x);", false, "\n\nlet"]);
  check(false, "  );\r\n", ["", "  );", false, "\r\n"]);
  check(false, " ".repeat(40), null);
  check(false, "  \nnext", null);
  check(false, "", null);
  const long = "0123456789".repeat(6);
  check(false, `) ${long}`, ["", `) ${long.slice(0, 22)}`, false, long.slice(22, 46)]);
  // Half a pair of surrogates is no text.
  check(false, `)${"x".repeat(22)}😀 = 1`, ["", `)${"x".repeat(22)}`, false, "😀 = 1"]);
});

describe("middleEnds", () => {
  const check = (text: string, remainder: string, expected: readonly string[]) =>
    it(`${JSON.stringify(text)} before ${JSON.stringify(remainder)}`, () =>
      assert.deepEqual(
        middleEnds(text, remainder).map((end) => text.slice(0, end)),
        expected,
      ));
  check("", "", [""]);
  check("", "x", [""]);
  check("Name()", "ame", ["N", "Name()", "Name", "Name("]);
  check("a b", "", ["a b", "a"]);
  check("fooBar = 1;\n}", "", ["fooBar = 1;\n}", "foo", "fooBar", "fooBar =", "fooBar = 1", "fooBar = 1;"]);
  check("emem", "em", ["", "em", "emem"]);
  it("are few in a long text", () => assert.ok(middleEnds("ab cd, ".repeat(100), "a").length <= 8));
});

describe("firstWord", () => {
  const check = (line: string, text: string, ahead: string) =>
    it(JSON.stringify(line), () => assert.deepEqual(firstWord(line), { text, ahead }));
  check("ame(x)", "ame(", "x)\n");
  check("  größe = 1", "  größe ", "= 1\n");
  check("});", "});\n", "");
  check(" = 1", " = ", "1\n");
  check("name", "name\n", "");
  check("", "\n", "");
  check("  ", "  \n", "");
  check("a😀b", "a😀", "b\n");
  // Half a pair of surrogates is no text.
  check(`a ${"x".repeat(23)}😀`, "a ", "x".repeat(23));
});
