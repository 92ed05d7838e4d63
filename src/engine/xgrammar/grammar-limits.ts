import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Expression, Grammar } from "../../grammar/ir.ts";

/// An error for each place where the grammar names a token: XGrammar knows text only.
export function tokenDiagnostics(grammar: Grammar, file: string | undefined): Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (e: Expression): void => {
    switch (e.kind) {
      case "sequence":
      case "choice":
      case "intersection":
        e.items.forEach(visit);
        return;
      case "repeat":
      case "complement":
        visit(e.item);
        return;
      case "token": {
        const at = file === undefined ? {} : { file };
        found.push({
          code: "engine-token-unsupported",
          severity: "error",
          message: "the xgrammar engine cannot name tokens",
          ...(e.span === undefined ? {} : { location: { kind: "text", ...at, span: e.span } }),
          hint: "write the token's text as a literal",
        });
        return;
      }
      default:
    }
  };
  for (const rule of grammar.rules) visit(rule.expression);
  return found;
}
