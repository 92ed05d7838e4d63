import assert from "node:assert/strict";
import { recognize } from "../../../test/reference/recognizer.ts";
import { showGrammar } from "../../../test/reference/show-grammar.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { parseLark } from "./lark.ts";

const CALCULATOR = `
// A calculator.
?start: sum
      | NAME "=" sum    -> assign_var

?sum: product
    | sum "+" product   -> add
    | sum "-" product   -> sub

?product: atom
    | product "*" atom  -> mul

?atom: NUMBER           -> number
     | "-" atom         -> neg
     | NAME             -> var
     | "(" sum ")"

%import common.CNAME -> NAME
%import common.NUMBER
%import common.WS_INLINE
%ignore WS_INLINE
`;

describe("parseLark", () => {
  const check = (text: string, expected: string) =>
    it(`reads ${JSON.stringify(text)}`, () => {
      const { grammar, diagnostics } = parseLark(text);
      assert.deepEqual(diagnostics, []);
      assert.equal(showGrammar(grammar!), expected);
    });
  check('start: "a" b\nb: "x" | "y"\n', 'start=("a" b); b=("x"|"y")');
  check('start: "a"\n  | "b"\n\n  | "c"', 'start=("a"|"b"|"c")');
  check('start: ("a"\n  "b")+ ["c"]', 'start=(("a" "b"){1,} "c"{0,1})');
  check(
    'start: "a"? "b"* "c"~3 "d"~1..2 "e"{2,} "f"{,3} "g"{4}',
    'start=("a"{0,1} "b"{0,} "c"{3,3} "d"{1,2} "e"{2,} "f"{0,3} "g"{4,4})',
  );
  check('!start: A // one\nA: "a".."c" # two\n', "start=A; A=[61-63]");
  check("start: /[a-c]+/ /x/i", "start=([61-63]{1,} [58-58,78-78])");
  check("start: /a\\/b/", 'start="a/b"');
  check("start: /(?i)é/", "start=[c9-c9,e9-e9]");
  check('start: "k!"i', "start=([4b-4b,6b-6b,212a-212a] [21-21])");
  check('start: "\\n\\"\\\\\\x41\\u00e9"', 'start="\\n\\"\\\\Aé"');
  check('start: A\nA: /[a-z]+/ & ~("b" | "c") | "d"', 'start=A; A=(([61-7a]{1,}&¬("b"|"c"))|"d")');
  check("start: A\nA: ~/a/+", 'start=A; A=¬"a"{1,}');
  check("start: <think> <[12]> <[1-3,7]> <[^5]> <[*]>", "start=(<<think>> <12> <1,2,3,7> !<5> !<>)");
  check(
    'start: %regex {"substring_chunks": ["ab", "c"]}',
    'start.substring-1.0=(ε|("ab" start.substring-1.1)); start.substring-1.1=(ε|"c"); start=(start.substring-1.0|start.substring-1.1)',
  );
  check('a-b: "x"\nstart: a-b->name', 'a-b="x"; start=a-b');
  check(
    '%ignore " "\nstart: "a" b <x>\nb: B\nB: "b" "c"',
    'start=(("a" %ignore) b (<<x>> %ignore)); b=(B %ignore); B=("b" "c"); %ignore=" "{0,}; %start=(%ignore start)',
  );
  check(
    "%import common (DIGIT, LETTER)\nstart: DIGIT LETTER",
    "DIGIT=[30-39]; LETTER=[41-5a,61-7a]; start=(DIGIT LETTER)",
  );
  check('%llguidance {}\nstart: "a"', 'start="a"');
  check("start: /./", "start=[0-9,b-d7ff,e000-10ffff]");

  it("starts from the rule it is told to", () => {
    const { grammar } = parseLark('a: "x"\nb: "y"', { rootRule: "b" });
    assert.equal(grammar!.rootRule, 1);
  });

  const matches = (title: string, text: string, accepted: string[], rejected: string[]) =>
    it(title, () => {
      const { grammar, diagnostics } = parseLark(text);
      assert.deepEqual(diagnostics, []);
      const accepts = (t: string) => recognize(grammar!, utf8Encode(t)).accepted;
      for (const t of accepted) assert.ok(accepts(t), t);
      for (const t of rejected) assert.ok(!accepts(t), t);
    });
  matches(
    "a calculator with ignored spaces",
    CALCULATOR,
    ["1", " 1 + 2*3 ", "x = -(a - 2.5e3) * b", "--1", "1-1-1"],
    ["", "1 +", "x = ", "(1", "1\n", "= 1", "1 2"],
  );
  matches(
    "every common terminal",
    `start: ESCAPED_STRING SIGNED_NUMBER C_COMMENT WORD HEXDIGIT NEWLINE\n%import common (ESCAPED_STRING, SIGNED_NUMBER, C_COMMENT, WORD, HEXDIGIT, NEWLINE)`,
    ['"a\\"b"-1.5e3/* * */xyF\n'],
    ['"a"b"1/**/xF\n', '"a"1/* */x\n'],
  );
  matches(
    "lines without two line ends in a row",
    "start: ASCII_LINES\nASCII_LINES: /[a-zA-Z \\n]*/ & ~/(?s:.*)\\n\\n(?s:.*)/",
    ["", "a\nb", "a b\n"],
    ["a\n\nb", "1"],
  );
  matches(
    "a run of words",
    'start: %regex {"substring_words": "foo bar. baz"}',
    ["", "foo", "bar. baz", " bar."],
    ["fo", "foo bar baz", "oo"],
  );
});

