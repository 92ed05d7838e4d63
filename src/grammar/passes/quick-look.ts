import { partsOf } from "../build.ts";
import type { Expression, Grammar, RuleId } from "../ir.ts";
import { isPauseDue, type Steps, spend } from "../work.ts";

/// Expressions that are looked at, and rules inside of rules: past these the thorough way is right.
const MAX_STEPS = 30_000_000;
const MAX_DEPTH = 400;

const UNKNOWN = 0;
const OPEN = 1;
const YES = 2;

/// The rules that the root reaches (rule → 1), if `checkGrammar` has surely nothing to report but the
/// others, left recursion aside. One walk over the expressions: most grammars that a program made need no
/// more. Undefined says nothing.
export function surelySoundRules(grammar: Grammar): Steps<Uint8Array | undefined> {
  return new QuickLook(grammar).run();
}

class QuickLook {
  readonly #grammar: Grammar;
  readonly #reached: Uint8Array;
  /// Rule → whether it is known to match something, to be regular, not to match the empty text. A rule
  /// that is asked about while it is open counts against the grammar, but for the first of these.
  readonly #productive: Uint8Array;
  readonly #regular: Uint8Array;
  readonly #solid: Uint8Array;
  readonly #queue: RuleId[] = [];
  #steps = 0;
  #depth = 0;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    const { length } = grammar.rules;
    this.#reached = new Uint8Array(length);
    this.#productive = new Uint8Array(length);
    this.#regular = new Uint8Array(length);
    this.#solid = new Uint8Array(length);
  }

  *run(): Steps<Uint8Array | undefined> {
    const { rules, rootRule } = this.#grammar;
    const reached: RuleId[] = [];
    if (!(yield* this.#follow(rootRule, reached)) || !(yield* this.#areProductive(reached))) return undefined;
    const reachable = this.#reached.slice();
    // What stands in the other rules is looked at, too.
    for (let id = 0; id < rules.length; id++) if (!(yield* this.#follow(id, reached))) return undefined;
    return reachable;
  }

  /// Whether the rule and those it leads to are sound. Adds what was not reached before to `reached`.
  *#follow(rule: RuleId, reached: RuleId[]): Steps<boolean> {
    this.#enter(rule);
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      spend(5);
      if (isPauseDue()) yield;
      if (!this.#isSound(this.#grammar.rules[next]!.expression)) return false;
      reached.push(next);
    }
    return true;
  }

  /// Rules are met before those that they name, or in chains after them: rounds from both ends in turn are
  /// few.
  *#areProductive(reached: readonly RuleId[]): Steps<boolean> {
    let open = reached;
    while (open.length > 0) {
      spend(open.length);
      if (isPauseDue()) yield;
      const left: RuleId[] = [];
      for (let i = open.length - 1; i >= 0; i--) {
        const rule = open[i]!;
        if (this.#isProductive(this.#grammar.rules[rule]!.expression)) this.#productive[rule] = YES;
        else left.push(rule);
      }
      if (left.length === open.length || this.#steps > MAX_STEPS) return false;
      // In the other order.
      open = left;
    }
    return true;
  }

  #enter(rule: RuleId): void {
    if (this.#reached[rule] === 1) return;
    this.#reached[rule] = 1;
    this.#queue.push(rule);
  }

  /// Nothing in `e` is to be reported.
  #isSound(e: Expression): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    switch (e.kind) {
      case "rule":
        this.#enter(e.rule);
        return true;
      case "sequence":
      case "choice":
        return this.#eachIsSound(e.items);
      case "intersection":
        return this.#isRegular(e) && this.#eachIsSound(e.items);
      case "complement":
        return this.#isRegular(e) && this.#isSound(e.item);
      case "repeat":
        return (e.max !== undefined || this.#isSolid(e.item)) && this.#isSound(e.item);
      case "unordered":
        return this.#eachIsSound(partsOf(e));
      case "empty":
      case "nothing":
      case "literal":
      case "characters":
      case "bytes":
      case "token":
        return true;
      default:
        return e satisfies never;
    }
  }

  #eachIsSound(items: readonly Expression[]): boolean {
    for (const item of items) if (!this.#isSound(item)) return false;
    return true;
  }

  #ofRule(rule: RuleId, known: Uint8Array, ask: (e: Expression) => boolean): boolean {
    if (known[rule] !== UNKNOWN) return known[rule] === YES;
    if (this.#depth >= MAX_DEPTH) return false;
    known[rule] = OPEN;
    this.#depth++;
    const result = ask.call(this, this.#grammar.rules[rule]!.expression);
    this.#depth--;
    known[rule] = result ? YES : UNKNOWN;
    return result;
  }

  /// Matches some text (as `productiveNodes` has it), as far as is known of the rules in it.
  #isProductive(e: Expression): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    switch (e.kind) {
      case "empty":
      case "literal":
      case "complement":
        return true;
      case "nothing":
        return false;
      case "characters":
      case "bytes":
        return e.ranges.length > 0;
      case "token":
        return e.negated || e.tokens.length > 0;
      case "sequence":
      case "intersection":
        for (const item of e.items) if (!this.#isProductive(item)) return false;
        return true;
      case "choice":
        for (const item of e.items) if (this.#isProductive(item)) return true;
        return false;
      case "unordered":
        // Surely: required ones, and one at least.
        for (const part of partsOf(e)) if (!this.#isProductive(part)) return false;
        return true;
      case "repeat":
        return e.min === 0 || this.#isProductive(e.item);
      case "rule":
        return this.#productive[e.rule] === YES;
      default:
        return e satisfies never;
    }
  }

  /// Surely reaches neither recursion nor a token.
  #isRegular(e: Expression): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    switch (e.kind) {
      case "unordered":
      case "token":
        return false;
      case "sequence":
      case "choice":
      case "intersection":
        for (const item of e.items) if (!this.#isRegular(item)) return false;
        return true;
      case "repeat":
      case "complement":
        return this.#isRegular(e.item);
      case "rule":
        return this.#ofRule(e.rule, this.#regular, this.#isRegular);
      case "empty":
      case "nothing":
      case "literal":
      case "characters":
      case "bytes":
        return true;
      default:
        return e satisfies never;
    }
  }

  /// Surely does not match the empty text.
  #isSolid(e: Expression): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    switch (e.kind) {
      case "empty":
      case "complement":
        return false;
      case "literal":
        return e.bytes.length > 0;
      case "nothing":
      case "characters":
      case "bytes":
      case "unordered":
      case "token":
        return true;
      case "sequence":
      case "intersection":
        for (const item of e.items) if (this.#isSolid(item)) return true;
        return false;
      case "choice":
        for (const item of e.items) if (!this.#isSolid(item)) return false;
        return true;
      case "repeat":
        return e.min > 0 && this.#isSolid(e.item);
      case "rule":
        return this.#ofRule(e.rule, this.#solid, this.#isSolid);
      default:
        return e satisfies never;
    }
  }
}
