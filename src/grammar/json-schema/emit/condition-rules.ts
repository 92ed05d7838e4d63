import { characters, choice, empty, nothing, sequence } from "../../build.ts";
import type { CodePointRange, Expression } from "../../ir.ts";
import { spend } from "../../work.ts";
import { Inexpressible } from "../value-set.ts";
import type { TextCondition } from "../values/text-condition.ts";
import type { Emitter } from "./emitter.ts";

/// Conditions that one text may come to.
const MAX_CONDITIONS = 6000;

/// The texts over `alphabet` (31 characters at most) that fulfil the condition, as a rule for each condition
/// that texts come to. Throws `Inexpressible` if these are too many.
export function conditionRules(
  emitter: Emitter,
  condition: TextCondition,
  alphabet: readonly number[],
): Expression {
  const conditions = [condition];
  const numbers = new Map([[condition, 0]]);
  /// Condition → the one after each character of the alphabet, -1 for a dead one.
  const after: number[][] = [];
  for (let i = 0; i < conditions.length; i++) {
    spend(alphabet.length);
    after.push(
      alphabet.map((character) => {
        const next = conditions[i]!.after(character);
        if (next.isDead) return -1;
        let number = numbers.get(next);
        if (number === undefined) {
          number = conditions.push(next) - 1;
          numbers.set(next, number);
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
  /// Bits of characters of the alphabet → the class of these.
  const classes = new Map<number, Expression>();
  const classOf = (bits: number): Expression => {
    let made = classes.get(bits);
    if (made === undefined) {
      made = characters(alphabet.filter((_, k) => (bits >> k) & 1).map((c): CodePointRange => [c, c]));
      classes.set(bits, made);
    }
    return made;
  };
  for (const [i, rule] of rules.entries()) {
    if (rule === undefined) continue;
    const ways: Expression[] = conditions[i]!.accepts ? [empty()] : [];
    const targets = new Map<number, number>();
    after[i]!.forEach((target, k) => {
      targets.set(target, (targets.get(target) ?? 0) | (1 << k));
    });
    for (const [target, bits] of targets)
      if (target >= 0 && rules[target] !== undefined)
        ways.push(sequence([classOf(bits), rules[target].expression]));
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
