import assert from "node:assert/strict";
import fc from "fast-check";
import { derivative, isNullable, toRegular } from "../../../test/reference/derivatives.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { rangesHave } from "../code-points.ts";
import type { Expression } from "../ir.ts";
import { closeUnderCase } from "./case-folding.ts";
import { parseRegexExpression, type RegexOptions } from "./regex.ts";
import { unicodeProperty } from "./unicode-sets.ts";

function matches(e: Expression, text: string): boolean {
  let state = toRegular(e, { rules: [], rootRule: 0 });
  for (const b of utf8Encode(text)) state = derivative(state, b);
  return isNullable(state);
}

function compile(pattern: string, options: RegexOptions = {}): Expression {
  const { expression, diagnostics } = parseRegexExpression(pattern, options);
  assert.ok(expression, `${pattern}: ${JSON.stringify(diagnostics)}`);
  return expression;
}

const texts = [
  "",
  "a",
  "b",
  "ab",
  "ba",
  "aab",
  "foo",
  "bar",
  "foobar",
  "barfoo",
  "xfoo",
  "foo bar",
  "a foo",
  "A1",
  "a1b2",
  "1",
  "12",
  "é",
  "😀",
  "\n",
  "a\nb",
  "_",
  "-",
  "Abc12345",
  "abc",
  "a,b",
  ",a",
  "FOO",
  "\u212a",
  "x.y",
  " ",
  "aaaaaa",
  "END",
  "xENDx",
];

describe("parseRegexExpression", () => {
  /// The host's own RegExp is the judge, on all of `texts` and on `more`.
  const check = (pattern: string, flags = "", ...more: string[]) =>
    it(`/${pattern}/${flags}`, () => {
      const whole = new RegExp(`^(?:${pattern})$`, `u${flags.replace("m", "")}`);
      const some = new RegExp(pattern, `u${flags}`);
      const wholeTexts = compile(pattern, { flags });
      const someTexts = compile(pattern, { flags, anchored: false });
      for (const text of [...texts, ...more]) {
        // With the flag m the wrapper's own anchors would move, so only the search is compared.
        if (!flags.includes("m"))
          assert.equal(matches(wholeTexts, text), whole.test(text), `whole ${JSON.stringify(text)}`);
        assert.equal(matches(someTexts, text), some.test(text), `search ${JSON.stringify(text)}`);
      }
    });
  check("");
  check("a");
  check("foo|bar");
  check("a*?b+?");
  check("(?<name>a)(?:b)");
  check("[a-c]{2,3}");
  check("[^a-c]");
  check(".");
  check(".", "s");
  check("\\d+\\w\\s?");
  check("\\D\\W\\S");
  check("[\\d\\-_]+");
  check("\\p{Lu}\\P{Lu}*");
  check("\\p{Script=Greek}", "", "α");
  check("[\\p{L}\\p{N}]+");
  check("\\u{1F600}|\\xe9|\\u00e9");
  check("😀+", "", "😀😀");
  check("^a");
  check("b$");
  check("^foo$|bar");
  check("(^a|b)$");
  check("a^b");
  check("a$b");
  check("(^|,)a");
  check("(?:(?:^|,)[ab])+", "", "a,b,a", "ab");
  check("(?:[ab](?:,|$))+", "", "a,b,a", "ab");
  check("(?:^a|b|c$){2,3}", "", "abc", "bb", "bc", "bbbb");
  check("(?:^){2}a");
  check("x*$^");
  check("\\bfoo\\b", "", "foo,", "foo_");
  check("\\Boo");
  check("a\\Bb");
  check("\\b");
  check("\\B");
  check("\\w+\\b.\\b\\w+");
  check("^(?!foo).*$");
  check("^(?!foo$).*$");
  check("^(?!.*foo)[a-z ]+$");
  check("^(?=.*[A-Z])(?=.*\\d).{4,}$");
  check("^(?=[a-z]+$)(?!.*b$).*");
  check("foo(?!bar)");
  check("foo(?=bar)");
  check("(?<!x)foo");
  check("(?<=x)foo");
  check("(?<!ba)r");
  check("^.*(?<!foo)$");
  check("(?:(?!END).)*$");
  check("^(?:(?!o)[a-z])+$");
  check("(?:(?!-)\\w)+");
  check("(?=a)[a-z]b");
  check("^(?!^abc$)\\w+$");
  check("a(?=b)b");
  check("a(?!b)(?<!b)");
  check("foo", "i");
  check("k", "i");
  check("[^k]", "i");
  check("\\w", "i");
  check("^b", "m");
  check("a$", "m");
  check("^a$", "m");
  check("(?:a{0}){3}");
  check("(?:){2,}");
  check("[^\\n\\d]");
  check("[]|a");
  check("[^]");

  const whole = (pattern: string, accepted: string, rejected: string) =>
    it(`/${pattern}/ on ${accepted}, not on ${rejected}`, () => {
      const e = compile(pattern);
      assert.ok(matches(e, accepted) && !matches(e, rejected));
    });
  whole("(?=^a)a", "a", "b");
  whole("(?=\\bfoo)foo", "foo", "fo");
  // The host may be too old for modifiers.
  whole("(?i:foo)bar", "FoObar", "fooBar");
  whole("(?s:.)", "\n", "");
  whole("(?i:a(?-i:b))", "Ab", "AB");

  it("agrees with the host's RegExp on random patterns", () => {
    const atom = fc.constantFrom("a", "b", "c", "ab", "[ab]", "[^a]", ".", "\\w", "\\b", "\\B", "^", "$", "");
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        atom,
        fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => a + b),
        fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie("pattern"), fc.constantFrom("?", "*", "+", "{2}", "{1,3}", "*?"))
          .map(([a, q]) => `(?:${a})${q}`),
        fc.tuple(fc.constantFrom("?=", "?!", "?<=", "?<!"), tie("pattern")).map(([k, a]) => `(${k}${a})`),
      ),
    }));
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "é"), maxLength: 6 });
    let compared = 0;
    fc.assert(
      fc.property(
        pattern,
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (p, words, anchored) => {
          const { expression, diagnostics } = parseRegexExpression(p, { anchored });
          if (expression === undefined) {
            assert.ok(diagnostics.every((d) => /unsupported-lookaround|too-complex/.test(d.code)));
            return;
          }
          compared++;
          const host = new RegExp(anchored ? `^(?:${p})$` : p, "u");
          for (const w of ["", ...words])
            assert.equal(matches(expression, w), host.test(w), `/${p}/ on ${JSON.stringify(w)}`);
        },
      ),
      { numRuns: 3000, seed: 7 },
    );
    assert.ok(compared > 2000, `only ${compared} patterns could be compared`);
  });
});

