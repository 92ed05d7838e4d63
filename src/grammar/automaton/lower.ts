import { InputError } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import { childrenOf } from "../build.ts";
import type { Expression, Grammar, RuleId } from "../ir.ts";
import { components } from "../passes/components.ts";
import type { Budget } from "./budget.ts";
import { type BuildContext, build, type RuleUse, regularDfa, splice } from "./build.ts";
import { determinize } from "./determinize.ts";
import { type Dfa, hasFiniteLanguage, widestContinuation } from "./dfa.ts";
import { dfaCache, type StructuralKey, structuralKey } from "./dfa-cache.ts";
import { type LateRule, planLateRules, takingText } from "./late-rules.ts";
import { leftCorner } from "./left-corner.ts";
import { minimize } from "./minimize.ts";
import { CALLS, COUNTERS, DEAD, EPSILONS, Nfa } from "./nfa.ts";
import { prune } from "./prune.ts";

/// A rule of the automaton: one of the grammar's, or the item of a counter.
export interface AutomatonRule {
  readonly name: string;
  readonly span: Span | undefined;
  /// A part of other rules, named after the first of them.
  readonly isItem: boolean;
  /// Takes the rule's non-empty texts; `DEAD` if there are none.
  entry: number;
  nullable: boolean;
}

/// A grammar as byte automata that call each other; see wasm/assembly/grammar.ts for the invariants.
export interface Automaton {
  readonly nfa: Nfa;
  readonly rules: readonly AutomatonRule[];
  readonly root: number;
  readonly tokenSets: readonly TokenSet[];
  /// Rules that are not lowered yet. Their entries are states without edges.
  readonly late?: LateRules;
}

export interface LateRules {
  readonly rules: readonly LateEntry[];
  /// Words that tell grammars apart whose late rules differ.
  readonly hash: readonly [number, number];
  /// Lowers one, which `use` gets the number of; then everything is as it was before.
  lowered<T>(late: LateEntry, use: (rule: number) => T): T;
}

/// A rule that is lowered late.
export interface LateEntry {
  readonly id: RuleId;
  readonly rule: number;
  /// Rules that it uses and that are lowered already.
  readonly uses: readonly number[];
  /// More than the rules that it may be lowered to.
  readonly weight: number;
}

export interface TokenSet {
  readonly tokens: readonly (number | string)[];
  readonly span: Span | undefined;
}

/// A rule while it is made.
export interface RuleInProgress extends AutomatonRule {
  start: number;
  end: number;
  use: RuleUse;
  dfa?: Dfa;
}

// Rules that fit these are copied to where they are used; others are called. Copies make longer
// deterministic stretches; calls keep what is inside of a rule the same everywhere, so that it is
// prechecked once. A rule that can always go on (`[^<]*`) must be copied: called, it would return
// after every byte.
const SMALL = 8;
const FINITE = 48;
const WIDE_CONTINUATION = 40;
const WIDE = 400;
/// States of a rule's automaton beyond which it is left nondeterministic.
const MAX_DETERMINISTIC = 1000;

/// Lowers a grammar. Throws `InputError` where a limit is hit or no text matches, and `CancelledError`.
export function lower(grammar: Grammar, budget: Budget): Automaton {
  const steps = new Lowering(grammar, budget, Number.POSITIVE_INFINITY, false).run();
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    writeOutBlocks(value.nfa);
    return value;
  }
}

/// Gives the states of `blocks` what they stand for.
function writeOutBlocks(nfa: Nfa): void {
  for (const [s, dfa] of nfa.blocks) {
    const start = splice(nfa, dfa, nfa.final());
    nfa.set(s, EPSILONS, [nfa.core(start)]);
  }
  nfa.blocks.clear();
}

/// The same for the encoder, which takes blocks (nfa.ts), and in fewer states: what the grammar uses again
/// and again becomes a rule. Yields after every rule or group of recursive rules, for callers that must
/// let others run in between. `takesLate`: rules that may be late are, if nothing can go wrong with them then.
export function lowerInSteps(
  grammar: Grammar,
  budget: Budget,
  takesLate = false,
): Generator<undefined, Automaton, undefined> {
  return new Lowering(grammar, budget, SHARED, takesLate).run();
}

