import assert from "node:assert/strict";
import { parseEbnf } from "./ebnf/ebnf.ts";
import { parseGbnf } from "./gbnf/gbnf.ts";
import { parseLark } from "./lark/lark.ts";

const parsers = { ebnf: parseEbnf, gbnf: parseGbnf, lark: parseLark };

describe("the names of a grammar's rules", () => {
  /// `expected` lists definitions as `name=body` and references, each as the text at its span.
  const check = (kind: keyof typeof parsers, text: string, definitions: string[], references: string[]) =>
    it(`are found in ${JSON.stringify(text)}`, () => {
      const { names } = parsers[kind](text);
      assert.ok(names);
      assert.deepEqual(
        names.definitions.map(({ span, end }) => text.slice(span.from, end)),
        definitions,
      );
      for (const { name, span } of [...names.definitions, ...names.references])
        assert.equal(text.slice(span.from, span.to), name);
      assert.deepEqual(
        names.references.map(({ name }) => name),
        references,
      );
    });
  check(
    "ebnf",
    'root ::= a b | a\na ::= "x"\nb ::= a',
    ["root ::= a b | a\n", 'a ::= "x"\n', "b ::= a"],
    [..."abaa"],
  );
  check("ebnf", 'root ::= a )\na ::= "x"\na ::= b', ["root ::= a )\n", 'a ::= "x"\n', "a ::= b"], ["a", "b"]);
  check("gbnf", "root ::= x-1 <[7]>\n\nx-1 ::= [a]", ["root ::= x-1 <[7]>\n\n", "x-1 ::= [a]"], ["x-1"]);
  check(
    "lark",
    'start: x\n%import common.WS -> SPACE\n%import common (INT, NUMBER)\n%ignore SPACE\nx: "a" INT',
    ["start: x", "SPACE", "INT", "NUMBER", 'x: "a" INT'],
    ["x", "SPACE", "INT"],
  );
});

describe("what goes with a diagnostic about a name", () => {
  const check = (text: string, code: string, related: string[], replacement?: string) =>
    it(`${code} in ${JSON.stringify(text)}`, () => {
      const found = parseEbnf(text).diagnostics.find((d) => d.code === code);
      assert.ok(found);
      assert.deepEqual(
        (found.related ?? []).map(({ message, span }) => `${message} ${span.from}`),
        related,
      );
      assert.equal(found.replacement, replacement);
    });
  check("root ::= vlaue\nvalue ::= [a]", "ebnf-undefined-rule", ['"value" is defined here 15'], "value");
  check("root ::= x", "ebnf-undefined-rule", []);
  check("root ::= [a]\nroot ::= [b]", "ebnf-duplicate-rule", ['"root" is defined here first 0']);
});
