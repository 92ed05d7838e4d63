import assert from "node:assert/strict";
import { showGrammar } from "../../../test/reference/show-grammar.ts";
import { parseGbnf } from "./gbnf.ts";

describe("parseGbnf", () => {
  const check = (text: string, expected: string) =>
    it(`reads ${JSON.stringify(text)}`, () => {
      const { grammar, diagnostics } = parseGbnf(text);
      assert.deepEqual(diagnostics, []);
      assert.equal(showGrammar(grammar!), expected);
    });
  check('root ::= "a" b-1\nb-1 ::= [0-9]+\n', 'root=("a" b-1); b-1=[30-39]{1,}');
  check('root ::= "a" |\n  "b"\n', 'root=("a"|"b")');
  check('root ::=\n  "a"\n', 'root="a"');
  check('root ::= (\n  "a" # one\n  | "b"\n)*\nx ::= "y"', 'root=("a"|"b"){0,}; x="y"');
  check('root ::= "a" | ', 'root=("a"|ε)');
  check("root ::= ", "root=ε");
  check('root ::= ( | "a")', 'root=(ε|"a")');
  check('root ::= "a"{2} "b"{2,} "d"{0,1}', 'root=("a"{2,2} "b"{2,} "d"{0,1})');
  check('root ::= "a"?*{2}{3}', 'root="a"{0,}{2,2}{3,3}');
  check('root ::= . [^"]', "root=([0-d7ff,e000-10ffff] [0-21,23-d7ff,e000-10ffff])");
  check('root ::= "\\x41B\\u00e9\\U0001F600\\n\\t\\r\\"\\\\"', 'root="ABé😀\\n\\t\\r\\"\\\\"');
  check("root ::= [\\[\\]\\-x]", "root=[2d-2d,5b-5b,5d-5d,78-78]");
  check('root ::= ("a"\n*)', 'root="a"{0,}');
  check("root ::= 1st\n1st ::= [x]", "root=1st; 1st=[78-78]");
  check("root ::= <[123]> <think> !<[4]> !</think>*", "root=(<123> <<think>> !<4> !<</think>>{0,})");
});

describe("parseGbnf diagnostics", () => {
  const check = (text: string, ...expected: string[]) =>
    it(`${JSON.stringify(text)} → ${expected.join(", ")}`, () => {
      const { grammar, diagnostics } = parseGbnf(text);
      assert.equal(grammar, undefined);
      const shown = diagnostics.map((d) => {
        assert.ok(d.location?.kind === "text" && d.hint !== undefined);
        return `${d.code}@${text.slice(d.location.span.from, d.location.span.to)}`;
      });
      assert.deepEqual(shown, expected);
    });
  check('root ::= "a"\n  "b"\n', 'gbnf-syntax@"b"');
  check("root ::= 'a'", "gbnf-syntax@'a'");
  check("root ::= a_b\na ::= [x]", "gbnf-syntax@_", "gbnf-undefined-rule@b");
  check('root ::= "\\q"', "gbnf-bad-escape@\\q");
  check('root ::= "\\x4"', "gbnf-bad-escape@\\x4");
  check("root ::= [b-a]", "gbnf-bad-range@b-a");
  check('root ::= "a"{3,1}', "gbnf-bad-repeat@{3,1}");
  check('root ::= "a"{,2}', "gbnf-bad-repeat@{,2}");
  check('root ::= "a"{,}', "gbnf-bad-repeat@{,}");
  check("root ::= <[12>", "gbnf-bad-token@<[12>");
  check("root ::= <a b>", "gbnf-bad-token@<a b>");
  check("root ::= <a", "gbnf-bad-token@<", "gbnf-undefined-rule@a");
  check("root ::= <[99999999999]>", "gbnf-bad-token@<[99999999999]>");
  check("root ::= nope", "gbnf-undefined-rule@nope");
  check('x ::= "a"', "gbnf-no-root@");
  check('root ::= "a"\nroot ::= "b"', "gbnf-duplicate-rule@root");
  check('root ::= ("a"', "gbnf-syntax@(");
  check('root ::= "a"{2}{2}{2}{2}{2}', "grammar-too-deep@{");
});
