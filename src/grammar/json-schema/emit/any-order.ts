import { choice, empty, nothing, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { Emitter } from "./emitter.ts";
import type { Plan } from "./members.ts";

// Sets of required members, one rule each: for one object, and for all alternatives of a value.
const MAX_SETS = 260;
const MAX_SETS_OF_ALTERNATIVES = 1500;

/// Members in any order: one rule for each set of required members that may be there already.
///
/// With many required members not all sets are affordable. Then the sets are those in which few members
/// are ahead of their turn.
export function anyOrder(
  emitter: Emitter,
  { entries, extra, specials, min }: Plan,
  alternatives: number,
): Expression {
  const { comma } = emitter.layout;
  const required = entries.filter((entry) => entry.required).map((entry) => entry.member);
  required.push(...specials);
  const optional = entries.filter((entry) => !entry.required).map((entry) => entry.member);
  if (extra !== undefined) optional.push(extra);
  const free = emitter.part(choice(optional));
  const ahead = membersAhead(required.length, Math.min(MAX_SETS, MAX_SETS_OF_ALTERNATIVES / alternatives));
  const rules = new Map<string, Expression>();

  /// What follows the members of a set: the first `turn` ones, and those of `early`.
  const after = (turn: number, early: readonly number[]): Expression => {
    const key = `${turn} ${early.join()}`;
    const known = rules.get(key);
    if (known !== undefined) return known;
    const rule = emitter.laterPart();
    rules.set(key, rule.expression);
    const next: Expression[] = turn === required.length ? [empty()] : [];
    for (const [member, rest] of steps(turn, early)) next.push(sequence([comma, member, rest]));
    const others = optional.length > 0 ? repeat(sequence([comma, free]), 0, undefined) : empty();
    rule.set(others.kind === "empty" ? choice(next) : sequence([others, choice(next)]));
    return rule.expression;
  };

  const steps = function* (turn: number, early: readonly number[]): Generator<[Expression, Expression]> {
    for (let i = turn; i < required.length; i++) {
      if (early.includes(i)) continue;
      if (i !== turn && early.length >= ahead) continue;
      let [nextTurn, nextEarly] =
        i === turn ? [turn + 1, early] : [turn, [...early, i].sort((a, b) => a - b)];
      while (nextEarly[0] === nextTurn) {
        nextTurn++;
        nextEarly = nextEarly.slice(1);
      }
      yield [required[i]!, after(nextTurn, nextEarly)];
    }
  };

  const ways: Expression[] = [];
  for (const [member, rest] of steps(0, [])) ways.push(sequence([member, rest]));
  if (optional.length > 0) ways.push(sequence([free, after(0, [])]));
  if (required.length === 0 && min === 0) ways.push(empty());
  return ways.length === 0 ? nothing() : choice(ways);
}

/// How many members may be ahead of their turn, so that the sets stay affordable.
function membersAhead(count: number, limit: number): number {
  let sets = 1;
  for (let ahead = 0; ahead <= count; ahead++) {
    sets = 0;
    for (let turn = 0; turn <= count; turn++) {
      const left = Math.max(0, count - turn - 1);
      let ways = 1;
      for (let k = 0; k <= ahead && k <= left; k++) {
        sets += ways;
        ways = (ways * (left - k)) / (k + 1);
      }
    }
    if (sets > limit) return Math.max(0, ahead - 1);
  }
  return count;
}
