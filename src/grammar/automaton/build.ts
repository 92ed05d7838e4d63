import { utf8Decode } from "../../base/bytes.ts";
import { InputError } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { partsOf } from "../build.ts";
import { ALL_CHARACTERS } from "../code-points.ts";
import type { CodePointRange, Expression, Grammar, RuleId } from "../ir.ts";
import { type Budget, checkBudget } from "./budget.ts";
import { type DfaLimits, determinize } from "./determinize.ts";
import { type Dfa, EMPTY_DFA, EMPTY_TEXT_DFA } from "./dfa.ts";
import { dfaCache, structuralKey } from "./dfa-cache.ts";
import { minimize } from "./minimize.ts";
import { CALLS, COUNTERS, DEAD, EPSILONS, Nfa, TOKENS, UNORDERED } from "./nfa.ts";
import { intersect, subtract } from "./product.ts";
import { repeatDfa } from "./repeat-dfa.ts";
import { charactersDfa } from "./utf8.ts";
import { withoutTexts } from "./without-texts.ts";

/// A repetition written out to more states than this becomes a counter.
const MAX_COPIED_STATES = 96;
/// Longer texts are taken away as automata.
const MAX_TEXT = 1000;
/// States that an intersection or complement may need on the way.
const MAX_REGULAR_STATES = 60_000;
/// Items in any order (MAX_ITEMS in wasm/assembly/unordered.ts).
const MAX_UNORDERED = 30_000;

/// How a rule is used by others: its automaton is copied in, or it is called.
export type RuleUse =
  | { readonly kind: "nothing" }
  | { readonly kind: "copy"; readonly dfa: Dfa }
  | { readonly kind: "call"; readonly rule: number; readonly nullable: boolean };

export interface BuildContext {
  readonly grammar: Grammar;
  readonly budget: Budget;
  readonly nfa: Nfa;
  /// How the rule is used from the rule being built.
  use(rule: RuleId): RuleUse;
  /// The deterministic automaton of a regular rule, if it has one.
  dfaOf(rule: RuleId): Dfa | undefined;
  isRecursive(rule: RuleId): boolean;
  /// A rule of its own for the item of a counter, or what is shared.
  itemRule(item: Expression): { readonly rule: number; readonly nullable: boolean } | undefined;
  /// Used so often that it should be a rule.
  isShared(e: Expression): boolean;
  tokenSet(tokens: readonly (number | string)[], span: Span | undefined): number;
  /// The rule being built, for messages.
  readonly ruleName: string;
  readonly ruleSpan: Span | undefined;
  /// Everything is written out: no calls, no counters.
  readonly isRegular: boolean;
}

function sharedPart(cx: BuildContext, e: Expression, next: number): number {
  const made = cx.itemRule(e);
  if (made === undefined) return DEAD;
  const call = cx.nfa.with(CALLS, [made.rule, next]);
  return made.nullable ? cx.nfa.withEpsilons([call, next]) : call;
}

/// The state that takes `e` and then goes on at `next`; `DEAD` if nothing matches.
export function build(cx: BuildContext, e: Expression, next: number): number {
  const { nfa } = cx;
  switch (e.kind) {
    case "empty":
      return next;
    case "nothing":
      return DEAD;
    case "literal":
      return nfa.chain(e.bytes, next);
    case "characters":
      return characters(nfa, e.ranges, next);
    case "bytes":
      return e.ranges.length === 0 ? DEAD : nfa.withRanges(edgesTo(e.ranges, next));
    case "sequence": {
      if (!cx.isRegular && cx.isShared(e)) return sharedPart(cx, e, next);
      let at = next;
      for (let i = e.items.length - 1; i >= 0 && at !== DEAD; i--) at = build(cx, e.items[i]!, at);
      return at;
    }
    case "choice":
      return choice(cx, e.items, next);
    case "repeat":
      return repeat(cx, e, next);
    case "rule":
      return reference(cx, e.rule, next);
    case "intersection":
    case "complement":
      return splice(nfa, regularDfa(cx, e), next);
    case "unordered":
      return unordered(cx, e, next);
    case "token": {
      if (!e.negated && e.tokens.length === 0) return DEAD;
      if (cx.isRegular) throw irregular(cx, e.span, "a token");
      return nfa.with(TOKENS, [(cx.tokenSet(e.tokens, e.span) << 1) | (e.negated ? 1 : 0), next]);
    }
    default:
      return e satisfies never;
  }
}

