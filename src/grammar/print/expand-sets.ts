import type { Diagnostic } from "../../base/diagnostic.ts";
import { characters, choice, empty, nothing, repeat, sequence } from "../build.ts";
import { ALL_CHARACTERS } from "../code-points.ts";
import type { CodePointRange, Expression, Grammar, Rule } from "../ir.ts";
import { type ParseOptions, textDiagnostic } from "../parse-result.ts";
import { OutOfWork, spend } from "../work.ts";
import { type CharacterRegex, NotCharacterRegular, RegexFactory, setsOf } from "./character-regex.ts";

export interface ExpandResult {
  /// Absent if a diagnostic is an error.
  readonly grammar?: Grammar;
  readonly diagnostics: readonly Diagnostic[];
}

// States of one intersection or complement; past this it is refused.
const MAX_STATES = 4000;

/// The same language without intersections and complements: each becomes rules, one a state of its
/// automaton over characters. Errors: `print-not-regular`, `print-not-text`, `print-too-large`,
/// `print-timeout`.
export function expandSets(grammar: Grammar, options: ParseOptions = {}): ExpandResult {
  const expander = new Expander(grammar, options.file);
  const { diagnostics } = expander;
  let rules: Rule[];
  try {
    rules = grammar.rules.map((rule) => ({
      ...rule,
      expression: expander.expand(rule.expression, rule.name),
    }));
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    return { diagnostics };
  }
  if (diagnostics.length > 0) return { diagnostics };
  return { grammar: { rules: [...rules, ...expander.added], rootRule: grammar.rootRule }, diagnostics };
}

class TooManyStates extends Error {}
/// The budget is used up, and it is told where.
class Unfinished extends Error {}

class Expander {
  readonly #grammar: Grammar;
  readonly #file: string | undefined;
  readonly #factory: RegexFactory;
  readonly #done = new Map<Expression, Expression>();
  readonly added: Rule[] = [];
  readonly diagnostics: Diagnostic[] = [];

  constructor(grammar: Grammar, file: string | undefined) {
    this.#grammar = grammar;
    this.#file = file;
    this.#factory = new RegexFactory(grammar);
  }

  expand(e: Expression, ruleName: string): Expression {
    spend();
    switch (e.kind) {
      case "sequence":
      case "choice": {
        const items = e.items.map((item) => this.expand(item, ruleName));
        return items.some((item, i) => item !== e.items[i]) ? { ...e, items } : e;
      }
      case "repeat": {
        const item = this.expand(e.item, ruleName);
        return item === e.item ? e : { ...e, item };
      }
      case "intersection":
      case "complement": {
        let done = this.#done.get(e);
        if (done === undefined) {
          done = this.#rulesOf(e, ruleName);
          this.#done.set(e, done);
        }
        return done;
      }
      case "empty":
      case "nothing":
      case "literal":
      case "characters":
      case "bytes":
      case "rule":
      case "unordered":
      case "token":
        return e;
      default:
        return e satisfies never;
    }
  }

