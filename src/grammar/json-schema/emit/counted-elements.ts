import { choice, empty, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { spend } from "../../work.ts";
import { type ArraySet, allCounts, type Count } from "../array-set.ts";
import { type Conjunction, conjoin, isNever, negate } from "../conjunction.ts";
import { Inexpressible } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";

// Rules that counting the elements of one array may take, and kinds of elements that are counted at once.
const MAX_STATES = 5000;
const MAX_COUNTS = 3;

/// What an array holds whose elements of some kinds are counted: a rule for each place and numbers of elements
/// that are there. Throws `Inexpressible`.
export function countedElements(emitter: Emitter, set: ArraySet): Expression {
  const { comma } = emitter.layout;
  const counts = allCounts(set);
  if (counts.length > MAX_COUNTS) throw new Inexpressible("counts too many kinds of elements");
  // Without an upper bound, all places and numbers from here on are alike.
  const lastPlace = set.max === Number.POSITIVE_INFINITY ? Math.max(1, set.prefix.length, set.min) : set.max;
  const most = counts.map(({ min, max }) => (max === Number.POSITIVE_INFINITY ? min : max));
  const rules = new Map<string, Expression>();

  /// What follows when `there` elements of each kind are among those before `place`.
  const after = (place: number, there: readonly number[]): Expression => {
    const key = `${place} ${there.join(" ")}`;
    const known = rules.get(key);
    if (known !== undefined) return known;
    if (rules.size >= MAX_STATES) throw new Inexpressible("counts too many elements");
    spend(10);
    const rule = emitter.laterPart();
    rules.set(key, rule.expression);
    const ways: Expression[] = [];
    if (place >= set.min && counts.every(({ min }, i) => there[i]! >= min)) ways.push(empty());
    if (place < set.max) {
      const next = Math.min(place + 1, lastPlace);
      for (const { element, adds } of kinds(set.prefix[place] ?? set.rest, counts)) {
        const numbers = there.map((n, i) => (adds[i] ? n + 1 : n));
        if (numbers.some((n, i) => n > counts[i]!.max)) continue;
        const rest = after(
          next,
          numbers.map((n, i) => Math.min(n, most[i]!)),
        );
        ways.push(sequence([...(place === 0 ? [] : [comma]), emitter.value(element), rest]));
      }
    }
    rule.set(choice(ways));
    return rule.expression;
  };
  return after(
    0,
    counts.map(() => 0),
  );
}

interface Kind {
  readonly element: Conjunction;
  /// Which of the counts it adds to.
  readonly adds: readonly boolean[];
}

/// The elements of a place, by which of the counts they add to.
function kinds(element: Conjunction, counts: readonly Count[]): Kind[] {
  let out: Kind[] = isNever(element) ? [] : [{ element, adds: [] }];
  for (const { of } of counts) {
    out = out.flatMap(({ element, adds }) => [
      { element: conjoin(element, of), adds: [...adds, true] },
      ...negate(of).map((other) => ({ element: conjoin(element, other), adds: [...adds, false] })),
    ]);
    out = out.filter((kind) => !isNever(kind.element));
  }
  return out;
}
