import type { Expression, Grammar } from "../../src/grammar/ir.ts";
import { derivative, isNullable, isViable, type Regular, toRegular } from "./derivatives.ts";
import { type ByteRange, utf8Sequences } from "./utf8-ranges.ts";

/// What a grammar says of a text.
export interface Recognition {
  /// The text is a sentence of the grammar.
  readonly accepted: boolean;
  /// Length in bytes of the longest prefix that some sentence begins with.
  readonly longestViablePrefix: number;
  /// The bytes that may come after that prefix.
  readonly nextBytes: ReadonlySet<number>;
}

/// The slow, obvious recogniser that everything faster is compared with: Earley's algorithm over
/// bytes, with derivatives where the grammar has intersections or complements. Any grammar will do:
/// ambiguous, left recursive, nullable. Token literals match no text.
export function recognize(grammar: Grammar, bytes: Uint8Array): Recognition {
  const run = new ReferenceMatcher(grammar);
  let taken = 0;
  while (taken < bytes.length && run.push(bytes[taken]!)) taken++;
  return {
    accepted: taken === bytes.length && run.isAccepting,
    longestViablePrefix: taken,
    nextBytes: run.nextBytes(),
  };
}

/// A production: the parts that a symbol is made of, each a byte range or another symbol.
interface Production {
  readonly id: number;
  readonly parent: ProductionSymbol;
  readonly parts: readonly (ByteRange | ProductionSymbol | Regular)[];
}

/// What stands for an expression, at one count of its repetitions. Productions are made on first use.
interface ProductionSymbol {
  readonly key: string;
  productions?: readonly Production[];
  readonly make: () => readonly (readonly (ByteRange | ProductionSymbol | Regular)[])[];
}

interface Item {
  readonly production: Production;
  readonly dot: number;
  readonly origin: number;
  /// The rest of the regular part at the dot.
  readonly rest?: Regular;
}

class ItemSet {
  readonly items: Item[] = [];
  readonly keys = new Set<string>();
  /// Symbol → items that wait for it.
  readonly waiting = new Map<ProductionSymbol, Item[]>();
  /// Symbols that matched the empty text here.
  readonly completedHere = new Set<ProductionSymbol>();

  add(production: Production, dot: number, origin: number, rest?: Regular): void {
    const key = `${production.id} ${dot} ${origin} ${rest?.id ?? ""}`;
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.items.push({ production, dot, origin, ...(rest === undefined ? {} : { rest }) });
  }
}

/// Follows a text byte by byte.
export class ReferenceMatcher {
  readonly #lowering: Lowering;
  readonly #start: Production;
  readonly #sets: ItemSet[] = [];

