import { choice, empty, literal, nothing, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { conjoin, isNever } from "../conjunction.ts";
import { inClass, type KeyClass, type ObjectSet, type PropertySet, type SomeMember } from "../object-set.ts";
import { Inexpressible } from "../value-set.ts";
import { anyOrder, inAnyOrder } from "./any-order.ts";
import type { Emitter } from "./emitter.ts";
import { ANY_PARAMETER_NAME, parameter, parameterName } from "./parameters.ts";
import { specialItems } from "./special-items.ts";
import { ANY_TEXT, intersectionOf, keyTexts } from "./string-texts.ts";

// Rules that counting the members of one object may take.
const MAX_COUNT_RULES = 20_000;
// Ways in which members of unknown names that must be there can be.
const MAX_WAYS = 200;

export interface Entry {
  readonly member: Expression;
  readonly required: boolean;
  /// Absent: it cannot be told from others without a look at it.
  readonly key?: string;
  /// Its place in the schema's list of required members.
  readonly requiredAt?: number | undefined;
}

/// An object as the sequence it is written in: the named members in order, then the others.
export interface Plan {
  readonly entries: readonly Entry[];
  /// A member under another key.
  readonly extra: Expression | undefined;
  /// Members under other keys that must be there, among the others.
  readonly specials: readonly Expression[];
  readonly min: number;
  readonly max: number;
}

/// The JSON texts of the objects in any of `sets`. `leading` is a member that any of them may have first.
/// Throws `Inexpressible`.
export function objectsExpression(
  emitter: Emitter,
  sets: readonly ObjectSet[],
  leading: string | undefined,
): Expression {
  const ways = sets.flatMap((set) => withoutSome(emitter, set));
  const bodies = ways.map((way) => body(emitter, way, leading, ways.length));
  return emitter.enclosed(emitter.layout.object, choice(bodies));
}

/// Ways to have the members that must be there: each as one of the named ones that it can be, or as
/// another, and one member may be several of them.
function withoutSome(emitter: Emitter, set: ObjectSet): ObjectSet[] {
  const [some, ...others] = set.some;
  if (some === undefined) return [set];
  const out: ObjectSet[] = [];
  for (const [name, property] of set.properties) {
    if (some.except.includes(name)) continue;
    const match = emitter.isName(some.names, name) && inClass(some, name);
    if (match === undefined) throw new Inexpressible(`needs a pattern that is too slow for "${name}"`);
    const value = conjoin(property.value, some.value);
    if (!match || isNever(value)) continue;
    const properties = new Map(set.properties).set(name, { ...property, value, required: true });
    out.push(...withoutSome(emitter, { ...set, properties, some: others }));
  }
  if (set.extras.length === 0) return out;
  others.forEach((other, i) => {
    const both: SomeMember = {
      except: [...new Set([...some.except, ...other.except])],
      matches: [...new Set([...some.matches, ...other.matches])],
      avoids: [...new Set([...some.avoids, ...other.avoids])],
      names: conjoin(some.names, other.names),
      value: conjoin(some.value, other.value),
    };
    if (!isNever(both.value) && !isNever(both.names))
      out.push(...withoutSome(emitter, { ...set, some: others.with(i, both) }));
  });
  // Now this one is on its own among the others; what is left of them may still be named members.
  for (const way of withoutSome(emitter, { ...set, some: others }))
    out.push({ ...way, some: [some, ...way.some] });
  if (out.length > MAX_WAYS) throw new Inexpressible("asks for too many kinds of members to be there");
  return out;
}

function body(
  emitter: Emitter,
  set: ObjectSet,
  leading: string | undefined,
  alternatives: number,
): Expression {
  const plan = planOf(emitter, set, leading);
  if (plan === undefined) return nothing();
  const required = plan.entries.filter((entry) => entry.required).length + plan.specials.length;
  const most = plan.extra === undefined ? plan.entries.length : Number.POSITIVE_INFINITY;
  if (required > plan.max || plan.min > most) return nothing();
  if (emitter.propertyOrder === "any" && emitter.takesUnordered && hasOrders(plan))
    return inAnyOrder(emitter, plan);
  // A member that comes twice counts once, so only the first count can be told in any order.
  if (emitter.propertyOrder === "any" && plan.min <= Math.max(1, required) && plan.max >= most)
    return anyOrder(emitter, plan, alternatives);
  if (emitter.propertyOrder === "any" && plan.entries.length > 1)
    emitter.warnOfOrder(
      "because their number is bounded, members are held to the schema's order",
      "leave out minProperties and maxProperties to have them in any order",
    );
  if (plan.min <= required && plan.max >= most) return uncounted(emitter, plan);
  return counted(emitter, plan);
}

/// Whether the order of members makes a difference that is not one of others' names alone.
function hasOrders({ entries, extra, specials }: Plan): boolean {
  return entries.length > 1 || (entries.length === 1 && (extra !== undefined || specials.length > 0));
}

function planOf(emitter: Emitter, set: ObjectSet, leading: string | undefined): Plan | undefined {
  const names = set.names.length === 0 ? undefined : emitter.keyNames(set.names);
  const entries: Entry[] = [];
  for (const [name, property] of set.properties) {
    const allowed = names === undefined ? true : emitter.isName(set.names, name);
    if (!allowed || isNever(property.value)) {
      if (property.required) return undefined;
      continue;
    }
    entries.push(entryOf(emitter, name, property));
  }
  const except = [...set.properties.keys()];
  let { max } = set;
  if (leading !== undefined && !set.properties.has(leading)) {
    entries.unshift({
      member: keyed(emitter, emitter.spelling.literal(leading), emitter.spelling.any),
      required: false,
    });
    except.push(leading);
    max++;
  }
  const members = set.extras.map((extra) => extraMember(emitter, extra, except, names));
  const specials = set.some.map((some) =>
    choice(set.extras.flatMap((extra) => specialMember(emitter, extra, some, except, names))),
  );
  if (specials.some((special) => special.kind === "nothing")) return undefined;
  return {
    entries,
    extra: members.length === 0 ? undefined : emitter.part(choice(members)),
    specials: specials.map((special) => emitter.part(special)),
    min: set.min,
    max,
  };
}

function entryOf(emitter: Emitter, name: string, property: PropertySet): Entry {
  const { value, required, requiredAt } = property;
  if (emitter.style !== undefined)
    return { member: parameter(emitter, emitter.style, parameterName(name), value), required, requiredAt };
  const text = emitter.value(value);
  const key = text.kind === "rule" ? { key: `${text.rule} ${name.length}:${name}` } : {};
  return { member: keyed(emitter, emitter.spelling.literal(name), text), required, requiredAt, ...key };
}

function keyed({ layout }: Emitter, key: Expression, value: Expression): Expression {
  return sequence([key, layout.colon, value]);
}

function extraMember(
  emitter: Emitter,
  extra: KeyClass,
  except: readonly string[],
  names: Expression | undefined,
): Expression {
  const texts = keyTexts(extra, names);
  if (emitter.style !== undefined) {
    const others: Expression[] =
      except.length === 0 ? [] : [{ kind: "complement", item: choice(except.map((name) => literal(name))) }];
    const name = intersectionOf([ANY_PARAMETER_NAME, texts, ...others]);
    return parameter(emitter, emitter.style, emitter.part(name), extra.value);
  }
  const all = texts === ANY_TEXT ? emitter.anyKey(except.length > 0) : emitter.spelling.texts(texts);
  const taken = except.map(emitter.spelling.literal);
  const key: Expression =
    taken.length === 0
      ? all
      : { kind: "intersection", items: [all, { kind: "complement", item: choice(taken) }] };
  return keyed(emitter, emitter.part(key), emitter.value(extra.value));
}

function specialMember(
  emitter: Emitter,
  extra: KeyClass,
  some: SomeMember,
  except: readonly string[],
  names: Expression | undefined,
): Expression[] {
  const value = conjoin(extra.value, some.value);
  if (isNever(value)) return [];
  const matches = [...new Set([...extra.matches, ...some.matches])];
  const avoids = [...new Set([...extra.avoids, ...some.avoids])];
  if (matches.some((pattern) => avoids.includes(pattern))) return [];
  const own = some.names.length === 0 ? undefined : emitter.keyNames(some.names);
  const both = names === undefined || own === undefined ? (names ?? own) : intersectionOf([names, own]);
  return [extraMember(emitter, { matches, avoids, value }, [...except, ...some.except], both)];
}

/// Each entry in turn, with a comma before all but the first that is there.
function uncounted(emitter: Emitter, { entries, extra, specials }: Plan): Expression {
  const { comma } = emitter.layout;
  const later = (member: Expression) => sequence([comma, member]);
  const others = (isFirst: boolean): Expression => {
    if (specials.length > 0)
      return specialItems(emitter, {
        item: extra,
        specials,
        min: 0,
        max: Number.POSITIVE_INFINITY,
        isFirst,
      });
    if (extra === undefined) return empty();
    const more = repeat(later(extra), 0, undefined);
    return isFirst ? optional(sequence([extra, more])) : more;
  };
  // Entries after the first one that is there, from each place on.
  const tails: Expression[] = new Array(Math.max(1, entries.length)).fill(others(false));
  for (let i = entries.length - 1; i > 0; i--) {
    const { member, required, key } = entries[i]!;
    const here = required ? later(member) : optional(later(member));
    const next = tails[i]!;
    const rest = next.kind === "empty" ? "" : next.kind === "rule" ? next.rule : undefined;
    const own = key === undefined || rest === undefined ? undefined : `${required} ${key} ${rest}`;
    tails[i - 1] = emitter.tail(own, sequence(next.kind === "empty" ? [here] : [here, next]), i);
  }
  const ways: Expression[] = [];
  for (let i = 0; i < entries.length; i++) {
    const tail = tails[i]!;
    ways.push(tail.kind === "empty" ? entries[i]!.member : sequence([entries[i]!.member, tail]));
    if (entries[i]!.required) return choice(ways);
  }
  return choice([...ways, others(true)]);
}

/// A rule for each place and each number of members before it.
function counted(emitter: Emitter, { entries, extra, specials, min, max }: Plan): Expression {
  const { comma } = emitter.layout;
  const most = Math.min(max, entries.length);
  // Past the largest count that matters, all counts are one.
  const cap = max === Number.POSITIVE_INFINITY ? Math.min(min, entries.length) : most;
  if ((entries.length + 1) * (cap + 1) > MAX_COUNT_RULES) throw new Inexpressible("counts too many members");
  const end = (count: number): Expression => {
    const least = Math.max(0, min - count);
    if (specials.length > 0)
      return specialItems(emitter, {
        item: extra,
        specials,
        min: least,
        max: max - count,
        isFirst: count === 0,
      });
    if (extra === undefined) return least > 0 ? nothing() : empty();
    const limit = max === Number.POSITIVE_INFINITY ? undefined : max - count;
    if (count > 0) return repeat(sequence([comma, extra]), least, limit);
    if (limit === 0) return empty();
    const list = sequence([
      extra,
      repeat(sequence([comma, extra]), Math.max(0, least - 1), limit === undefined ? undefined : limit - 1),
    ]);
    return least > 0 ? list : optional(list);
  };
  let next = Array.from({ length: cap + 1 }, (_, count) => emitter.part(end(count)));
  for (let i = entries.length - 1; i >= 0; i--) {
    const { member, required } = entries[i]!;
    next = next.map((without, count) => {
      if (count > i) return nothing();
      const isFull = max !== Number.POSITIVE_INFINITY && count === cap && cap === max;
      const head = count === 0 ? member : sequence([comma, member]);
      const taken = isFull ? nothing() : sequence([head, next[Math.min(count + 1, cap)]!]);
      if (required) return emitter.part(taken);
      return emitter.part(taken.kind === "nothing" ? without : choice([taken, without]));
    });
  }
  return next[0]!;
}