describe("parseRegexExpression diagnostics", () => {
  const check = (pattern: string, code: string, at: string, options: RegexOptions = {}) =>
    it(`/${pattern.slice(0, 60)}/ → ${code} at ${at}`, () => {
      const { expression, diagnostics } = parseRegexExpression(pattern, { file: "r", ...options });
      const [d] = diagnostics;
      assert.equal(d?.code, code);
      assert.ok(d.location?.kind === "text" && d.hint !== undefined);
      assert.equal(pattern.slice(d.location.span.from, d.location.span.to), at);
      assert.equal(expression === undefined, d.severity === "error");
    });
  check("(a", "regex-syntax", "a");
  check("a)", "regex-syntax", ")");
  check("[z-a]", "regex-syntax", "]");
  check("*", "regex-syntax", "*");
  check("\\p{Nope}", "regex-syntax", "}");
  check("(a)\\1", "regex-unsupported-backreference", "\\1");
  check("(?<x>a)\\k<x>", "regex-unsupported-backreference", "\\k<x>");
  check("x(?=.*a)b*(?<=c.*)d", "regex-unsupported-lookaround", "(?=.*a)");
  check("(?:(?=ab)a?)*", "regex-unsupported-lookaround", "(?:(?=ab)a?)*");
  check("x(?=.*\\bfoo).*", "regex-unsupported-lookaround", "(?=.*\\bfoo)");
  check("(?:a(?=b)|b)+", "regex-unsupported-lookaround", "(?:a(?=b)|b)+");
  check("(?=^a)a", "regex-unsupported-lookaround", "(?=^a)", { anchored: false });
  check("a{4294967296}", "regex-bad-repeat", "a{4294967296}");
  check("a", "regex-unsupported-flag", "a", { flags: "y" });
  check("\\-a", "regex-legacy-syntax", "-");
  check("a{,3}\\_", "regex-legacy-syntax", ",");
  check(`${"(?:\\b|x)".repeat(12)}`, "regex-too-complex", "(?:\\b|x)".repeat(12));

  it("reads what is valid only without the u flag by the older rules", () => {
    const e = compile("^\\-\\_{x$");
    assert.ok(matches(e, "-_{x") && !matches(e, "\\-_{x"));
  });
});

describe("parseRegexExpression on hostile patterns", () => {
  const check = (title: string, pattern: string, code: string | undefined) =>
    it(title, () => {
      const { diagnostics } = parseRegexExpression(pattern);
      assert.equal(diagnostics[0]?.code, code);
    });
  check("10⁶ open groups", "(".repeat(1e6), "grammar-too-deep");
  check("400 nested groups", `${"(".repeat(400)}a${")".repeat(400)}`, undefined);
  check("nested repetitions", `${"(?:".repeat(300)}a${")*".repeat(300)}`, undefined);
  check("100k alternatives", Array.from({ length: 1e5 }, (_, i) => `x${i}`).join("|"), undefined);
  check("100k classes in a row", "[a-z]".repeat(1e5), undefined);
  check("an exponential backtracker", "(a+)+(a+)+(a+)+$", undefined);
  check("a million repetitions", "a{0,1000000}", undefined);
  check("a pattern of 2 MB", "a".repeat(2e6), "grammar-too-large");
});

describe("character sets", () => {
  it("knows Unicode properties up to the last plane", () => {
    assert.ok(rangesHave(unicodeProperty("Lu"), 0x1d400) && !rangesHave(unicodeProperty("Lu"), 0x61));
    assert.deepEqual(unicodeProperty("ASCII"), [[0, 127]]);
    assert.deepEqual(unicodeProperty("Any"), [
      [0, 0xd7ff],
      [0xe000, 0x10ffff],
    ]);
    assert.ok(rangesHave(unicodeProperty("Co"), 0x10fffd));
  });
  it("folds case as the flags iu do", () => {
    assert.deepEqual(closeUnderCase([[0x6b, 0x6b]]), [
      [0x4b, 0x4b],
      [0x6b, 0x6b],
      [0x212a, 0x212a],
    ]);
    for (const c of ["ß", "ſ", "σ", "ς", "Ω", "ı", "İ", "ǅ", "Ꭰ", "ﬁ", "𐐀", "θ"]) {
      const closed = closeUnderCase([[c.codePointAt(0)!, c.codePointAt(0)!]]);
      const host = new RegExp(c, "iu");
      for (let p = 0; p < 0x11000; p++) {
        if (p >= 0xd800 && p < 0xe000) continue;
        assert.equal(
          rangesHave(closed, p),
          host.test(String.fromCodePoint(p)),
          `${c} and U+${p.toString(16)}`,
        );
      }
    }
  });
});
