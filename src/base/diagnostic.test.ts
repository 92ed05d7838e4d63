import assert from "node:assert/strict";
import { renderDiagnostic } from "./diagnostic.ts";

describe("renderDiagnostic", () => {
  it("names file, line and column and draws a caret under tabs", () => {
    const source = 'root ::= "a"\n\tb ::= ]\n';
    const from = source.indexOf("]");
    const rendered = renderDiagnostic(
      {
        code: "x",
        severity: "error",
        message: "unexpected ]",
        location: { kind: "text", file: "g.ebnf", span: { from, to: from + 1 } },
        hint: "remove it",
      },
      source,
    );
    assert.equal(
      rendered,
      "g.ebnf:2:8: error: unexpected ] [x]\n2 | \tb ::= ]\n  | \t      ^\n  = remove it",
    );
  });
});
