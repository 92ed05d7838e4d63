import assert from "node:assert/strict";
import { trimOverlap } from "./overlap.ts";

describe("trimOverlap", () => {
  const check = (completion: string, suffix: string, expected: string) =>
    it(`${JSON.stringify(completion)} before ${JSON.stringify(suffix)}`, () =>
      assert.equal(trimOverlap(completion, suffix), expected));
  // Nothing to remove.
  check("a + b", "", "a + b");
  check("", ")", "");
  check("a", "b", "a");
  check("f()", ")", "f()");
  check("[1, (2)]", "]\n", "[1, (2)]");
  check("if (x) {\n  y();\n}", "\n}", "if (x) {\n  y();\n}");
  // The end is the suffix's start.
  check("b, c);", ");\n", "b, c");
  check("b, f())", ")", "b, f()");
  check("x\n", "\ny", "x");
  check('value"', '": 1', "value");
  check("const a", "a = 1", "const ");
  check("return 1;\n}\n", "\n}\n", "return 1;");
  // A word is not cut in the middle.
  check("data", "a", "data");
  check("x.total", "l", "x.total");
  // Closing brackets, spaced otherwise.
  check("x;\n}\n", " }", "x;");
  check("x;\n}", "\n  }", "x;");
  check("x;\n  }", "}", "x;\n  ");
  check("a)\n});", "\n    });\n", "a)");
  check("y", "\n  }", "y");
  check("g({ a })", " }", "g({ a })");
  // A line of the suffix in the middle of the completion.
  check(
    "return 1;\n}\n\nfunction second() {\n  more",
    "\n\nfunction second() {\n  return 2;\n}",
    "return 1;\n}",
  );
  check("a;\n}\nb", "\n}\n", "a;\n}\nb");
});