  #rulesOf(e: Expression & { kind: "intersection" | "complement" }, ruleName: string): Expression {
    try {
      return this.#automaton(this.#factory.from(e), ruleName);
    } catch (error) {
      if (error instanceof OutOfWork) {
        this.#error(
          "print-timeout",
          e,
          `this ${e.kind} in the rule "${ruleName}" takes too long to write without one`,
          "simplify it, or bound repetitions lower",
        );
        throw new Unfinished();
      }
      // Derivatives call themselves along a text: a range error is a stack used up.
      if (error instanceof TooManyStates || error instanceof RangeError)
        this.#error(
          "print-too-large",
          e,
          `this ${e.kind} needs more than ${MAX_STATES} states`,
          "simplify it, or bound repetitions lower",
        );
      else if (error instanceof NotCharacterRegular && error.reason === "bytes")
        this.#error(
          "print-not-text",
          error.expression,
          `bytes that are no text stand inside of this ${e.kind}`,
          "use characters",
        );
      else if (error instanceof NotCharacterRegular)
        this.#error(
          "print-not-regular",
          error.expression,
          `the ${e.kind} of something with a ${error.reason === "token" ? "token literal" : "recursive rule"} cannot be computed`,
          "use only rules in it that never lead back to themselves",
        );
      else throw error;
      return nothing();
    }
  }

  #error(code: string, e: Expression, message: string, hint: string): void {
    this.diagnostics.push(
      textDiagnostic(code, "error", this.#file, e.span ?? { from: 0, to: 0 }, message, hint),
    );
  }

  /// Adds the rules of an automaton; answers what stands for its first state.
  #automaton(start: CharacterRegex, ruleName: string): Expression {
    const alphabet = characterClasses(setsOf(start));
    const states = new Map<CharacterRegex, Map<CharacterRegex, number[]>>();
    const queue = [start];
    for (const state of queue) {
      if (states.has(state)) continue;
      if (states.size >= MAX_STATES) throw new TooManyStates();
      const edges = new Map<CharacterRegex, number[]>();
      states.set(state, edges);
      alphabet.forEach((ranges, k) => {
        spend();
        const next = this.#factory.derivative(state, ranges[0]![0]);
        if (next === this.#factory.nothing) return;
        const classes = edges.get(next);
        if (classes === undefined) edges.set(next, [k]);
        else classes.push(k);
        if (!states.has(next)) queue.push(next);
      });
    }
    const alive = aliveStates(states);
    if (!alive.has(start)) return nothing();
    const ids = new Map<CharacterRegex, number>();
    const first = this.#grammar.rules.length + this.added.length;
    for (const state of states.keys()) if (alive.has(state)) ids.set(state, first + ids.size);
    for (const [state, id] of ids) {
      const loop: CodePointRange[] = [];
      const ways: Expression[] = [];
      for (const [next, classes] of states.get(state)!) {
        const target = ids.get(next);
        if (target === undefined) continue;
        const ranges = classes.flatMap((k) => alphabet[k]!);
        if (next === state) loop.push(...ranges);
        else if (states.get(next)!.size === 0 && next.isNullable) ways.push(characters(ranges));
        else ways.push(sequence([characters(ranges), { kind: "rule", rule: target }]));
      }
      if (state.isNullable) ways.push(empty());
      const rest = choice(ways);
      const loops = loop.length === 0 ? [] : [repeat(characters(loop), 0, undefined)];
      const expression = rest.kind === "empty" ? sequence(loops) : sequence([...loops, rest]);
      this.added.push({ name: `${ruleName}-state-${id - first}`, expression });
    }
    return { kind: "rule", rule: ids.get(start)! };
  }
}

/// States from which some text is accepted.
function aliveStates(
  states: ReadonlyMap<CharacterRegex, ReadonlyMap<CharacterRegex, unknown>>,
): Set<CharacterRegex> {
  const sources = new Map<CharacterRegex, CharacterRegex[]>();
  for (const [state, edges] of states)
    for (const next of edges.keys()) {
      const list = sources.get(next);
      if (list === undefined) sources.set(next, [state]);
      else list.push(state);
    }
  const alive = new Set([...states.keys()].filter((state) => state.isNullable));
  for (const state of alive) for (const source of sources.get(state) ?? []) alive.add(source);
  return alive;
}

/// A partition of all characters: two are in one class if the same sets hold both.
function characterClasses(sets: readonly (readonly CodePointRange[])[]): CodePointRange[][] {
  const cuts = new Set<number>();
  for (const set of [ALL_CHARACTERS, ...sets]) {
    for (const [from, to] of set) cuts.add(from).add(to + 1);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const classes = new Map<string, CodePointRange[]>();
  const at = sets.map(() => 0);
  for (let i = 0; i + 1 < sorted.length; i++) {
    const from = sorted[i]!;
    const to = sorted[i + 1]! - 1;
    if (from >= 0xd800 && from <= 0xdfff) continue;
    let key = "";
    sets.forEach((set, s) => {
      while (at[s]! < set.length && set[at[s]!]![1] < from) at[s]!++;
      const range = set[at[s]!];
      key += range !== undefined && range[0] <= from ? "1" : "0";
    });
    const ranges = classes.get(key);
    if (ranges === undefined) classes.set(key, [[from, to]]);
    else ranges.push([from, to]);
  }
  return [...classes.values()];
}