/// The automata of character classes, by the object and by what is in it.
const characterDfas = new WeakMap<readonly CodePointRange[], Dfa>();
const classDfas = new Map<string, Dfa>();
const MAX_CLASSES = 500;

function dfaOfCharacters(ranges: readonly CodePointRange[]): Dfa {
  let dfa = characterDfas.get(ranges);
  if (dfa !== undefined) return dfa;
  const key = ranges.join();
  dfa = classDfas.get(key);
  if (dfa === undefined) {
    dfa = charactersDfa(ranges);
    if (classDfas.size >= MAX_CLASSES) classDfas.clear();
    classDfas.set(key, dfa);
  }
  characterDfas.set(ranges, dfa);
  return dfa;
}

function characters(nfa: Nfa, ranges: readonly CodePointRange[], next: number): number {
  if (ranges.length === 0) return DEAD;
  if (ranges.at(-1)![1] < 0x80) return nfa.withRanges(edgesTo(ranges, next));
  return splice(nfa, dfaOfCharacters(ranges), next);
}

function edgesTo(ranges: readonly CodePointRange[], next: number): number[] {
  const edges: number[] = [];
  for (const range of ranges) edges.push(range[0], range[1], next);
  return edges;
}

function choice(cx: BuildContext, items: readonly Expression[], next: number): number {
  const targets: number[] = [];
  const literals: Uint8Array[] = [];
  const byteStates: number[] = [];
  const rest = (item: Expression) => {
    const at = build(cx, item, next);
    if (at !== DEAD && !targets.includes(at)) targets.push(at);
  };
  for (const item of items) {
    if (item.kind === "literal" && item.bytes.length > 0) literals.push(item.bytes);
    else if (beginsWithBytes(item)) {
      const at = build(cx, item, next);
      if (at !== DEAD) byteStates.push(at);
    } else rest(item);
  }
  if (byteStates.length > 0) targets.push(...joinDisjoint(cx.nfa, byteStates));
  if (literals.length > 0) targets.push(literalTree(cx, literals, next));
  if (targets.length === 0) return DEAD;
  return targets.length === 1 ? targets[0]! : cx.nfa.withEpsilons(targets);
}

function beginsWithBytes(e: Expression): boolean {
  return e.kind === "bytes" || (e.kind === "sequence" && e.items[0]?.kind === "bytes");
}

/// The same alternatives. Those that take disjoint bytes are one state: what is written as an automaton's
/// states, byte by byte, stays deterministic.
function joinDisjoint(nfa: Nfa, targets: readonly number[]): readonly number[] {
  if (targets.length === 1) return targets;
  const isTaken = new Uint8Array(256);
  const ranges: number[] = [];
  const others: number[] = [];
  for (const t of targets) {
    const own = nfa.state(t).ranges;
    let isFree = true;
    for (let i = 0; i < own.length; i += 3)
      isFree &&= !isTaken.subarray(own[i]!, own[i + 1]! + 1).includes(1);
    if (isFree) {
      ranges.push(...own);
      for (let i = 0; i < own.length; i += 3) isTaken.fill(1, own[i]!, own[i + 1]! + 1);
    } else others.push(t);
  }
  return [nfa.withRanges(ranges), ...others];
}

/// A tree of literals: alternatives by the thousand stay deterministic.
function literalTree(cx: BuildContext, literals: Uint8Array[], next: number): number {
  if (literals.length === 1) return cx.nfa.chain(literals[0]!, next);
  literals.sort(compareBytes);
  return subtree(cx, literals, 0, literals.length, 0, next);
}

