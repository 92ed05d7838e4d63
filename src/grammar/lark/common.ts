import type { Span } from "../../base/span.ts";
import type { Expression } from "../ir.ts";
import { parseRegexExpression } from "../regex/regex.ts";

// The terminals of Lark's module `common`, as regular expressions of this product's own.
const PATTERNS: ReadonlyMap<string, string> = new Map([
  ["DIGIT", "[0-9]"],
  ["HEXDIGIT", "[0-9A-Fa-f]"],
  ["INT", "[0-9]+"],
  ["SIGNED_INT", "[+-]?[0-9]+"],
  ["DECIMAL", "[0-9]+\\.[0-9]*|\\.[0-9]+"],
  ["FLOAT", "[0-9]+[eE][+-]?[0-9]+|(?:[0-9]+\\.[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?"],
  ["SIGNED_FLOAT", "[+-]?(?:[0-9]+[eE][+-]?[0-9]+|(?:[0-9]+\\.[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"],
  ["NUMBER", "(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?"],
  ["SIGNED_NUMBER", "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?"],
  ["ESCAPED_STRING", '"(?:[^"\\\\\\n]|\\\\[^\\n])*"'],
  ["LCASE_LETTER", "[a-z]"],
  ["UCASE_LETTER", "[A-Z]"],
  ["LETTER", "[A-Za-z]"],
  ["WORD", "[A-Za-z]+"],
  ["CNAME", "[A-Za-z_][A-Za-z0-9_]*"],
  ["WS_INLINE", "[ \\t]+"],
  ["WS", "[ \\t\\f\\r\\n]+"],
  ["CR", "\\r"],
  ["LF", "\\n"],
  ["NEWLINE", "(?:\\r?\\n)+"],
  ["SH_COMMENT", "#[^\\n]*"],
  ["CPP_COMMENT", "//[^\\n]*"],
  ["C_COMMENT", "/\\*(?:[^*]|\\*+[^*/])*\\*+/"],
  ["SQL_COMMENT", "--[^\\n]*"],
]);

export const COMMON_NAMES: Iterable<string> = PATTERNS.keys();

/// What a terminal of `common` matches, if there is one of that name; every node gets `span`.
export function commonTerminal(name: string, span: Span): Expression | undefined {
  const pattern = PATTERNS.get(name);
  if (pattern === undefined) return undefined;
  const { expression } = parseRegexExpression(pattern.replaceAll("/", "\\/"));
  if (expression === undefined) throw new Error(`the pattern of common.${name} is broken`);
  return respanned(expression, span);
}

function respanned(e: Expression, span: Span): Expression {
  switch (e.kind) {
    case "sequence":
    case "choice":
    case "intersection":
      return { ...e, items: e.items.map((item) => respanned(item, span)), span };
    case "repeat":
    case "complement":
      return { ...e, item: respanned(e.item, span), span };
    default:
      return { ...e, span };
  }
}