  constructor(grammar: Grammar) {
    this.#lowering = loweringOf(grammar);
    this.#start = this.#lowering.start;
    const first = new ItemSet();
    if (this.#lowering.isProductive(grammar.rules[grammar.rootRule]!.expression))
      first.add(this.#start, 0, 0);
    this.#sets.push(first);
    this.#close(0);
  }

  /// Bytes taken.
  get length(): number {
    return this.#sets.length - 1;
  }

  /// Takes a byte if some sentence goes on with it. False, and no change, otherwise.
  push(b: number): boolean {
    const next = new ItemSet();
    for (const item of this.#sets.at(-1)!.items) {
      if (item.rest !== undefined) {
        const rest = derivative(item.rest, b);
        if (isViable(rest)) next.add(item.production, item.dot, item.origin, rest);
        continue;
      }
      const part = item.production.parts[item.dot];
      if (isByteRange(part) && b >= part[0] && b <= part[1])
        next.add(item.production, item.dot + 1, item.origin);
    }
    if (next.items.length === 0) return false;
    this.#sets.push(next);
    this.#close(this.#sets.length - 1);
    return true;
  }

  /// Takes back the last `count` bytes.
  pop(count: number): void {
    this.#sets.length -= count;
  }

  get isAccepting(): boolean {
    return this.#sets.at(-1)!.items.some((i) => i.production === this.#start && i.dot === 1);
  }

  nextBytes(): Set<number> {
    const out = new Set<number>();
    for (const item of this.#sets.at(-1)!.items) {
      const part = item.production.parts[item.dot];
      for (let b = 0; b < 256; b++) {
        if (
          item.rest !== undefined
            ? isViable(derivative(item.rest, b))
            : isByteRange(part) && b >= part[0] && b <= part[1]
        )
          out.add(b);
      }
    }
    return out;
  }

  /// Predicts and completes until nothing new follows.
  #close(at: number): void {
    const set = this.#sets[at]!;
    for (const item of set.items) {
      const { production, dot, origin, rest } = item;
      if (rest !== undefined) {
        if (isNullable(rest)) set.add(production, dot + 1, origin);
        continue;
      }
      if (dot === production.parts.length) {
        if (origin === at) set.completedHere.add(production.parent);
        for (const waiting of [...(this.#sets[origin]!.waiting.get(production.parent) ?? [])])
          set.add(waiting.production, waiting.dot + 1, waiting.origin);
        continue;
      }
      const part = production.parts[dot]!;
      if (isByteRange(part)) continue;
      if ("id" in part) {
        if (isViable(part)) set.add(production, dot, origin, part);
        continue;
      }
      const waiting = set.waiting.get(part);
      if (waiting === undefined) set.waiting.set(part, [item]);
      else waiting.push(item);
      if (set.completedHere.has(part)) set.add(production, dot + 1, origin);
      for (const predicted of this.#lowering.productionsOf(part)) set.add(predicted, 0, at);
    }
  }
}

function isByteRange(part: ByteRange | ProductionSymbol | Regular | undefined): part is ByteRange {
  return Array.isArray(part);
}

const lowerings = new WeakMap<Grammar, Lowering>();

function loweringOf(grammar: Grammar): Lowering {
  let found = lowerings.get(grammar);
  if (found === undefined) {
    found = new Lowering(grammar);
    lowerings.set(grammar, found);
  }
  return found;
}

/// Turns expressions into productions, leaving out whatever no text matches: Earley's sets then hold
/// only what some sentence goes on with.
class Lowering {
  readonly #grammar: Grammar;
  readonly #symbols = new Map<string, ProductionSymbol>();
  readonly #expressionIds = new Map<Expression, number>();
  readonly #productiveRules = new Set<number>();
  #productions = 0;
  readonly start: Production;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    for (let before = -1; before < this.#productiveRules.size; ) {
      before = this.#productiveRules.size;
      grammar.rules.forEach((rule, id) => {
        if (this.isProductive(rule.expression)) this.#productiveRules.add(id);
      });
    }
    const root = this.#symbolOf(grammar.rules[grammar.rootRule]!.expression);
    const start: ProductionSymbol = { key: "start", make: () => [[root]] };
    this.start = this.productionsOf(start)[0]!;
  }

  isProductive(e: Expression): boolean {
    switch (e.kind) {
      case "empty":
      case "literal":
        return true;
      case "nothing":
      case "token":
        return false;
      case "characters":
      case "bytes":
        return e.ranges.length > 0;
      case "sequence":
        return e.items.every((item) => this.isProductive(item));
      case "choice":
        return e.items.some((item) => this.isProductive(item));
      case "repeat":
        return e.min === 0 || this.isProductive(e.item);
      case "rule":
        return this.#productiveRules.has(e.rule);
      case "unordered":
        return this.#leftOf(e, 0, 0);
      case "intersection":
      case "complement":
        return isViable(toRegular(e, this.#grammar));
      default:
        return e satisfies never;
    }
  }

  productionsOf(symbol: ProductionSymbol): readonly Production[] {
    symbol.productions ??= symbol.make().map((parts) => ({ id: this.#productions++, parent: symbol, parts }));
    return symbol.productions;
  }

  /// The symbol of a productive expression.
  #symbolOf(e: Expression): ProductionSymbol {
    if (e.kind !== "rule") return this.#symbol(String(this.#idOf(e)), () => this.#alternatives(e));
    const { expression } = this.#grammar.rules[e.rule]!;
    return this.#symbol(`rule ${e.rule}`, () => [[this.#symbolOf(expression)]]);
  }

  #idOf(e: Expression): number {
    let id = this.#expressionIds.get(e);
    if (id === undefined) {
      id = this.#expressionIds.size;
      this.#expressionIds.set(e, id);
    }
    return id;
  }

  #symbol(key: string, make: ProductionSymbol["make"]): ProductionSymbol {
    let found = this.#symbols.get(key);
    if (found === undefined) {
      found = { key, make };
      this.#symbols.set(key, found);
    }
    return found;
  }

  #alternatives(e: Exclude<Expression, { kind: "rule" }>): ReturnType<ProductionSymbol["make"]> {
    switch (e.kind) {
      case "empty":
        return [[]];
      case "nothing":
      case "token":
        return [];
      case "literal":
        return [[...e.bytes].map((b): ByteRange => [b, b])];
      case "characters":
        return e.ranges.flatMap((range) => utf8Sequences(range));
      case "bytes":
        return e.ranges.map((range) => [range]);
      case "sequence":
        return [e.items.map((item) => this.#symbolOf(item))];
      case "choice":
        return e.items.filter((item) => this.isProductive(item)).map((item) => [this.#symbolOf(item)]);
      case "repeat":
        return this.isProductive(e.item) ? [[this.#repetition(e, 0)]] : [[]];
      case "unordered":
        return [[this.#unordered(e, 0, 0)]];
      case "intersection":
      case "complement":
        return [[toRegular(e, this.#grammar)]];
      default:
        return e satisfies never;
    }
  }

  /// What is left of a repetition after `done` rounds. Past the minimum, an unbounded one is left
  /// recursive, which keeps Earley's sets small.
  #repetition(e: Expression & { kind: "repeat" }, done: number): ProductionSymbol {
    const item = this.#symbolOf(e.item);
    if (done >= e.min && e.max === undefined) {
      const loop: ProductionSymbol = this.#symbol(`${this.#idOf(e)} loop`, () => [[], [loop, item]]);
      return loop;
    }
    return this.#symbol(`${this.#idOf(e)} ${done}`, () => {
      const more = done === e.max ? [] : [[item, this.#repetition(e, done + 1)]];
      return done >= e.min ? [[], ...more] : more;
    });
  }

  /// What is left of items in any order, those in `taken` being there, and `count` altogether.
  #unordered(e: Expression & { kind: "unordered" }, taken: number, count: number): ProductionSymbol {
    return this.#symbol(`${this.#idOf(e)} ${taken} ${count}`, () => {
      const out: (readonly ProductionSymbol[])[] = this.#isWhole(e, taken, count) ? [[]] : [];
      const add = (item: Expression, after: number) => {
        if (!this.isProductive(item) || !this.#leftOf(e, after, count + 1)) return;
        const between = count === 0 || e.separator === undefined ? [] : [this.#symbolOf(e.separator)];
        out.push([...between, this.#symbolOf(item), this.#unordered(e, after, this.#capped(e, count + 1))]);
      };
      e.items.forEach(({ expression }, i) => {
        if ((taken & (1 << i)) === 0) add(expression, taken | (1 << i));
      });
      if (e.more !== undefined) add(e.more, taken);
      return out;
    });
  }

  /// Counts past all that matter are one.
  #capped(e: Expression & { kind: "unordered" }, count: number): number {
    return Math.min(count, e.max === undefined ? Math.max(1, e.min) : e.max + 1);
  }

  #isWhole(e: Expression & { kind: "unordered" }, taken: number, count: number): boolean {
    const isMissing = e.items.some(({ isRequired }, i) => isRequired && (taken & (1 << i)) === 0);
    return !isMissing && count >= Math.max(1, e.min) && count <= (e.max ?? count);
  }

  /// Whether such a text can be completed at all.
  #leftOf(e: Expression & { kind: "unordered" }, taken: number, count: number): boolean {
    if (count > (e.max ?? count)) return false;
    if (this.#isWhole(e, taken, count)) return true;
    if (count > 0 && e.separator !== undefined && !this.isProductive(e.separator)) return false;
    const next = e.items.flatMap(({ expression }, i) =>
      (taken & (1 << i)) === 0 && this.isProductive(expression) ? [taken | (1 << i)] : [],
    );
    // More of what may come again and again only brings nearer what they have at least.
    const isShort = count < Math.max(1, e.min) || e.items.length === 0;
    if (e.more !== undefined && this.isProductive(e.more) && isShort) next.push(taken);
    return next.some((after) => this.#leftOf(e, after, count + 1));
  }
}
