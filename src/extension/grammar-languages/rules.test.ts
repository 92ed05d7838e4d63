import assert from "node:assert/strict";
import { parseEbnf } from "../../grammar/index.ts";
import { Rules } from "./rules.ts";

const rulesOf = (text: string) => new Rules(text, parseEbnf(text).names!);

describe("the rules of a document", () => {
  /// `expected`: each rule as it is written, and its comment.
  const check = (text: string, ...expected: [text: string, comment: string][]) =>
    it(JSON.stringify(text), () => {
      const rules = rulesOf(text);
      assert.deepEqual(
        rules.definitions.map((definition) => [rules.textOf(definition), rules.commentOf(definition)]),
        expected,
      );
    });
  check('root ::= "a"', ['root ::= "a"', ""]);
  check('# first\n#second  \nroot ::= "#"\n', ['root ::= "#"', "first\nsecond"]);
  check(
    "\n# far\n\nroot ::= a # near\n\n# of a\na ::= [b]\n  | c\n\n# end",
    ["root ::= a # near", ""],
    ["a ::= [b]\n  | c", "of a"],
  );
  check("# one\r\nroot ::= a\r\n\r\n# of a\r\na ::= [b]\r\n", ["root ::= a", "one"], ["a ::= [b]", "of a"]);
  check("root ::= a\r\n\r\n# far\r\n\r\na ::= [b]", ["root ::= a", ""], ["a ::= [b]", ""]);

  it("are found by place", () => {
    const rules = rulesOf("root ::= a b\na ::= b\nb ::= [c]");
    assert.equal(rules.at(2)?.name, "root");
    assert.equal(rules.at(10)?.name, "a");
    assert.equal(rules.at(6), undefined);
    assert.equal(rules.referencesOf("b").length, 2);
    assert.equal(rules.definitionsOf("b").length, 1);
  });

  it("of a large grammar are looked at one by one in no time", () => {
    const text = `root ::= r0\n${Array.from({ length: 20_000 }, (_, i) => `# ${i}\nr${i} ::= "a"`).join("\n")}`;
    const rules = rulesOf(text);
    assert.equal(rules.definitions.map((definition) => rules.commentOf(definition)).at(-1), "19999");
  });
});
