import { utf8DecodeLossy } from "../../src/base/bytes.ts";
import type { Expression, Grammar } from "../../src/grammar/ir.ts";

/// A compact rendering of the IR, so that a test case is one line: literals as JSON strings, classes as
/// ranges of hex code points, ε for the empty text and ∅ for no text at all.
function showExpression(e: Expression, g: Grammar): string {
  switch (e.kind) {
    case "empty":
      return "ε";
    case "nothing":
      return "∅";
    case "literal":
      return JSON.stringify(utf8DecodeLossy(e.bytes));
    case "characters":
      return `[${e.ranges.map((r) => r.map((c) => c.toString(16)).join("-")).join(",")}]`;
    case "bytes":
      return `bytes[${e.ranges.map((r) => r.map((c) => c.toString(16)).join("-")).join(",")}]`;
    case "sequence":
      return `(${e.items.map((i) => showExpression(i, g)).join(" ")})`;
    case "choice":
      return `(${e.items.map((i) => showExpression(i, g)).join("|")})`;
    case "repeat":
      return `${showExpression(e.item, g)}{${e.min},${e.max ?? ""}}`;
    case "rule":
      return g.rules[e.rule]!.name;
    case "intersection":
      return `(${e.items.map((i) => showExpression(i, g)).join("&")})`;
    case "complement":
      return `¬${showExpression(e.item, g)}`;
    case "unordered": {
      const items = e.items.map(
        ({ expression, isRequired }) => `${showExpression(expression, g)}${isRequired ? "" : "?"}`,
      );
      const more = e.more === undefined ? "" : ` + ${showExpression(e.more, g)}`;
      const separator = e.separator === undefined ? "" : ` / ${showExpression(e.separator, g)}`;
      return `{${items.join(" & ")}${more}${separator}}{${e.min},${e.max ?? ""}}`;
    }
    case "token":
      return `${e.negated ? "!" : ""}<${e.tokens.join(",")}>`;
    default:
      return e satisfies never;
  }
}

export function showGrammar(g: Grammar): string {
  return g.rules.map((r) => `${r.name}=${showExpression(r.expression, g)}`).join("; ");
}
