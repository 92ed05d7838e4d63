import { characters, choice, empty, nothing, sequence } from "../../build.ts";
import type { CodePointRange, Expression } from "../../ir.ts";
import { Inexpressible } from "../value-set.ts";
import type { TextCondition } from "../values/text-condition.ts";
import type { Emitter } from "./emitter.ts";

/// Conditions that one text may come to.
const MAX_CONDITIONS = 6000;

/// The texts over `alphabet` that fulfil the condition, as a rule for each condition that texts come to.
/// Throws `Inexpressible` if these are too many.
export function conditionRules(
  emitter: Emitter,
  condition: TextCondition,
  alphabet: readonly number[],
): Expression {
  const conditions = [condition];
  const numbers = new Map([[condition.key, 0]]);
  /// Condition → the one after each character of the alphabet, -1 for a dead one.
  const after: number[][] = [];
  for (let i = 0; i < conditions.length; i++) {
    after.push(
      alphabet.map((character) => {
        const next = conditions[i]!.after(character);
        if (next.isDead) return -1;
        let number = numbers.get(next.key);
        if (number === undefined) {
          number = conditions.push(next) - 1;
          numbers.set(next.key, number);
        }
        return number;
      }),
    );
    if (conditions.length > MAX_CONDITIONS) throw new Inexpressible("tells too many numbers apart");
  }
  const canEnd = ending(
    conditions.map((c) => c.accepts),
    after,
  );
  if (!canEnd[0]) return nothing();
  const rules = conditions.map((_, i) => (canEnd[i] ? emitter.laterPart() : undefined));
  for (const [i, rule] of rules.entries()) {
    if (rule === undefined) continue;
    const ways: Expression[] = conditions[i]!.accepts ? [empty()] : [];
    for (const target of new Set(after[i])) {
      if (target < 0 || rules[target] === undefined) continue;
      const taken = alphabet.filter((_, k) => after[i]![k] === target);
      const set = characters(taken.map((c): CodePointRange => [c, c]));
      ways.push(sequence([set, rules[target].expression]));
    }
    rule.set(choice(ways));
  }
  return rules[0]!.expression;
}

/// Which conditions some text can end in, now or later.
function ending(accepts: readonly boolean[], after: readonly (readonly number[])[]): readonly boolean[] {
  const out = [...accepts];
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = out.length - 1; i >= 0; i--) {
      if (out[i] || !after[i]!.some((target) => target >= 0 && out[target])) continue;
      out[i] = true;
      changed = true;
    }
  }
  return out;
}