/// The state of sorted literals `from … to - 1`, of which `depth` bytes were taken.
function subtree(
  cx: BuildContext,
  literals: readonly Uint8Array[],
  from: number,
  to: number,
  depth: number,
  next: number,
): number {
  const { nfa } = cx;
  const first = literals[from]!;
  const last = literals[to - 1]!;
  if (last.length === depth) return next;
  // What all share is a chain: the first and the last share no more.
  let shared = depth;
  while (shared < first.length && first[shared] === last[shared]) shared++;
  if (shared > depth) {
    const chain = first.subarray(depth, shared);
    return nfa.chain(chain, subtree(cx, literals, from, to, shared, next));
  }
  if (to - from > 1024) checkBudget(cx.budget);
  let i = from;
  // The shortest come first: they end here.
  while (literals[i]!.length === depth) i++;
  const edges: number[] = [];
  while (i < to) {
    const byte = literals[i]![depth]!;
    let end = i + 1;
    while (end < to && literals[end]![depth] === byte) end++;
    edges.push(byte, byte, subtree(cx, literals, i, end, depth + 1, next));
    i = end;
  }
  const state = nfa.withRanges(edges);
  if (first.length === depth) nfa.set(state, EPSILONS, [next]);
  return state;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function repeat(cx: BuildContext, e: Expression & { kind: "repeat" }, next: number): number {
  const { nfa } = cx;
  const { item, min, max } = e;
  if (max === 0) return next;
  if (max === 1) {
    const once = build(cx, item, next);
    if (min === 1) return once;
    return once === DEAD || once === next ? next : nfa.withEpsilons([once, next]);
  }
  if (!cx.isRegular && isCounted(e)) {
    // One item more is a rule of its own: the counter calls it.
    const made = cx.itemRule(item);
    if (made === undefined) return min === 0 ? next : DEAD;
    const least = made.nullable ? 0 : min;
    const counter = nfa.with(COUNTERS, [made.rule, Math.max(1, least), max ?? -1, next]);
    return least === 0 ? nfa.withEpsilons([counter, next]) : counter;
  }
  if (cx.isRegular && isLong(e)) return splice(nfa, regularDfa(cx, e), next);
  let at = next;
  if (max === undefined) {
    const loop = nfa.add();
    const body = build(cx, item, loop);
    if (body === DEAD) return min === 0 ? next : DEAD;
    nfa.set(loop, EPSILONS, body === loop ? [next] : [body, next]);
    at = loop;
  } else {
    for (let i = min; i < max; i++) {
      const once = build(cx, item, at);
      if (once === DEAD) break;
      at = once === at ? at : nfa.withEpsilons([once, next]);
    }
  }
  for (let i = 0; i < min && at !== DEAD; i++) at = build(cx, item, at);
  return at;
}

/// How many copies of its item a repetition is written as.
export function copiesOf({ min, max }: Expression & { kind: "repeat" }): number {
  return max ?? Math.max(min, 1);
}

/// Whether these are too many: then one item more is a rule, and a counter calls it.
export function isCounted(e: Expression & { kind: "repeat" }): boolean {
  const copies = copiesOf(e);
  return copies > 4 && copies * sizeOf(e.item) > MAX_COPIED_STATES;
}

/// Roughly how many states `e` takes, looking no further than a limit.
function sizeOf(e: Expression, left = MAX_COPIED_STATES): number {
  switch (e.kind) {
    case "empty":
    case "nothing":
      return 0;
    case "literal":
      return e.bytes.length;
    case "bytes":
    case "token":
      return 1;
    case "characters":
      return e.ranges.length > 0 && e.ranges.at(-1)![1] > 0x7f ? 4 : 1;
    case "sequence":
    case "choice": {
      let size = e.kind === "choice" ? 1 : 0;
      for (const item of e.items) {
        size += sizeOf(item, left - size);
        if (size > left) break;
      }
      return size;
    }
    case "repeat":
      return Math.max(1, sizeOf(e.item, left)) * Math.max(1, e.max ?? e.min);
    case "unordered": {
      let size = 2;
      for (const part of partsOf(e)) {
        size += sizeOf(part, left - size);
        if (size > left) break;
      }
      return size;
    }
    case "rule":
      return 8;
    case "intersection":
    case "complement":
      return 16;
    default:
      return e satisfies never;
  }
}

/// Items in any order: each is a rule that the place of the set calls (nfa.ts, `UnorderedItems`).
function unordered(cx: BuildContext, e: Expression & { kind: "unordered" }, next: number): number {
  if (cx.isRegular) throw irregular(cx, e.span, "items that come in any order");
  if (e.items.length > MAX_UNORDERED)
    throw ruleError(
      cx,
      e.span,
      "automaton-too-large",
      `the rule "${cx.ruleName}" has ${e.items.length} different items in any order; at most ${MAX_UNORDERED} can be`,
      "have them in the schema's order, or list fewer",
    );
  const items: { rule: number; isRequired: boolean }[] = [];
  let required = 0;
  for (const { expression, isRequired } of e.items) {
    const made = cx.itemRule(expression);
    if (isRequired) required++;
    if (made !== undefined) items.push({ rule: made.rule, isRequired });
    else if (isRequired) return DEAD;
  }
  const more = e.more === undefined ? undefined : cx.itemRule(e.more)?.rule;
  const separator = e.separator === undefined ? undefined : cx.itemRule(e.separator)?.rule;
  const max = e.separator !== undefined && separator === undefined ? 1 : (e.max ?? -1);
  const isShort = more === undefined && items.length < Math.max(1, e.min);
  if (isShort || (max !== -1 && Math.max(1, e.min, required) > max)) return DEAD;
  const { nfa } = cx;
  const table = nfa.unordered.push({ items, more, separator, min: e.min, max }) - 1;
  return nfa.with(UNORDERED, [table, next]);
}

function reference(cx: BuildContext, rule: RuleId, next: number): number {
  const use = cx.use(rule);
  if (use.kind === "nothing") return DEAD;
  if (use.kind === "copy") return splice(cx.nfa, use.dfa, next);
  if (cx.isRegular) {
    const dfa = cx.dfaOf(rule);
    if (dfa !== undefined) return splice(cx.nfa, dfa, next);
    if (cx.isRecursive(rule))
      throw irregular(cx, undefined, `the recursive rule "${cx.grammar.rules[rule]!.name}"`);
    return build(cx, cx.grammar.rules[rule]!.expression, next);
  }
  const call = cx.nfa.with(CALLS, [use.rule, next]);
  return use.nullable ? cx.nfa.withEpsilons([call, next]) : call;
}

/// A copy of `dfa` whose final states go on at `next`.
export function splice(nfa: Nfa, dfa: Dfa, next: number): number {
  const { size, final, starts } = dfa;
  if (size === 0) return DEAD;
  const names = new Int32Array(size);
  for (let s = 0; s < size; s++) {
    // A final state that goes nowhere is the place after it.
    names[s] = final[s] === 1 && starts[s] === starts[s + 1] ? next : nfa.add();
  }
  for (let s = 0; s < size; s++) {
    if (final[s] === 1 && starts[s] === starts[s + 1]) continue;
    nfa.setRanges(names[s]!, dfa, s, names);
    if (final[s] === 1) nfa.setEpsilon(names[s]!, next);
  }
  return names[0]!;
}

/// Automata that were made as small as can be.
const smallest = new WeakSet<Dfa>();

/// The smallest automaton of a regular expression on its own.
export function regularDfa(cx: BuildContext, e: Expression): Dfa {
  if (e.kind === "rule") {
    const dfa = cx.dfaOf(e.rule);
    if (dfa !== undefined) return dfa;
  }
  const key = structuralKey(e, cx.dfaOf);
  const known = key === undefined ? undefined : dfaCache.get(key);
  if (known !== undefined) return known;
  const raw = rawDfa(cx, e);
  const dfa = smallest.has(raw) ? raw : minimize(raw, cx.budget);
  smallest.add(dfa);
  if (key !== undefined) dfaCache.set(key, dfa);
  return dfa;
}

function rawDfa(cx: BuildContext, e: Expression): Dfa {
  const limits = { maxStates: MAX_REGULAR_STATES, budget: cx.budget };
  let dfa: Dfa | undefined;
  if (e.kind === "intersection") {
    dfa = intersectionDfa(cx, e.items, limits);
  } else if (e.kind === "complement") {
    dfa = subtract(wellFormedText(cx), regularDfa(cx, e.item), limits);
  } else if (e.kind === "repeat" && isLong(e)) {
    return repeatedDfa(cx, e);
  } else {
    const own = new Nfa(MAX_REGULAR_STATES, () => {
      throw tooLarge(cx, e.span);
    });
    const start = build({ ...cx, nfa: own, isRegular: true }, e, own.final());
    if (start === DEAD) return EMPTY_DFA;
    dfa = determinize(own, start, limits);
  }
  if (dfa === undefined) throw tooLarge(cx, e.span);
  return dfa;
}

function intersectionDfa(cx: BuildContext, items: readonly Expression[], limits: DfaLimits): Dfa | undefined {
  // Taking the refused texts away from the others is a smaller product than one with a complement;
  // complements hold well-formed text only, so the others must, too.
  const refused: Expression[] = [];
  const others: Expression[] = [];
  for (const item of items) {
    if (item.kind === "complement") refused.push(item.item);
    else others.push(item);
  }
  const isText = others.length > 0 && others.every((item) => isWellFormed(cx, item));
  const parts = (isText ? others : items).map((item) => regularDfa(cx, item));
  let dfa = parts.length === 1 ? parts[0] : intersect(parts, limits);
  for (const item of isText ? refused : []) {
    if (dfa === undefined) return undefined;
    const whole = smallest.has(dfa) ? dfa : minimize(dfa, cx.budget);
    const texts = literalsOf(item);
    if (texts === undefined) dfa = subtract(whole, regularDfa(cx, item), limits);
    else {
      dfa = withoutTexts(whole, texts);
      smallest.add(dfa);
    }
  }
  return dfa;
}

/// The texts of `e`, ascending, if it is a choice of literals.
function literalsOf(e: Expression): Uint8Array[] | undefined {
  const items = e.kind === "choice" ? e.items : [e];
  const texts: Uint8Array[] = [];
  for (const item of items) {
    if (item.kind !== "literal" || item.bytes.length > MAX_TEXT) return undefined;
    texts.push(item.bytes);
  }
  return texts.sort(compareBytes);
}

/// Surely matches well-formed UTF-8 only.
function isWellFormed(cx: BuildContext, e: Expression): boolean {
  switch (e.kind) {
    case "empty":
    case "nothing":
    case "characters":
    case "complement":
      return true;
    case "literal":
      return utf8Decode(e.bytes) !== undefined;
    case "bytes":
      return e.ranges.every(([, to]) => to < 0x80);
    case "sequence":
    case "choice":
      return e.items.every((item) => isWellFormed(cx, item));
    case "intersection":
      return e.items.some((item) => isWellFormed(cx, item));
    case "repeat":
      return isWellFormed(cx, e.item);
    case "rule":
      return !cx.isRecursive(e.rule) && isWellFormed(cx, cx.grammar.rules[e.rule]!.expression);
    case "unordered":
    case "token":
      return false;
    default:
      return e satisfies never;
  }
}

/// More copies than this are made of the item's smallest automaton.
function isLong({ min, max }: Expression & { kind: "repeat" }): boolean {
  return (max ?? min) > 16;
}

/// A long repetition inside of a regular expression.
function repeatedDfa(cx: BuildContext, e: Expression & { kind: "repeat" }): Dfa {
  const item = regularDfa(cx, e.item);
  if (item.size === 0) return e.min === 0 ? EMPTY_TEXT_DFA : EMPTY_DFA;
  const copies = e.max ?? e.min + 1;
  if (copies * (item.size - 1) > MAX_REGULAR_STATES) throw tooLarge(cx, e.span);
  const row = repeatDfa(item, e.min, e.max);
  if (row !== undefined) {
    // With another number of items left, or another rest of one, other texts follow.
    smallest.add(row);
    return row;
  }
  const own = new Nfa(MAX_REGULAR_STATES, () => {
    throw tooLarge(cx, e.span);
  });
  const end = own.final();
  let at = end;
  if (e.max === undefined) {
    at = own.add();
    own.set(at, EPSILONS, [splice(own, item, at), end]);
  }
  for (let i = e.max ?? e.min; i > 0; i--) {
    if ((i & 63) === 0) checkBudget(cx.budget);
    const once = splice(own, item, at);
    at = i > e.min ? own.withEpsilons([once, end]) : once;
  }
  const dfa = determinize(own, at, { maxStates: MAX_REGULAR_STATES, budget: cx.budget });
  if (dfa === undefined) throw tooLarge(cx, e.span);
  return dfa;
}

let wellFormed: Dfa | undefined;

function wellFormedText(cx: BuildContext): Dfa {
  wellFormed ??= regularDfa(cx, {
    kind: "repeat",
    item: { kind: "characters", ranges: ALL_CHARACTERS },
    min: 0,
  });
  return wellFormed;
}

function tooLarge(cx: BuildContext, span: Span | undefined): InputError {
  return ruleError(
    cx,
    span,
    "automaton-too-large",
    `the rule "${cx.ruleName}" needs an automaton of more than ${MAX_REGULAR_STATES} states`,
    "use smaller bounds of repetition, or fewer patterns that must hold at once",
  );
}

function irregular(cx: BuildContext, span: Span | undefined, what: string): InputError {
  return ruleError(
    cx,
    span,
    "grammar-not-regular",
    `an intersection or complement in the rule "${cx.ruleName}" reaches ${what}`,
    "use only rules in it that never lead back to themselves, and no token literals",
  );
}

function ruleError(
  cx: BuildContext,
  span: Span | undefined,
  code: string,
  message: string,
  hint: string,
): InputError {
  const at = span ?? cx.ruleSpan;
  return new InputError({
    code,
    severity: "error",
    message,
    hint,
    ...(at === undefined ? {} : { location: { kind: "text", span: at } }),
  });
}
