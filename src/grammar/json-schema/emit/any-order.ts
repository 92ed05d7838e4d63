import { choice, empty, nothing, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { Emitter } from "./emitter.ts";
import type { Plan } from "./members.ts";

// Sets of required members, one rule each: for one order, and for all alternatives of a value.
const MAX_SETS = 260;
const MAX_SETS_OF_ALTERNATIVES = 1500;

/// Members in any order: the named ones once at most, those under other keys as often as they like.
export function inAnyOrder(emitter: Emitter, { entries, extra, specials, min, max }: Plan): Expression {
  const { comma } = emitter.layout;
  // Between parameters there may be nothing, and a separator is never empty.
  const isBlank = emitter.style !== undefined;
  const item = (member: Expression) => (isBlank ? sequence([member, comma]) : member);
  const named = entries.map(({ member, required }) => ({ expression: item(member), isRequired: required }));
  const wanted = specials.map((special) => ({ expression: item(special), isRequired: true }));
  const some: Expression = {
    kind: "unordered",
    items: [...named, ...wanted],
    ...(extra === undefined ? {} : { more: item(extra) }),
    ...(isBlank ? {} : { separator: comma }),
    min,
    ...(max === Number.POSITIVE_INFINITY ? {} : { max }),
  };
  const mayBeEmpty = min === 0 && !some.items.some(({ isRequired }) => isRequired);
  if (max === 0) return mayBeEmpty ? empty() : nothing();
  return mayBeEmpty ? choice([empty(), some]) : some;
}

/// The same for grammars without items in any order: one rule for each set of required members that may be there already.
///
/// With many required members not all sets are affordable. Then the sets are those in which few members
/// are ahead of their turn: of the schema's order, or of the order of its list of required members, which
/// people and programs go by, too.
export function anyOrder(emitter: Emitter, plan: Plan, alternatives: number): Expression {
  const { entries, extra, specials, min } = plan;
  const needed = entries.filter((entry) => entry.required);
  const optional = entries.filter((entry) => !entry.required).map((entry) => entry.member);
  if (extra !== undefined) optional.push(extra);
  const free = optional.length === 0 ? undefined : emitter.part(choice(optional));
  const count = needed.length + specials.length;
  const orders = [[...needed.map((entry) => entry.member), ...specials]];
  let ahead = membersAhead(count, Math.min(MAX_SETS, MAX_SETS_OF_ALTERNATIVES / alternatives));
  if (
    ahead < count &&
    needed.some((entry, i) => (entry.requiredAt ?? i) < (needed[i - 1]?.requiredAt ?? 0))
  ) {
    const listed = needed.toSorted((a, b) => (a.requiredAt ?? count) - (b.requiredAt ?? count));
    orders.push([...listed.map((entry) => entry.member), ...specials]);
    ahead = membersAhead(count, Math.min(MAX_SETS, MAX_SETS_OF_ALTERNATIVES / alternatives / 2));
  }
  if (ahead < count - 1) {
    const which =
      orders.length === 1 ? "the schema's order" : "the schema's order or that of its required list";
    emitter.warnOfOrder(
      `of ${count} required members ${ahead === 0 ? "none" : `only ${ahead}`} at a time may stand before its turn in ${which}`,
      "require fewer members to have them in any order",
    );
  }
  if (needed.length < entries.length) emitter.noteRepeats();
  const ways = orders.map((order) => someAhead(emitter, order, free, ahead));
  if (count === 0 && min === 0) ways.push(empty());
  return choice(ways.filter((way) => way.kind !== "nothing"));
}

/// The required members, at most `ahead` of them before one that is ahead of them in this order, and `free`
/// ones anywhere. At least one member.
function someAhead(
  emitter: Emitter,
  required: readonly Expression[],
  free: Expression | undefined,
  ahead: number,
): Expression {
  const { comma } = emitter.layout;
  const others = free === undefined ? empty() : repeat(sequence([comma, free]), 0, undefined);
  const rules = new Map<string | number, Expression>();

  /// What follows the members of a set: the first `turn` ones, and those of `early`.
  const after = (turn: number, early: readonly number[]): Expression => {
    const key = early.length === 0 ? turn : `${turn} ${early.join()}`;
    const known = rules.get(key);
    if (known !== undefined) return known;
    const rule = emitter.laterPart();
    rules.set(key, rule.expression);
    const next: Expression[] = turn === required.length ? [empty()] : [];
    eachStep(turn, early, (member, rest) => next.push(sequence([comma, member, rest])));
    rule.set(others.kind === "empty" ? choice(next) : sequence([others, choice(next)]));
    return rule.expression;
  };

  /// Members that may come next, and what follows each.
  const eachStep = (
    turn: number,
    early: readonly number[],
    step: (member: Expression, rest: Expression) => void,
  ): void => {
    const end = early.length >= ahead ? Math.min(turn + 1, required.length) : required.length;
    for (let i = turn; i < end; i++) {
      if (early.includes(i)) continue;
      let [nextTurn, nextEarly] =
        i === turn ? [turn + 1, early] : [turn, [...early, i].sort((a, b) => a - b)];
      while (nextEarly[0] === nextTurn) {
        nextTurn++;
        nextEarly = nextEarly.slice(1);
      }
      step(required[i]!, after(nextTurn, nextEarly));
    }
  };

  const ways: Expression[] = [];
  eachStep(0, [], (member, rest) => ways.push(sequence([member, rest])));
  if (free !== undefined) ways.push(sequence([free, after(0, [])]));
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