/// A sequence with a rule in it that is used this often becomes a rule itself.
const SHARED = 3;

class Lowering {
  readonly #grammar: Grammar;
  #budget: Budget;
  readonly #nfa: Nfa;
  readonly #takesLate: boolean;
  readonly #rules: RuleInProgress[] = [];
  /// Grammar rule → automaton rule.
  readonly #numbers = new Map<RuleId, number>();
  readonly #recursive = new Set<RuleId>();
  readonly #tokenSets: TokenSet[] = [];
  readonly #itemRules = new Map<Expression, number>();
  readonly #sharedFrom: number;
  /// Sequences inside of others → how often they are used.
  readonly #uses = new Map<Expression, number>();
  #current: RuleId = 0;

  constructor(grammar: Grammar, budget: Budget, sharedFrom: number, takesLate: boolean) {
    this.#grammar = grammar;
    this.#takesLate = takesLate;
    this.#sharedFrom = sharedFrom;
    this.#budget = budget;
    this.#nfa = new Nfa(budget.maxStates, () => {
      const rule = grammar.rules[this.#current]!;
      throw new InputError({
        code: "automaton-too-large",
        severity: "error",
        message: `the grammar needs more than ${budget.maxStates} states; the limit was hit in the rule "${rule.name}"`,
        hint: "use smaller bounds of repetition or fewer alternatives",
        ...(rule.span === undefined ? {} : { location: { kind: "text", span: rule.span } }),
      });
    });
  }

  *run(): Generator<undefined, Automaton, undefined> {
    const { rootRule } = this.#grammar;
    const late = this.#takesLate ? yield* this.#lateRules() : undefined;
    yield* this.#lowerFrom([rootRule]);
    const root = this.#rules[this.#numbers.get(rootRule)!]!;
    if (root.use.kind === "nothing") {
      const { name, span } = this.#grammar.rules[rootRule]!;
      throw new InputError({
        code: "grammar-empty-language",
        severity: "error",
        message: `no text matches the root rule "${name}"`,
        hint: "give it an alternative that ends: one without recursion and without empty classes",
        ...(span === undefined ? {} : { location: { kind: "text", span } }),
      });
    }
    return {
      nfa: this.#nfa,
      rules: this.#rules,
      root: this.#numbers.get(rootRule)!,
      tokenSets: this.#tokenSets,
      ...(late === undefined ? {} : { late }),
    };
  }

  *#lowerFrom(rules: readonly RuleId[]): Generator<undefined, void, undefined> {
    for (const group of this.#groups(rules)) {
      this.#lowerGroup(group);
      yield;
    }
  }

  /// Declares the rules that are lowered late, after those have been lowered that tell which these are.
  *#lateRules(): Generator<undefined, LateRules | undefined, undefined> {
    const refused = new Set<RuleId>();
    for (;;) {
      const plan = planLateRules(this.#grammar, this.#budget.maxStates, refused);
      if (plan === undefined) return undefined;
      yield;
      yield* this.#lowerFrom(plan.early);
      const fit = takingText(this.#grammar, plan.candidates, (id) => this.#lowered(id));
      if (fit.length === plan.candidates.length) {
        const rules = fit.map((rule) => this.#declareLate(rule));
        return { rules, hash: plan.hash, lowered: (late, use) => this.#lowerLate(late, use) };
      }
      for (const { id } of plan.candidates) refused.add(id);
      for (const { id } of fit) refused.delete(id);
    }
  }

  #lowered(id: RuleId): { readonly isSome: boolean; readonly isNullable: boolean } | undefined {
    const number = this.#numbers.get(id);
    if (number === undefined) return undefined;
    const { use, nullable } = this.#rules[number]!;
    return { isSome: use.kind !== "nothing", isNullable: nullable };
  }

  #declareLate({ id, uses, weight }: LateRule): LateEntry {
    const { name, span } = this.#grammar.rules[id]!;
    const rule = this.#declare(name, span);
    this.#rules[rule]!.entry = this.#nfa.add();
    this.#numbers.set(id, rule);
    return { id, rule, uses: [...uses].map((used) => this.#numbers.get(used)!), weight };
  }

  #lowerLate<T>({ id, rule }: LateEntry, use: (rule: number) => T): T {
    const count = this.#rules.length;
    const before = this.#budget;
    const added: RuleId[] = [];
    // A text waits for it, and it is small: it has no deadline.
    this.#budget = { now: before.now, deadline: Number.POSITIVE_INFINITY, maxStates: before.maxStates };
    // These are of no use to what is lowered later, and name rules that are forgotten.
    this.#itemRules.clear();
    this.#uses.clear();
    this.#numbers.delete(id);
    try {
      return this.#nfa.scratch(() => {
        for (const group of this.#groups([id])) {
          added.push(...group);
          this.#lowerGroup(group);
        }
        const number = this.#numbers.get(id)!;
        if (this.#rules[number]!.entry === DEAD)
          throw new Error(`the late rule "${this.#rules[number]!.name}" matches nothing`);
        return use(number);
      });
    } finally {
      for (const each of added) this.#numbers.delete(each);
      this.#numbers.set(id, rule);
      this.#rules.length = count;
      this.#budget = before;
    }
  }

  /// Rules that some lead to and that are not lowered yet, callees first; rules that call each other come
  /// together.
  #groups(from: readonly RuleId[]): RuleId[][] {
    const { rules } = this.#grammar;
    const ids = [...new Set(from)].filter((id) => !this.#numbers.has(id));
    const local = new Map<RuleId, number>(ids.map((id, i) => [id, i]));
    const starts = [0];
    const targets: number[] = [];
    for (const id of ids) {
      const found = new Set<RuleId>();
      this.#collectRules(rules[id]!.expression, found);
      for (const callee of found) {
        if (this.#numbers.has(callee)) continue;
        let at = local.get(callee);
        if (at === undefined) {
          at = ids.length;
          local.set(callee, at);
          ids.push(callee);
        }
        targets.push(at);
      }
      starts.push(targets.length);
    }
    const parts = components({ starts: Int32Array.from(starts), targets: Int32Array.from(targets) });
    const groups: RuleId[][] = Array.from({ length: parts.count }, () => []);
    ids.forEach((id, i) => {
      const part = parts.of[i]!;
      groups[part]!.push(id);
      if (parts.isCyclic[part] === 1) this.#recursive.add(id);
    });
    return groups;
  }

  /// Adds the rules that `e` names to `out`, and counts sequences that name some.
  #collectRules(e: Expression, out: Set<RuleId>, isInside = false): void {
    if (e.kind === "rule") out.add(e.rule);
    const isSequence = e.kind === "sequence";
    for (const child of childrenOf(e)) this.#collectRules(child, out, isInside || isSequence);
    if (isSequence && isInside && e.items.some((item) => item.kind === "rule"))
      this.#uses.set(e, (this.#uses.get(e) ?? 0) + 1);
  }

  #declare(name: string, span: Span | undefined, isItem = false): number {
    const rule = this.#rules.length;
    this.#rules.push({
      name,
      span,
      isItem,
      start: DEAD,
      end: DEAD,
      entry: DEAD,
      nullable: false,
      use: { kind: "call", rule, nullable: false },
    });
    return rule;
  }

  #context(name: string, span: Span | undefined, whole: Expression): BuildContext {
    return {
      grammar: this.#grammar,
      budget: this.#budget,
      nfa: this.#nfa,
      use: (rule) => this.#rules[this.#numbers.get(rule)!]!.use,
      dfaOf: (rule) => this.#rules[this.#numbers.get(rule)!]!.dfa,
      isRecursive: (rule) => this.#recursive.has(rule),
      itemRule: (item) => this.#itemRule(item, name, span),
      isShared: (e) => e !== whole && (this.#uses.get(e) ?? 0) >= this.#sharedFrom,
      tokenSet: (tokens, at) => this.#tokenSets.push({ tokens, span: at }) - 1,
      ruleName: name,
      ruleSpan: span,
      isRegular: false,
    };
  }

  #build(rule: number, expression: Expression): void {
    const made = this.#rules[rule]!;
    made.end = this.#nfa.final();
    // A start of its own: a rule that calls itself last can then loop to it.
    made.start = this.#nfa.add();
    const first = build(this.#context(made.name, made.span, expression), expression, made.end);
    if (first === DEAD) {
      made.start = DEAD;
      made.use = { kind: "nothing" };
    } else {
      this.#nfa.addEpsilon(made.start, first);
    }
  }

  #lowerGroup(ids: readonly RuleId[]): void {
    const nfa = this.#nfa;
    const firstState = nfa.size;
    const firstRule = this.#rules.length;
    for (const id of ids) {
      const { name, span } = this.#grammar.rules[id]!;
      this.#numbers.set(id, this.#declare(name, span));
    }
    const isRecursive = this.#recursive.has(ids[0]!);
    let key: StructuralKey | undefined;
    if (!isRecursive) {
      const { expression } = this.#grammar.rules[ids[0]!]!;
      if (expression.kind === "intersection" || expression.kind === "complement") {
        this.#current = ids[0]!;
        const { name, span } = this.#rules[firstRule]!;
        this.#useDfa(firstRule, regularDfa(this.#context(name, span, expression), expression));
        return;
      }
      key = structuralKey(expression, (rule) => this.#rules[this.#numbers.get(rule)!]!.dfa);
      const known = key === undefined ? undefined : dfaCache.get(key);
      if (known !== undefined) {
        this.#useDfa(firstRule, known);
        return;
      }
    }
    for (const id of ids) {
      this.#current = id;
      this.#build(this.#numbers.get(id)!, this.#grammar.rules[id]!.expression);
    }
    const group: number[] = [];
    for (let r = firstRule; r < this.#rules.length; r++) {
      // Items of counters outside of recursion were finished when they were made.
      if (isRecursive || r < firstRule + ids.length) group.push(r);
    }
    this.#finish(group, firstState, isRecursive);
    const { dfa } = this.#rules[firstRule]!;
    if (key !== undefined && dfa !== undefined) dfaCache.set(key, dfa);
  }

  /// Completes rules whose automata are built: what is nullable, dead, left recursive or regular.
  #finish(group: readonly number[], firstState: number, isRecursive: boolean): void {
    const rules = this.#rules;
    this.#spreadNullable(group, firstState, isRecursive);
    if (isRecursive) {
      const productive = prune(this.#nfa, rules, group, firstState);
      for (const r of group) if (!productive.has(r)) rules[r]!.use = { kind: "nothing" };
      this.#loopTailCalls(new Set(group), firstState);
    }
    const alive = group.filter((r) => rules[r]!.use.kind !== "nothing");
    for (const r of alive) rules[r]!.entry = this.#entryOf(rules[r]!.start);
    if (isRecursive) leftCorner(this.#nfa, rules, alive);
    // Nothing younger than the rule may lie in the arena behind `firstState`.
    if (group.length === 1 && alive.length === 1 && group[0] === rules.length - 1)
      this.#tryDeterministic(rules[group[0]]!, group[0], firstState, isRecursive);
  }

  #itemRule(item: Expression, name: string, span: Span | undefined): ReturnType<BuildContext["itemRule"]> {
    let number = this.#itemRules.get(item);
    if (number === undefined) {
      number = this.#declare(name, span, true);
      this.#itemRules.set(item, number);
      const firstState = this.#nfa.size;
      this.#build(number, item);
      // Inside of recursion the whole group is finished together.
      if (!this.#recursive.has(this.#current)) this.#finish([number], firstState, false);
    }
    const { use, nullable } = this.#rules[number]!;
    return use.kind === "nothing" ? undefined : { rule: number, nullable };
  }

  /// Finds which rules match the empty text, and lets calls to them be skipped.
  #spreadNullable(group: readonly number[], firstState: number, isRecursive: boolean): void {
    const nfa = this.#nfa;
    let pending = group.filter((r) => this.#rules[r]!.start !== DEAD);
    for (;;) {
      const found = new Set<number>();
      for (const r of pending) {
        const rule = this.#rules[r]!;
        if (!nfa.closure(rule.start).includes(rule.end)) continue;
        found.add(r);
        rule.nullable = true;
        if (rule.use.kind === "call") rule.use = { ...rule.use, nullable: true };
      }
      if (found.size === 0 || !isRecursive) return;
      pending = pending.filter((r) => !found.has(r));
      for (let s = firstState, end = nfa.size; s < end; s++) {
        if (!nfa.takesMoreThanBytes(s)) continue;
        const { calls, counters } = nfa.state(s);
        for (let i = 0; i < calls.length; i += 2) if (found.has(calls[i]!)) nfa.addEpsilon(s, calls[i + 1]!);
        if (!counters.some((rule, i) => i % 4 === 0 && found.has(rule))) continue;
        const eased = [...counters];
        for (let i = 0; i < counters.length; i += 4) {
          if (!found.has(counters[i]!)) continue;
          eased[i + 1] = 1;
          nfa.addEpsilon(s, counters[i + 3]!);
        }
        nfa.set(s, COUNTERS, eased);
      }
    }
  }

  /// A rule that calls itself and then ends goes back to its start instead: right recursion is a loop.
  #loopTailCalls(group: ReadonlySet<number>, firstState: number): void {
    const nfa = this.#nfa;
    for (let s = firstState, end = nfa.size; s < end; s++) {
      const from = nfa.at(s, CALLS);
      const to = nfa.end(s, CALLS);
      let isInside = false;
      for (let i = from; i < to && !isInside; i += 2) isInside = group.has(nfa.pool[i]!);
      if (!isInside) continue;
      const calls = nfa.list(s, CALLS);
      const kept: number[] = [];
      for (let i = 0; i < calls.length; i += 2) {
        // A rule's end is reached from its own states only, so the call is one of the rule itself.
        const rule = this.#rules[calls[i]!]!;
        const after = group.has(calls[i]!) ? nfa.closure(calls[i + 1]!) : [];
        if (after.includes(rule.end) && !after.some((t) => nfa.takesSomething(t)))
          nfa.addEpsilon(s, rule.start);
        else kept.push(calls[i]!, calls[i + 1]!);
      }
      if (kept.length < calls.length) nfa.set(s, CALLS, kept);
    }
  }

  /// A state that takes what `start` takes, but not the empty text, and that nothing leads back to.
  #entryOf(start: number): number {
    const nfa = this.#nfa;
    const first = nfa.closure(start).filter((s) => nfa.takesSomething(s));
    return first.length === 0 ? DEAD : nfa.withEpsilons(first.map((s) => nfa.core(s)));
  }

  /// Replaces a rule without calls by its smallest deterministic automaton, unless that is large.
  #tryDeterministic(rule: RuleInProgress, number: number, firstState: number, isRecursive: boolean): void {
    const nfa = this.#nfa;
    // After left recursion was removed, only the entry tells what the rule takes.
    const from = isRecursive
      ? nfa.withEpsilons(rule.nullable ? [rule.entry, rule.end] : [rule.entry])
      : rule.start;
    if (rule.entry === DEAD && isRecursive) return;
    const states = nfa.bytesOnly(from, MAX_DETERMINISTIC);
    if (states === undefined) return;
    const limits = { maxStates: 2 * states + 64, budget: this.#budget };
    const exact = determinize(nfa, from, limits);
    if (exact === undefined) return;
    const dfa = minimize(exact, this.#budget);
    nfa.truncate(firstState);
    this.#useDfa(number, dfa);
  }

  /// Gives a rule this automaton.
  #useDfa(number: number, dfa: Dfa): void {
    const rule = this.#rules[number]!;
    rule.dfa = dfa;
    if (dfa.size === 0) {
      rule.use = { kind: "nothing" };
      return;
    }
    rule.nullable = dfa.final[0] === 1;
    rule.entry = dfa.edges.length === 0 ? DEAD : this.#nfa.block(dfa);
    rule.use = isCopied(dfa)
      ? { kind: "copy", dfa }
      : { kind: "call", rule: number, nullable: rule.nullable };
  }
}

function isCopied(dfa: Dfa): boolean {
  const n = dfa.size;
  if (n <= SMALL || (n <= FINITE && hasFiniteLanguage(dfa))) return true;
  return n <= WIDE && widestContinuation(dfa) > WIDE_CONTINUATION;
}
