import { choice, nothing, repeat, sequence } from "../../build.ts";
import type { Expression, RuleId } from "../../ir.ts";

/// What is known of rules that may match the empty text; undefined: they do not.
type RuleLookup = (rule: RuleId) => Expression | undefined;

/// Whether the empty text matches. Expressions hold no complements here.
export function matchesEmpty(e: Expression, ruleOf: RuleLookup): boolean {
  switch (e.kind) {
    case "empty":
      return true;
    case "literal":
      return e.bytes.length === 0;
    case "sequence":
    case "intersection":
      return e.items.every((item) => matchesEmpty(item, ruleOf));
    case "choice":
      return e.items.some((item) => matchesEmpty(item, ruleOf));
    case "repeat":
      return e.min === 0 || matchesEmpty(e.item, ruleOf);
    case "rule": {
      const expression = ruleOf(e.rule);
      return expression !== undefined && matchesEmpty(expression, ruleOf);
    }
    case "nothing":
    case "characters":
    case "bytes":
    case "unordered":
    case "token":
    case "complement":
      return false;
    default:
      return e satisfies never;
  }
}

/// The same texts without the empty one.
export function nonEmpty(e: Expression, ruleOf: RuleLookup): Expression {
  const ways: Expression[] = [];
  // Rules of counted members lead to one another in long chains, so this does not call itself.
  const open = [e];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!matchesEmpty(next, ruleOf)) {
      if (next.kind !== "nothing") ways.push(next);
      continue;
    }
    switch (next.kind) {
      case "empty":
      case "literal":
        break;
      case "choice":
        open.push(...next.items.toReversed());
        break;
      case "repeat":
        // One that is not empty, and any others after it.
        open.push(
          matchesEmpty(next.item, ruleOf)
            ? sequence([next.item, repeat(next.item, 0, next.max === undefined ? undefined : next.max - 1)])
            : repeat(next.item, 1, next.max),
        );
        break;
      case "sequence": {
        const [first, ...rest] = next.items;
        open.push(sequence(rest), sequence([nonEmpty(first!, ruleOf), ...rest]));
        break;
      }
      case "rule":
        open.push(ruleOf(next.rule)!);
        break;
      default:
        throw new Error(`a ${next.kind} expression among members or elements`);
    }
  }
  return ways.length === 0 ? nothing() : choice(ways);
}
