import assert from "node:assert/strict";
import { showGrammar } from "../../../test/reference/show-grammar.ts";
import { parseEbnf } from "./ebnf.ts";

const lines = (...rules: string[]) => rules.join("\n");

describe("parseEbnf", () => {
  const check = (text: string, expected: string) =>
    it(`reads ${JSON.stringify(text)}`, () => {
      const { grammar, diagnostics } = parseEbnf(text);
      assert.deepEqual(diagnostics, []);
      assert.ok(grammar);
      assert.equal(showGrammar(grammar), expected);
    });
  check('root ::= "ab" "c"', 'root=("ab" "c")');
  check('root ::= "a" | "b" "c" | ""', 'root=("a"|("b" "c")|ε)');
  check("root ::= 'it''s'", 'root=("it" "s")');
  check('root ::= ("a" | "b")? [x]* "c"+', 'root=(("a"|"b"){0,1} [78-78]{0,} "c"{1,})');
  check('root ::= "a"{3} "b"{2,4} "c"{2,} "d"{0} "e"{1}', 'root=("a"{3,3} "b"{2,4} "c"{2,} ε "e")');
  check('root ::= "a" {2 , 4}', 'root="a"{2,4}');
  check('root ::= "a"{2,-1}', 'root="a"{2,}');
  check(
    'root ::= "\\n\\r\\t\\\\\\"\\\'\\x41\\u00e9\\U0001F600\\u{1F600}"',
    'root="\\n\\r\\t\\\\\\"\'Aé😀😀"',
  );
  check("root ::= [a-z^\\-\\]]", "root=[2d-2d,5d-5e,61-7a]");
  check("root ::= [^a]", "root=[0-60,62-d7ff,e000-10ffff]");
  check("root ::= [^]", "root=[0-d7ff,e000-10ffff]");
  check("root ::= [-a]", "root=[2d-2d,61-61]");
  check("root ::= [a-]", "root=[2d-2d,61-61]");
  check("root ::= [+--]", "root=[2b-2d]");
  check("root ::= [中-\u{1F600}]", "root=[4e2d-d7ff,e000-1f600]");
  check('root ::= ((((("a")))))', 'root="a"');
  check("root ::= ( )", "root=ε");
  check('root ::= (\n"a"\n| "b"\n)\n', 'root=("a"|"b")');
  check('# first\nroot ::= # body\n  "a" # end\n', 'root="a"');
  check(lines('root ::= x "+"', "  x", "x ::= [0-9]"), 'root=(x "+" x); x=[30-39]');
  check(
    lines("a-b ::= [a]", "root ::= a-b x.y _z", "x.y ::= [b]", "_z ::= [c]").replaceAll("\n", "\r\n"),
    "a-b=[61-61]; root=(a-b x.y _z); x.y=[62-62]; _z=[63-63]",
  );
  check('\ufeffroot ::= "a"', 'root="a"');

  it("keeps spans of names and expressions", () => {
    const text = 'root ::= "a" [b]+';
    const { grammar } = parseEbnf(text);
    const rule = grammar!.rules[0]!;
    assert.deepEqual(rule.span, { from: 0, to: 4 });
    assert.ok(rule.expression.kind === "sequence");
    assert.deepEqual(rule.expression.span, { from: 9, to: 17 });
    assert.deepEqual(rule.expression.items[1]!.span, { from: 13, to: 17 });
  });

  it("starts from the rule it is told to", () => {
    const { grammar } = parseEbnf('a ::= "x"\nb ::= "y"', { rootRule: "b" });
    assert.equal(grammar!.rootRule, 1);
  });
});

