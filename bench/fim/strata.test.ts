import assert from "node:assert/strict";
import type { HeldOutFile } from "../common/held-out/files.ts";
import { MID_IDENTIFIER, STRATA, type Stratum } from "./case.ts";
import { pickCases } from "./pick.ts";
import { CODE, COMMENT, regionsOf, STRING } from "./regions.ts";
import { holesOf, isAligned, textOf } from "./strata.ts";

// No hole is so near to a file's start.
const HEAD = `${"\n".repeat(200)}`;

function file(text: string, name = "p", path = "a.ts", language: HeldOutFile["language"] = "typescript") {
  return { package: name, version: "1", path, language, text: HEAD + text } satisfies HeldOutFile;
}

describe("FIM bench: regions of a source", () => {
  const check = (text: string, language: HeldOutFile["language"], expected: string) =>
    it(JSON.stringify(text), () => {
      const letters = { [CODE]: ".", [COMMENT]: "c", [STRING]: "s" } as Record<number, string>;
      assert.equal([...regionsOf(text, language)].map((region) => letters[region]).join(""), expected);
    });
  check("a // b", "typescript", "..cccc");
  check("a /* b */ c", "javascript", "..ccccccc..");
  check("/* b", "javascript", "cccc");
  check('x = "a//b" + 1', "typescript", "....ssssss....");
  check("'it\\'s' x", "typescript", "sssssss..");
  check("'open\nx", "typescript", "sssss..");
  check("`a\nb` c", "typescript", "sssss..");
  check("a / b / c", "typescript", ".........");
  check("f(/[/']/g)", "typescript", "..ssssss..");
  check('{"a": 1}', "json", ".sss....");
  check("it's `x`", "markdown", "........");
});

describe("FIM bench: strata", () => {
  /// What is before and behind each hole's start, `|` between; `…` for its end where the line goes on.
  const check = (stratum: Stratum, line: string, expected: readonly string[], path = "a.ts") =>
    it(`${stratum}: ${line}`, () => {
      const language = path.endsWith(".json") ? "json" : path.endsWith(".md") ? "markdown" : "typescript";
      const one = file(line, "p", path, language);
      const text = textOf(one, stratum);
      const found = holesOf(one, stratum).map(({ from, to }) => {
        const before = text.slice(text.lastIndexOf("\n", from - 1) + 1, from);
        const after = text.slice(to).split("\n")[0]!;
        return `${before}|${text.slice(from, to)}${after.trim() === "" ? "" : `…${after}`}`;
      });
      assert.deepEqual(found, expected);
    });
  check("identifier 1", "foo = bar;", ["f|oo = bar;", "foo = b|ar;"]);
  check("identifier 2", "foo = $a1;", ["fo|o = $a1;", "foo = $a|1;"]);
  check("identifier 3+", "abcde;", ["abc|de;", "abcd|e;"]);
  check("identifier 1", '"foo bar" // foo', []);
  check("identifier 1", "12ab;", []);
  check("identifier 1", "some words", [], "a.md");
  check("identifier hole", "counter = 1", ["c|oun…ter = 1", "co|un…ter = 1", "cou|nt…er = 1"]);
  check("line goes on", "f(abc, bcd);", ["f(|abc…, bcd);", "f(abc, |bcd…);"]);
  check("line goes on", "x = foo;", ["x = |foo…;"]);
  check("line goes on", "x = 1;", []);
  check("word end", "foo = b;", ["foo| = b;"]);
  check("space", "a = bc;", ["a |= bc;", "a = |bc;"]);
  check("space", "  foo", []);
  check("indentation", "  foo", ["  |foo"]);
  check("indentation", "foo", []);
  check("operator", "a === b.c;", ["a =|== b.c;", "a ==|= b.c;", "a === b.|c;"]);
  check("operator", '"a==b"', []);
  check("number", "x1 = 123;", ["x1 = 1|23;", "x1 = 12|3;"]);
  check("number", "x = 1.25", ["x = 1|.25"]);
  check("number", '{"a": 1234}', ['{"a": 1|234}', '{"a": 12|34}', '{"a": 123|4}'], "a.json");
  check("string", "x = 'abc';", ["x = 'a|bc';", "x = 'ab|c';"]);
  check("CRLF", "  foo();", ["|  foo();", " | foo();", "  |foo();"]);
  check("non-ASCII", "// é — x y", ["// é| — x y", "// é —| x y"]);
  check("non-ASCII", "// 😀 and so on", ["// 😀| and so on"]);
  check("aligned", "ab cd", ["|ab cd", "ab| cd", "ab |cd"]);

  it("a hole is aligned where the tokens before it stay the same", () => {
    // Pairs of letters are tokens.
    const encode = (text: string) =>
      (text.match(/[a-z]{1,2}|[^a-z]/g) ?? []).map((token) => token.charCodeAt(0) * 999 + token.length);
    const hole = (from: number) => ({ from, to: 4 });
    assert.deepEqual(
      [1, 2, 3].map((from) => isAligned("abcd", hole(from), encode)),
      [false, true, false],
    );
  });
});

describe("FIM bench: drawing cases", () => {
  const source = (name: string) =>
    file(
      Array.from(
        { length: 12 },
        (_, i) => `  const value${i} = call(${i}23.5, "text ${i} é –"); // ${name} é and more`,
      ).join("\n"),
      name,
      `${name}.ts`,
    );
  const files = ["a", "b", "c"].map(source);
  const encode = (text: string) => [...text].map((character) => character.codePointAt(0)!);
  const pick = (seed: number, perStratum = 6) => pickCases(files, { seed, perStratum, encode });

  it("draws as many of each stratum, from all packages", () => {
    const cases = pick(1);
    for (const stratum of STRATA) {
      const own = cases.filter((one) => one.stratum === stratum);
      assert.equal(own.length, MID_IDENTIFIER.includes(stratum) ? 18 : 6, stratum);
      assert.equal(new Set(own.map((one) => one.package)).size, 3, stratum);
    }
    assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  });
  it("is the same for the same seed, another for another", () => {
    assert.deepEqual(pick(1), pick(1));
    assert.notDeepEqual(pick(1), pick(2));
  });
  it("more cases are the same ones and others", () => {
    const more = new Set(pick(1, 9).map(({ id }) => id));
    assert.ok(pick(1, 6).every(({ id }) => more.has(id)));
  });
  it("prefix, middle and suffix are the file", () => {
    for (const { path, stratum, prefix, middle, suffix } of pick(3)) {
      const source = files.find((one) => one.path === path)!;
      assert.equal(prefix + middle + suffix, textOf(source, stratum));
    }
  });
  it("draws one hole of a line at most", () => {
    const lines = pick(4).map(
      ({ stratum, path, prefix }) => `${stratum} ${path} ${prefix.split("\n").length}`,
    );
    assert.equal(new Set(lines).size, lines.length);
  });
  it("takes what there is", () => {
    assert.deepEqual(pickCases([file("x")], { seed: 1, perStratum: 5, encode }), []);
  });
});
