import assert from "node:assert/strict";
import { utf8Encode } from "../../src/base/bytes.ts";
import { parseEbnf } from "../../src/grammar/ebnf/ebnf.ts";
import type { Expression, Grammar } from "../../src/grammar/ir.ts";
import { recognize } from "../reference/recognizer.ts";

const ofExpression = (expression: Expression): Grammar => ({
  rules: [{ name: "root", expression }],
  rootRule: 0,
});

describe("the reference recogniser", () => {
  /// `next` lists the ASCII bytes that may follow, "…" if there are many others.
  const check = (grammar: string | Grammar, text: string, accepted: boolean, viable: number, next: string) =>
    it(`${typeof grammar === "string" ? grammar.replaceAll("\n", "; ") : grammar.rules[0]!.expression.kind} on ${JSON.stringify(text)}`, () => {
      const g = typeof grammar === "string" ? parseEbnf(grammar).grammar! : grammar;
      const r = recognize(g, utf8Encode(text));
      assert.equal(r.accepted, accepted);
      assert.equal(r.longestViablePrefix, viable);
      const bytes = [...r.nextBytes].sort((a, b) => a - b);
      const shown =
        bytes.length > 20
          ? "…"
          : bytes.map((b) => (b < 128 ? String.fromCharCode(b) : b.toString(16))).join("");
      assert.equal(shown, next);
    });
  const nested = 'root ::= "(" root ")" | ""';
  check(nested, "", true, 0, "(");
  check(nested, "(()", false, 3, ")");
  check(nested, "(())", true, 4, "");
  check(nested, "())", false, 2, "");
  const left = 'root ::= root "+" [0-9] | [0-9]';
  check(left, "1+2+3", true, 5, "+");
  check(left, "1+", false, 2, "0123456789");
  check('root ::= a? root "b" | "c"\na ::= "x"', "xcbb", true, 4, "b");
  check('root ::= ("a"?)* "b"', "aaa", false, 3, "ab");
  check('root ::= a a a\na ::= "" | "x"', "xx", true, 2, "x");
  check('root ::= "a"{2,3}', "aa", true, 2, "a");
  check('root ::= "a"{2,3}', "aaaa", false, 3, "");
  check('root ::= "a"{2,}', "aaaaa", true, 5, "a");
  check('root ::= "a"{1000000}', "aaa", false, 3, "a");
  check('root ::= "a" | "a" dead\ndead ::= "b" dead', "a", true, 1, "");
  check("root ::= [é-€]", "é", true, 2, "");
  check("root ::= [^a]", "a", false, 0, "…");
  const a: Expression = { kind: "literal", bytes: utf8Encode("a") };
  const foo: Expression = { kind: "literal", bytes: utf8Encode("foo") };
  const letters: Expression = { kind: "repeat", min: 0, item: { kind: "characters", ranges: [[97, 122]] } };
  const notFoo: Expression = { kind: "intersection", items: [letters, { kind: "complement", item: foo }] };
  check(ofExpression(notFoo), "foo", false, 3, "…");
  check(ofExpression(notFoo), "fo", true, 2, "…");
  check(ofExpression({ kind: "sequence", items: [notFoo, a] }), "fooa", false, 4, "…");
  check(ofExpression({ kind: "intersection", items: [a, foo] }), "a", false, 0, "");
  check(ofExpression({ kind: "complement", item: { kind: "complement", item: foo } }), "foo", true, 3, "");
  check(
    ofExpression({ kind: "sequence", items: [a, { kind: "token", tokens: [1], negated: false }] }),
    "a",
    false,
    0,
    "",
  );

  it("follows characters byte by byte", () => {
    const g = parseEbnf('root ::= "€"').grammar!;
    assert.deepEqual([...recognize(g, Uint8Array.of(0xe2)).nextBytes], [0x82]);
  });
});