describe("parseEbnf diagnostics", () => {
  /// `expected` lists code@from-to, in source order.
  const check = (text: string, ...expected: string[]) =>
    it(`${JSON.stringify(text)} → ${expected.join(", ")}`, () => {
      const { grammar, diagnostics } = parseEbnf(text, { file: "g.ebnf" });
      const shown = diagnostics.map((d) => {
        assert.ok(d.location?.kind === "text" && d.location.file === "g.ebnf");
        if (d.severity === "error") assert.ok(d.hint, `${d.code} has no hint`);
        return `${d.code}@${d.location.span.from}-${d.location.span.to}`;
      });
      assert.deepEqual(shown, expected);
      assert.equal(
        grammar === undefined,
        diagnostics.some((d) => d.severity === "error"),
      );
    });
  check("", "ebnf-no-root@0-0");
  check("# nothing\n", "ebnf-no-root@10-10");
  check('start ::= "a"', "ebnf-no-root@13-13");
  check("root ::= ]", "ebnf-syntax@9-10");
  check('root ::= "a" ]', "ebnf-syntax@13-14");
  check('root ::= "a', "ebnf-syntax@9-11");
  check('root ::= "a\nb ::= "c"', "ebnf-syntax@9-11");
  check("root ::= [a", "ebnf-syntax@9-11");
  check('root ::= ("a"', "ebnf-syntax@9-10");
  check('root ::= "a")', "ebnf-syntax@12-13");
  check('root ::= "a" |', "ebnf-syntax@14-14");
  check('root ::= | "a"', "ebnf-syntax@9-10");
  check('root ::= ("a" | )', "ebnf-syntax@16-17");
  check("root ::=", "ebnf-syntax@8-8");
  check("root ::= *", "ebnf-syntax@9-10");
  check('root ::= "a"+*', "ebnf-syntax@13-14");
  check('root ::= "a"{2}{3}', "ebnf-syntax@15-18");
  check('root = "a"', "ebnf-syntax@0-10");
  check('x = "a"\nroot ::= "b"', "ebnf-syntax@0-7");
  check('root ::= "a" b ::= "c"', "ebnf-syntax@13-14");
  check("root ::= @@@ b\nb ::= [x]", "ebnf-syntax@9-12");
  check("root ::= b c\nb ::= [x]", "ebnf-undefined-rule@11-12");
  check("root ::= vlaue\nvalue ::= [x]", "ebnf-undefined-rule@9-14");
  check('root ::= "a"\nroot ::= "b"', "ebnf-duplicate-rule@13-17");
  check('root ::= "\\q"', "ebnf-bad-escape@10-12");
  check('root ::= "\\xZ"', "ebnf-bad-escape@10-12");
  check('root ::= "\\u12"', "ebnf-bad-escape@10-14");
  check('root ::= "\\uD83D"', "ebnf-bad-escape@10-16");
  check('root ::= "\\U00110000"', "ebnf-bad-escape@10-20");
  check('root ::= "\\u{}"', "ebnf-bad-escape@10-13");
  check('root ::= "\\x0041"', "ebnf-long-escape@10-16");
  check("root ::= [\\d]", "ebnf-bad-escape@10-12");
  check("root ::= [z-a]", "ebnf-bad-range@10-13");
  check("root ::= []", "ebnf-empty-class@9-11");
  check('root ::= "a"{4,2}', "ebnf-bad-repeat@12-17");
  check('root ::= "a"{,2}', "ebnf-bad-repeat@12-16");
  check('root ::= "a"{x}', "ebnf-bad-repeat@12-15");
  check('root ::= "a"{', "ebnf-bad-repeat@12-13");
  check('root ::= "a"{9999999999}', "ebnf-bad-repeat@12-24");
  check('root ::= "\ud83d"', "ebnf-syntax@10-11");
  check('root ::= "a" (="b")\nx ::= root', "ebnf-lookahead-ignored@13-19");
  check('root ::= (="b") "a"', "ebnf-syntax@9-15");
  check('root ::= TagDispatch(("(", a), x=true) "z"', "ebnf-unsupported-macro@9-20");
  check('root ::= . "a"', "ebnf-undefined-rule@9-10");
  check(
    'root ::= "\\q" b\nc ::= [z-a]\nc ::= "x"{3,1} )',
    "ebnf-bad-escape@10-12",
    "ebnf-undefined-rule@14-15",
    "ebnf-bad-range@23-26",
    "ebnf-duplicate-rule@28-29",
    "ebnf-bad-repeat@37-42",
    "ebnf-syntax@43-44",
  );

  const hint = (text: string, expected: RegExp) =>
    it(`${JSON.stringify(text)} says ${expected}`, () =>
      assert.match(parseEbnf(text).diagnostics[0]!.hint!, expected));
  hint("root ::= vlaue\nvalue ::= [x]", /did you mean "value"/);
  hint("root ::= [\\w]", /a-zA-Z0-9_/);
  hint('root = "a"', /root ::= instead of =/);
  hint('rot ::= "a"', /rename the start rule to "root", or name "rot"/);
  hint("root ::= 3abc", /starts with a letter/);
});

describe("parseEbnf on hostile text", () => {
  const check = (title: string, text: () => string, code: string | undefined) =>
    it(title, () => {
      const { diagnostics } = parseEbnf(text());
      assert.equal(diagnostics.find((d) => d.severity === "error")?.code, code);
      assert.ok(diagnostics.length <= 201);
    });
  check("10⁶ nested groups", () => `root ::= ${"(".repeat(1e6)}"a"${")".repeat(1e6)}`, "grammar-too-deep");
  check("10⁶ open groups", () => `root ::= ${"(".repeat(1e6)}`, "grammar-too-deep");
  check("10⁶ closing parentheses", () => `root ::= "a"${")".repeat(1e6)}`, "ebnf-syntax");
  check(
    "100k alternatives",
    () => `root ::= ${Array.from({ length: 1e5 }, (_, i) => `"x${i}"`).join(" | ")}`,
    undefined,
  );
  check(
    "100k rules in a chain",
    () =>
      `root ::= r0\n${Array.from({ length: 1e5 }, (_, i) => `r${i} ::= "a" r${i + 1}`).join("\n")}\nr100000 ::= "b"`,
    undefined,
  );
  check(
    "20k undefined rules",
    () => `root ::= ${Array.from({ length: 2e4 }, (_, i) => `x${i}`).join(" ")}`,
    "ebnf-undefined-rule",
  );
  check("a megabyte of noise", () => "@%&/".repeat(250_000), "ebnf-syntax");
  check("a literal of 4 MB", () => `root ::= "${"ab".repeat(2e6)}"`, undefined);
  check("10⁶ repetition signs", () => `root ::= "a"${"*".repeat(1e6)}`, "ebnf-syntax");
  check("a million repetitions", () => 'root ::= "a"{0,1000000}', undefined);
  check("too large", () => " ".repeat(33 * 1024 * 1024), "grammar-too-large");
});
