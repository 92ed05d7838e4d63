import { partsOf } from "../build.ts";
import type { Expression, Grammar, RuleId } from "../ir.ts";
import { copiesOf, isCounted } from "./build.ts";
import { KINDS } from "./kinds.ts";

// Which rules of those that a front end marks (`Rule.isLate`) can be lowered when a text comes to them, without
// anything being different but when that is: what lowering would report has to be known before, and a rule that
// matches nothing may not be entered.

/// A rule that is lowered late.
export interface LateRule {
  readonly id: RuleId;
  /// Rules that it uses and that are lowered before.
  readonly uses: ReadonlySet<RuleId>;
  /// More than the rules and parts of rules that it may be lowered to.
  readonly weight: number;
}

export interface LatePlan {
  /// Rules to lower before all others: what these are decides whether a candidate matches anything.
  readonly early: readonly RuleId[];
  readonly candidates: readonly LateRule[];
  /// Words that tell grammars apart whose candidates differ.
  readonly hash: readonly [number, number];
}

/// States that lowering a rule late may need, at most: a text waits for it.
const MAX_STATES = 200_000;
/// What a rule that is copied to where it is used may have of them.
const COPIED = 400;
/// States for a range of characters, whatever its ends.
const RANGE = 8;
/// A counter's twin (encode.ts), and itself.
const VIRTUAL = 1026;
const MAX_VIRTUAL = 2 ** 28;
/// Expressions inside of expressions, and rules inside of rules, that are looked into.
const MAX_DEPTH = 200;
/// Expressions that are looked at to tell whether a rule matches something.
const MAX_STEPS = 20_000;

/// What a rule's expression says by itself.
interface Look {
  readonly uses: readonly RuleId[];
  readonly nodes: number;
  /// More states than it is lowered to.
  readonly states: number;
  readonly virtual: number;
  readonly hasToken: boolean;
  /// An intersection or a complement: only lowering tells what matches it.
  readonly hasProduct: boolean;
  readonly isDeep: boolean;
  readonly hashA: number;
  readonly hashB: number;
}

/// Undefined: there are none. `maxStates` is what the whole lowering may use; the rules in `refused` are lowered
/// with the others.
export function planLateRules(
  grammar: Grammar,
  maxStates: number,
  refused: Set<RuleId>,
): LatePlan | undefined {
  if (!grammar.rules.some((rule) => rule.isLate)) return undefined;
  const planner = new Planner(grammar, maxStates);
  for (;;) {
    const count = refused.size;
    const plan = planner.run(refused);
    if (refused.size === count) return plan;
  }
}

const LATER = 0;
const NOW = 1;
const CANDIDATE = 2;

class Planner {
  readonly #grammar: Grammar;
  readonly #maxStates: number;
  readonly #looks: (Look | undefined)[];
  /// Rule → when it is lowered.
  readonly #when: Uint8Array;
  /// Rule → the last search that met it.
  readonly #met: Int32Array;
  #searches = 0;

  constructor(grammar: Grammar, maxStates: number) {
    const { length } = grammar.rules;
    this.#grammar = grammar;
    this.#maxStates = Math.min(MAX_STATES, maxStates / 2);
    this.#looks = new Array(length);
    this.#when = new Uint8Array(length);
    this.#met = new Int32Array(length);
  }

