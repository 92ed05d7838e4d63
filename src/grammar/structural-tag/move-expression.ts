import type { Span } from "../../base/span.ts";
import type { Expression } from "../ir.ts";

/// From a span in one text to the one in another.
export type Move = (span: Span | undefined) => Span | undefined;

/// The same expression with rules counted from `first` on. Parts without rules and spans stay the objects
/// they are.
export function moveExpression(e: Expression, first: number, moved: Move): Expression {
  const span = moved(e.span);
  const at = span === undefined ? {} : { span };
  switch (e.kind) {
    case "empty":
    case "nothing":
    case "literal":
    case "characters":
    case "bytes":
    case "token":
      return span === e.span ? e : { ...e, span: span! };
    case "rule":
      return { kind: "rule", rule: first + e.rule, ...at };
    case "sequence":
    case "choice":
    case "intersection": {
      const items = e.items.map((item) => moveExpression(item, first, moved));
      const isSame = span === e.span && items.every((item, i) => item === e.items[i]);
      return isSame ? e : { kind: e.kind, items, ...at };
    }
    case "repeat":
    case "complement": {
      const item = moveExpression(e.item, first, moved);
      return span === e.span && item === e.item ? e : { ...e, item, ...at };
    }
    case "unordered": {
      const move = (part: Expression) => moveExpression(part, first, moved);
      return {
        ...e,
        items: e.items.map(({ expression, isRequired }) => ({ expression: move(expression), isRequired })),
        ...(e.more === undefined ? {} : { more: move(e.more) }),
        ...(e.separator === undefined ? {} : { separator: move(e.separator) }),
        ...at,
      };
    }
    default:
      return e satisfies never;
  }
}
