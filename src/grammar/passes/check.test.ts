import assert from "node:assert/strict";
import { parseEbnf } from "../ebnf/ebnf.ts";
import type { Expression, Grammar } from "../ir.ts";
import { checkGrammar, nullableRules, productiveRules } from "./check.ts";
import { leftRecursion } from "./left-recursion.ts";

function grammarOf(text: string): Grammar {
  const { grammar, diagnostics } = parseEbnf(text);
  assert.ok(grammar, JSON.stringify(diagnostics));
  return grammar;
}

const names = (g: Grammar, flags: Uint8Array) =>
  g.rules
    .filter((_, i) => flags[i] === 1)
    .map((r) => r.name)
    .join(" ");

describe("checkGrammar", () => {
  const check = (text: string, ...expected: string[]) =>
    it(`${JSON.stringify(text)} → ${expected.join(", ") || "fine"}`, () => {
      const shown = checkGrammar(grammarOf(text)).map((d) => {
        assert.ok(d.hint);
        return `${d.code}@${d.location?.kind === "text" ? text.slice(d.location.span.from, d.location.span.to) : ""}`;
      });
      assert.deepEqual(shown, expected);
    });
  check('root ::= "a" root | "b"');
  check('root ::= "(" root ")" | ""');
  check('root ::= root "a" | "b"', "grammar-left-recursion@root");
  check('root ::= a\na ::= b "x" | "y"\nb ::= a "z"', "grammar-left-recursion@b");
  check('root ::= b? root "a" | "b"\nb ::= "b"', "grammar-left-recursion@root");
  check('root ::= a root | "b"\na ::= "a"*', "grammar-left-recursion@root");
  check("root ::= root", "grammar-empty-language@root", "grammar-left-recursion@root");
  check('root ::= "a" root', "grammar-empty-language@root");
  check("root ::= []{3}", "grammar-empty-language@root");
  check('root ::= "a" | b\nb ::= "x" b', "grammar-unproductive-rule@b");
  check('root ::= "a"\nb ::= "x"', "grammar-unreachable-rule@b");
  check(
    'root ::= "a"\nb ::= c\nc ::= b | "x"',
    "grammar-unreachable-rule@b",
    "grammar-left-recursion@c",
    "grammar-unreachable-rule@c",
  );
  check('root ::= ("")* "a"', 'grammar-nullable-repeat@("")*');
  check('root ::= ("a"?)+');
  check('root ::= ("a"? "b"?)+', 'grammar-nullable-repeat@("a"? "b"?)+');
  check('root ::= ("a"?){2,5}');
  check('root ::= (a "b")* \na ::= "a"*');

  it("names the whole cycle of a left recursion", () => {
    const [d] = checkGrammar(grammarOf('root ::= a\na ::= b "x" | "y"\nb ::= c? a "z"\nc ::= "c"'));
    assert.equal(d!.message, "left recursion: a → b → a (what stands before it may be empty)");
  });

  it("takes left recursion as asked", () => {
    const g = grammarOf('root ::= root "a" | "b"');
    assert.deepEqual(checkGrammar(g, { leftRecursion: "allowed" }), []);
    assert.equal(checkGrammar(g, { leftRecursion: "warning" })[0]!.severity, "warning");
  });

  it("keeps direct and mutual left recursions apart", () => {
    const g = grammarOf('root ::= a b\na ::= a "x" | "y"\nb ::= c | "z"\nc ::= b "w"');
    assert.deepEqual(
      leftRecursion(g).map((r) => r.cycle),
      [[1], [2, 3]],
    );
  });

  it("refuses complements of what is recursive, not of what is regular", () => {
    const bad: Expression = { kind: "complement", item: { kind: "rule", rule: 1 } };
    const of = (second: Expression): Grammar => ({
      rootRule: 0,
      rules: [
        { name: "root", expression: bad },
        { name: "x", expression: second },
      ],
    });
    const a: Expression = { kind: "literal", bytes: Uint8Array.of(97) };
    const recursive: Expression = {
      kind: "choice",
      items: [a, { kind: "sequence", items: [a, { kind: "rule", rule: 1 }] }],
    };
    assert.deepEqual(
      checkGrammar(of(recursive)).map((d) => d.code),
      ["grammar-not-regular"],
    );
    assert.deepEqual(checkGrammar(of({ kind: "repeat", item: a, min: 1 })), []);
  });
});

describe("nullableRules and productiveRules", () => {
  const text =
    'root ::= a b c d\na ::= "x"*\nb ::= a a\nc ::= b | "y" c\nd ::= e{0,2} \ne ::= "z" e\nf ::= e | "w" b';
  it("finds the rules that match the empty text", () => {
    const g = grammarOf(text);
    assert.equal(names(g, nullableRules(g)), "root a b c d");
  });
  it("finds the rules that match something", () => {
    const g = grammarOf(text);
    assert.equal(names(g, productiveRules(g)), "root a b c d f");
  });
  it("knows when a complement matches the empty text", () => {
    const not = (item: Expression): Grammar => ({
      rootRule: 0,
      rules: [{ name: "root", expression: { kind: "complement", item } }],
    });
    assert.equal(nullableRules(not({ kind: "empty" }))[0], 0);
    assert.equal(nullableRules(not({ kind: "nothing" }))[0], 1);
  });
});

describe("checkGrammar on hostile grammars", () => {
  const n = 1e5;
  const check = (title: string, text: () => string, ...expected: string[]) =>
    it(title, () => {
      const g = grammarOf(text());
      assert.deepEqual(
        checkGrammar(g)
          .map((d) => d.code)
          .slice(0, 2),
        expected,
      );
    });
  check("100k alternatives", () => `root ::= ${Array.from({ length: n }, (_, i) => `"x${i}"`).join("|")}`);
  check(
    "a chain of 100k rules",
    () =>
      `root ::= r0\n${Array.from({ length: n }, (_, i) => `r${i} ::= r${i + 1} "a"`).join("\n")}\nr${n} ::= "b"`,
  );
  check(
    "a left recursion of 100k rules",
    () =>
      `root ::= r0\n${Array.from({ length: n }, (_, i) => `r${i} ::= r${(i + 1) % n} "a" | "b"`).join("\n")}`,
    "grammar-left-recursion",
  );
  check(
    "100k rules that name one nullable rule",
    () => `root ::= ${Array.from({ length: n }, () => "e").join(" ")}\ne ::= "x"?`,
  );
});