  /// Adds to `refused` what cannot be late after all: the answer is of no use then.
  run(refused: Set<RuleId>): LatePlan | undefined {
    const when = this.#when;
    when.fill(LATER);
    const candidates = this.#candidates(refused);
    const reached = this.#reached(candidates);
    const early: RuleId[] = [];
    for (const rule of reached) {
      if (when[rule] === NOW || !this.#look(rule).hasProduct) continue;
      early.push(rule);
      this.#lowerNow(rule);
    }
    // What others use is as good as any rule.
    for (const rule of reached)
      if (when[rule] !== NOW)
        for (const used of this.#look(rule).uses) if (when[used] === CANDIDATE) this.#lowerNow(used);
    const leading = this.#leadingToCandidates();
    for (const rule of reached) {
      if (when[rule] === NOW) continue;
      const { hasToken, isDeep, uses } = this.#look(rule);
      if (hasToken || isDeep) return undefined;
      for (const used of uses) {
        if (when[used] !== NOW) continue;
        if (leading.has(used)) return undefined;
        early.push(used);
      }
    }
    const late: LateRule[] = [];
    let virtualStates = 0;
    for (const id of candidates) {
      if (when[id] === NOW) continue;
      const used = new Set<RuleId>();
      let states = 0;
      let weight = 2;
      for (const rule of this.#reached([id], used)) {
        const look = this.#look(rule);
        states += look.states;
        virtualStates += look.virtual;
        weight += look.nodes + 1;
      }
      if (states > this.#maxStates) refused.add(id);
      late.push({ id, uses: used, weight });
    }
    if (late.length === 0 || virtualStates > MAX_VIRTUAL) return undefined;
    return { early, candidates: late, hash: this.#hash(reached) };
  }

  /// The rules that may be late and that the root leads to, all others before these being lowered now.
  #candidates(refused: ReadonlySet<RuleId>): RuleId[] {
    const { rules, rootRule } = this.#grammar;
    const candidates: RuleId[] = [];
    const queue = [rootRule];
    this.#when[rootRule] = NOW;
    for (const rule of queue)
      for (const used of this.#look(rule).uses) {
        if (this.#when[used] !== LATER) continue;
        const isLate = rules[used]!.isLate === true && !refused.has(used);
        this.#when[used] = isLate ? CANDIDATE : NOW;
        (isLate ? candidates : queue).push(used);
      }
    return candidates;
  }

  /// Lowers a rule, and all that it uses, now.
  #lowerNow(first: RuleId): void {
    const queue = [first];
    this.#when[first] = NOW;
    for (const rule of queue)
      for (const used of this.#look(rule).uses) {
        if (this.#when[used] === NOW) continue;
        this.#when[used] = NOW;
        queue.push(used);
      }
  }

  /// The rules that some lead to, these first. If `now` is given, it gets those that are lowered now, and they
  /// are left out.
  #reached(from: readonly RuleId[], now?: Set<RuleId>): RuleId[] {
    const search = ++this.#searches;
    const met = this.#met;
    const out = [...from];
    for (const rule of out) met[rule] = search;
    for (const rule of out)
      for (const used of this.#look(rule).uses) {
        if (now !== undefined && this.#when[used] === NOW) {
          now.add(used);
          continue;
        }
        if (met[used] === search) continue;
        met[used] = search;
        out.push(used);
      }
    return out;
  }

  /// Rules lowered now that lead to candidates.
  #leadingToCandidates(): Set<RuleId> {
    const users = new Map<RuleId, RuleId[]>();
    const leading = new Set<RuleId>();
    for (let rule = 0; rule < this.#when.length; rule++) {
      if (this.#when[rule] === CANDIDATE) leading.add(rule);
      if (this.#when[rule] !== NOW) continue;
      for (const used of this.#look(rule).uses) {
        const list = users.get(used);
        if (list === undefined) users.set(used, [rule]);
        else list.push(rule);
      }
    }
    for (const rule of leading) for (const user of users.get(rule) ?? []) leading.add(user);
    return leading;
  }

  #look(rule: RuleId): Look {
    let known = this.#looks[rule];
    if (known === undefined) {
      known = look(this.#grammar.rules[rule]!.expression);
      this.#looks[rule] = known;
    }
    return known;
  }

  #hash(reached: readonly RuleId[]): [number, number] {
    hashA = 1;
    hashB = 2;
    for (const rule of reached) {
      const look = this.#look(rule);
      mix(rule);
      mix(look.hashA);
      mix(look.hashB);
    }
    return [hashA, hashB];
  }
}

// What `look` is collecting; a look takes well under a microsecond a node even before it is compiled, which
// matters: all late rules of a grammar are looked at.
let uses = new Set<RuleId>();
let nodes = 0;
let virtual = 0;
let hasToken = false;
let hasProduct = false;
let isDeep = false;
let hashA = 0;
let hashB = 0;

function mix(word: number): void {
  hashA = Math.imul(hashA ^ word, 0x9e3779b1);
  hashA ^= hashA >>> 15;
  hashB = Math.imul(((hashB << 13) | (hashB >>> 19)) + word, 0x85ebca6b);
}

function mixBytes(bytes: Uint8Array): void {
  let a = hashA;
  let b = hashB;
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(((b << 13) | (b >>> 19)) + bytes[i]!, 0x85ebca6b);
  }
  hashA = a;
  hashB = b;
}

function look(e: Expression): Look {
  uses = new Set();
  nodes = 0;
  virtual = 0;
  hasToken = false;
  hasProduct = false;
  isDeep = false;
  hashA = 1;
  hashB = 2;
  const states = statesOf(e, 0) + 2;
  return { uses: [...uses], nodes, states, virtual, hasToken, hasProduct, isDeep, hashA, hashB };
}

/// More states than `e` is lowered to, in a rule without intersections and complements.
function statesOf(e: Expression, depth: number): number {
  nodes++;
  mix(KINDS[e.kind]);
  if (depth > MAX_DEPTH) {
    isDeep = true;
    return 0;
  }
  switch (e.kind) {
    case "empty":
    case "nothing":
      return 1;
    case "literal":
      mix(e.bytes.length);
      mixBytes(e.bytes);
      return e.bytes.length + 1;
    case "characters":
    case "bytes":
      mix(e.ranges.length);
      for (const [from, to] of e.ranges) {
        mix(from);
        mix(to);
      }
      return e.kind === "bytes" ? 1 : RANGE * (1 + e.ranges.length);
    case "sequence":
    case "choice":
    case "intersection": {
      if (e.kind === "intersection") hasProduct = true;
      mix(e.items.length);
      let states = 2;
      for (const item of e.items) states += statesOf(item, depth + 1);
      return states;
    }
    case "repeat": {
      mix(e.min);
      mix(e.max ?? -1);
      const copies = copiesOf(e);
      virtual += copies + VIRTUAL;
      return (statesOf(e.item, depth + 1) + 2) * (isCounted(e) ? 1 : copies);
    }
    case "complement":
      hasProduct = true;
      return statesOf(e.item, depth + 1);
    case "unordered": {
      mix(e.items.length);
      mix(e.min);
      mix(e.max ?? -1);
      mix((e.more === undefined ? 0 : 1) | (e.separator === undefined ? 0 : 2));
      for (const { isRequired } of e.items) mix(isRequired ? 1 : 0);
      let states = 2;
      for (const part of partsOf(e)) states += statesOf(part, depth + 1) + 2;
      return states;
    }
    case "rule":
      mix(e.rule);
      uses.add(e.rule);
      return COPIED;
    case "token":
      hasToken = true;
      return 1;
    default:
      return e satisfies never;
  }
}

/// The rules of `rules` that match some text and not the empty one, as far as that is soon told. `isSome` and
/// `isNullable` answer for the rules lowered before.
export function takingText(
  grammar: Grammar,
  rules: readonly LateRule[],
  lowered: (rule: RuleId) => { readonly isSome: boolean; readonly isNullable: boolean } | undefined,
): LateRule[] {
  const open = new Set<RuleId>();
  const answers = { some: new Map<RuleId, boolean>(), nullable: new Map<RuleId, boolean>() };
  let steps = 0;
  const ask = (id: RuleId, depth: number, whether: "some" | "nullable"): boolean | undefined => {
    const before = lowered(id);
    if (before !== undefined) return whether === "some" ? before.isSome : before.isNullable;
    const known = answers[whether].get(id);
    if (known !== undefined) return known;
    if (open.has(id) || depth > MAX_DEPTH || ++steps > MAX_STEPS) return undefined;
    open.add(id);
    const e = grammar.rules[id]!.expression;
    const answer = whether === "some" ? some(e, depth + 1) : nullable(e, depth + 1);
    open.delete(id);
    if (answer !== undefined) answers[whether].set(id, answer);
    return answer;
  };
  const all = (items: readonly Expression[], of: (e: Expression) => boolean | undefined) => {
    let isSure = true;
    for (const item of items) {
      const answer = of(item);
      if (answer === false) return false;
      isSure &&= answer === true;
    }
    return isSure ? true : undefined;
  };
  const any = (items: readonly Expression[], of: (e: Expression) => boolean | undefined) => {
    let isSure = true;
    for (const item of items) {
      const answer = of(item);
      if (answer === true) return true;
      isSure &&= answer === false;
    }
    return isSure ? false : undefined;
  };
  const nullable = (e: Expression, depth: number): boolean | undefined => {
    switch (e.kind) {
      case "empty":
        return true;
      case "nothing":
      case "characters":
      case "bytes":
      case "unordered":
      case "token":
        return false;
      case "literal":
        return e.bytes.length === 0;
      case "sequence":
        return all(e.items, (item) => nullable(item, depth + 1));
      case "choice":
        return any(e.items, (item) => nullable(item, depth + 1));
      case "repeat":
        return e.min === 0 || nullable(e.item, depth + 1);
      case "rule":
        return ask(e.rule, depth, "nullable");
      case "intersection":
      case "complement":
        return undefined;
      default:
        return e satisfies never;
    }
  };
  const some = (e: Expression, depth: number): boolean | undefined => {
    switch (e.kind) {
      case "empty":
      case "literal":
        return true;
      case "nothing":
        return false;
      case "characters":
      case "bytes":
        return e.ranges.length > 0;
      case "unordered":
      case "sequence":
        // Of items in any order, surely: all of them.
        return (
          all(e.kind === "sequence" ? e.items : partsOf(e), (item) => some(item, depth + 1)) || undefined
        );
      case "choice":
        return any(e.items, (item) => some(item, depth + 1));
      case "repeat":
        return e.min === 0 || some(e.item, depth + 1);
      case "rule":
        return ask(e.rule, depth, "some");
      case "intersection":
      case "complement":
      case "token":
        return undefined;
      default:
        return e satisfies never;
    }
  };
  return rules.filter(({ id }) => {
    steps = 0;
    return ask(id, 0, "nullable") === false && ask(id, 0, "some") === true;
  });
}