describe("parseLark diagnostics", () => {
  const check = (text: string, ...expected: string[]) =>
    it(`${JSON.stringify(text)} → ${expected.join(", ")}`, () => {
      const { grammar, diagnostics } = parseLark(text, { file: "g.lark" });
      const shown = diagnostics.map((d) => {
        assert.ok(
          d.location?.kind === "text" && d.location.file === "g.lark" && d.hint !== undefined,
          d.code,
        );
        return `${d.code}@${text.slice(d.location.span.from, d.location.span.to)}`;
      });
      assert.deepEqual(shown, expected);
      assert.equal(
        grammar === undefined,
        diagnostics.some((d) => d.severity === "error"),
      );
    });
  check("", "lark-no-root@");
  check('a: "x"', "lark-no-root@");
  check("start: b c\nb: /x/", "lark-undefined-rule@c");
  check('start: "a"\nstart: "b"', "lark-duplicate-rule@start");
  check('start "a"', 'lark-syntax@"a"');
  check('start ::= "a"', 'lark-syntax@::= "a"');
  check('start = "a"\nb: "x"', 'lark-syntax@= "a"', "lark-no-root@");
  check('start: ("a"', "lark-syntax@(");
  check('start: "a")', "lark-syntax@)");
  check('start: "a', 'lark-syntax@"a');
  check("start: /a", "lark-syntax@/a");
  check("start: 'a'", "lark-syntax@'a'");
  check("start: *", "lark-syntax@*");
  check('start: "\\q"', "lark-bad-escape@\\q");
  check('start: "b".."a"', 'lark-bad-range@"b".."a"');
  check('start: "ab".."c"', 'lark-bad-range@"ab".."c"');
  check('start: "a"~3..1', "lark-bad-repeat@~3..1");
  check('start: "a"{}', "lark-bad-repeat@{}");
  check("start: /[z-a]/", "regex-syntax@]");
  check("start: /a(?=b)/", "regex-unsupported-lookaround@a(?=b)");
  check("start: /^a/", "regex-unsupported-lookaround@^a");
  check("start: /a/x", "regex-unsupported-flag@a");
  check('start: A & "b"\nA: "a"', "lark-operator-in-rule@&");
  check('start: ~"b"', "lark-operator-in-rule@~");
  check('start: A\nA: b\nb: "x"', "lark-rule-in-terminal@b");
  check("start: A\nA: <x>", "lark-rule-in-terminal@<x>");
  check("start: <[1-]>", "lark-bad-token@<[1-]>");
  check("start: <[5-1]>", "lark-bad-token@<[5-1]>");
  check('start.2: "a"', "lark-ignored-priority@.2");
  check('start[capture]: "a"', "lark-ignored-attribute@[capture]");
  check(
    'start[lazy, capture="x"]: "a"',
    'lark-unsupported-attribute@[lazy, capture="x"]',
    'lark-ignored-attribute@[lazy, capture="x"]',
  );
  check('start: sep{"a"}\nsep{x}: x', 'lark-unsupported-template@sep{"a"}', "lark-unsupported-template@{x}");
  check("start: @other", "lark-unsupported-reference@@other");
  check('start: %json {"type": "object"}', 'lark-unsupported-json@%json {"type": "object"}');
  check("start: %regex {a}", "lark-bad-json@%regex {a}");
  check('start: %regex {"pattern": "a"}', 'lark-unsupported-regex@%regex {"pattern": "a"}');
  check('%import python.NAME\nstart: "a"', "lark-unsupported-import@python.NAME");
  check('%import common.NUMBR\nstart: "a"', "lark-unsupported-import@NUMBR");
  check('%declare X\nstart: "a"', "lark-unsupported-declare@X");
  check('%override a: "x"\nstart: "a"', "lark-unsupported-directive@%override");
  check('%llguidance {"no_forcing": true}\nstart: "a"', 'lark-ignored-options@{"no_forcing": true}');
  check('start: b\n???\nb: "\\q" /[/', "lark-syntax@???", "lark-bad-escape@\\q", "regex-syntax@[");
});

describe("parseLark on hostile text", () => {
  const check = (title: string, text: () => string, code: string | undefined) =>
    it(title, () => {
      const { diagnostics } = parseLark(text());
      assert.equal(diagnostics.find((d) => d.severity === "error")?.code, code);
      assert.ok(diagnostics.length <= 201);
    });
  check("10⁶ open groups", () => `start: ${"(".repeat(1e6)}`, "grammar-too-deep");
  check("10⁶ negations", () => `start: A\nA: ${"~".repeat(1e6)}"a"`, undefined);
  check("10⁶ repetition signs", () => `start: "a"${"*".repeat(1e6)}`, undefined);
  check("10⁶ repetition counts", () => `start: "a"${"~2".repeat(1e6)}`, "grammar-too-deep");
  check(
    "100k alternatives",
    () => `start: ${Array.from({ length: 1e5 }, (_, i) => `"x${i}"`).join(" | ")}`,
    undefined,
  );
  check(
    "100k rules",
    () =>
      `start: r0\n${Array.from({ length: 1e5 }, (_, i) => `r${i}: "a" r${i + 1}`).join("\n")}\nr100000: "b"`,
    undefined,
  );
  check("a megabyte of noise", () => "@%&!".repeat(250_000), "lark-syntax");
  check(
    "a megabyte of noise in a rule",
    () => `start: ${"@%&!".repeat(250_000)}`,
    "lark-unsupported-reference",
  );
});
