import { utf8Decode } from "../../base/bytes.ts";
import type { CodePointRange, Expression, Grammar, RuleId } from "../ir.ts";
import { spend } from "../work.ts";

/// A regular language over characters, as its derivatives need it: interned, so that equal shapes are
/// the same object, and simplified just enough that there are finitely many derivatives.
export type CharacterRegex = { readonly id: number; readonly isNullable: boolean } & (
  | { readonly kind: "nothing" | "empty" }
  | { readonly kind: "set"; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: "sequence"; readonly head: CharacterRegex; readonly tail: CharacterRegex }
  | { readonly kind: "choice" | "intersection"; readonly items: readonly CharacterRegex[] }
  | { readonly kind: "complement"; readonly item: CharacterRegex }
  | {
      readonly kind: "repeat";
      readonly item: CharacterRegex;
      readonly min: number;
      readonly max: number | undefined;
    }
);

type Shape = CharacterRegex extends infer R ? (R extends CharacterRegex ? Omit<R, "id"> : never) : never;

/// Why an expression has no automaton over characters.
export class NotCharacterRegular extends Error {
  readonly expression: Expression;
  readonly reason: "bytes" | "recursion" | "token";
  constructor(expression: Expression, reason: "bytes" | "recursion" | "token") {
    super(reason);
    this.expression = expression;
    this.reason = reason;
  }
}

/// Makes the regexes of one grammar.
export class RegexFactory {
  readonly #grammar: Grammar;
  readonly #interned = new Map<string, CharacterRegex>();
  readonly #sets = new Map<string, CharacterRegex>();
  readonly #open = new Set<RuleId>();
  readonly #derivatives = new Map<CharacterRegex, Map<number, CharacterRegex>>();
  readonly nothing: CharacterRegex;
  readonly empty: CharacterRegex;
  readonly everything: CharacterRegex;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    this.nothing = this.#intern("nothing", { kind: "nothing", isNullable: false });
    this.empty = this.#intern("empty", { kind: "empty", isNullable: true });
    this.everything = this.#complement(this.nothing);
  }

  /// Throws `NotCharacterRegular` where `e` is none.
  from(e: Expression): CharacterRegex {
    switch (e.kind) {
      case "empty":
        return this.empty;
      case "nothing":
        return this.nothing;
      case "literal": {
        const text = utf8Decode(e.bytes);
        if (text === undefined) throw new NotCharacterRegular(e, "bytes");
        const codes = Array.from(text, (c) => c.codePointAt(0)!);
        return codes.reduceRight<CharacterRegex>(
          (tail, c) => this.#sequence(this.#set([[c, c]]), tail),
          this.empty,
        );
      }
      case "characters":
        return this.#set(e.ranges);
      case "bytes":
        if (e.ranges.some(([, to]) => to > 0x7f)) throw new NotCharacterRegular(e, "bytes");
        return this.#set(e.ranges);
      case "sequence":
        return e.items.reduceRight<CharacterRegex>(
          (tail, i) => this.#sequence(this.from(i), tail),
          this.empty,
        );
      case "choice":
      case "intersection":
        return this.#joined(
          e.kind,
          e.items.map((item) => this.from(item)),
        );
      case "complement":
        return this.#complement(this.from(e.item));
      case "repeat":
        return this.#repeat(this.from(e.item), e.min, e.max);
      case "rule": {
        if (this.#open.has(e.rule)) throw new NotCharacterRegular(e, "recursion");
        this.#open.add(e.rule);
        const regex = this.from(this.#grammar.rules[e.rule]!.expression);
        this.#open.delete(e.rule);
        return regex;
      }
      case "unordered":
      case "token":
        throw new NotCharacterRegular(e, "token");
      default:
        return e satisfies never;
    }
  }

  /// What may follow the character `c` at the start of a text of `r`.
  derivative(r: CharacterRegex, c: number): CharacterRegex {
    let known = this.#derivatives.get(r);
    if (known === undefined) {
      known = new Map();
      this.#derivatives.set(r, known);
    }
    let found = known.get(c);
    if (found === undefined) {
      found = this.#derive(r, c);
      known.set(c, found);
    }
    return found;
  }

  #derive(r: CharacterRegex, c: number): CharacterRegex {
    spend(5);
    switch (r.kind) {
      case "nothing":
      case "empty":
        return this.nothing;
      case "set":
        return r.ranges.some(([from, to]) => c >= from && c <= to) ? this.empty : this.nothing;
      case "sequence": {
        const first = this.#sequence(this.derivative(r.head, c), r.tail);
        return r.head.isNullable ? this.#joined("choice", [first, this.derivative(r.tail, c)]) : first;
      }
      case "choice":
      case "intersection":
        return this.#joined(
          r.kind,
          r.items.map((item) => this.derivative(item, c)),
        );
      case "complement":
        return this.#complement(this.derivative(r.item, c));
      case "repeat":
        return this.#sequence(
          this.derivative(r.item, c),
          this.#repeat(r.item, Math.max(0, r.min - 1), r.max === undefined ? undefined : r.max - 1),
        );
      default:
        return r satisfies never;
    }
  }

  #intern(key: string, shape: Shape): CharacterRegex {
    let found = this.#interned.get(key);
    if (found === undefined) {
      found = { ...shape, id: this.#interned.size } as CharacterRegex;
      this.#interned.set(key, found);
    }
    return found;
  }

  #set(ranges: readonly CodePointRange[]): CharacterRegex {
    if (ranges.length === 0) return this.nothing;
    const key = ranges.join(";");
    const found =
      this.#sets.get(key) ?? this.#intern(`set ${key}`, { kind: "set", ranges, isNullable: false });
    this.#sets.set(key, found);
    return found;
  }

  #sequence(head: CharacterRegex, tail: CharacterRegex): CharacterRegex {
    if (head === this.nothing || tail === this.nothing) return this.nothing;
    if (head === this.empty) return tail;
    if (tail === this.empty) return head;
    if (head.kind === "sequence") return this.#sequence(head.head, this.#sequence(head.tail, tail));
    const isNullable = head.isNullable && tail.isNullable;
    return this.#intern(`seq ${head.id} ${tail.id}`, { kind: "sequence", head, tail, isNullable });
  }

  #joined(kind: "choice" | "intersection", parts: readonly CharacterRegex[]): CharacterRegex {
    const neutral = kind === "choice" ? this.nothing : this.everything;
    const absorbing = kind === "choice" ? this.everything : this.nothing;
    const flat = parts.flatMap((p) => (p.kind === kind ? p.items : [p]));
    spend(5 * flat.length);
    const items = [...new Set(flat)].filter((p) => p !== neutral).sort((a, b) => a.id - b.id);
    if (items.includes(absorbing)) return absorbing;
    if (items.length === 0) return neutral;
    if (items.length === 1) return items[0]!;
    const isNullable = kind === "choice" ? items.some((i) => i.isNullable) : items.every((i) => i.isNullable);
    return this.#intern(`${kind} ${items.map((i) => i.id).join(" ")}`, { kind, items, isNullable });
  }

  #complement(item: CharacterRegex): CharacterRegex {
    if (item.kind === "complement") return item.item;
    return this.#intern(`not ${item.id}`, { kind: "complement", item, isNullable: !item.isNullable });
  }

  #repeat(item: CharacterRegex, min: number, max: number | undefined): CharacterRegex {
    if (max === 0 || item === this.empty) return this.empty;
    if (item === this.nothing) return min === 0 ? this.empty : this.nothing;
    if (min === 1 && max === 1) return item;
    const isNullable = min === 0 || item.isNullable;
    return this.#intern(`repeat ${item.id} ${min} ${max}`, { kind: "repeat", item, min, max, isNullable });
  }
}

/// The sets that occur in a regex, each once.
export function setsOf(r: CharacterRegex): (readonly CodePointRange[])[] {
  const seen = new Set<CharacterRegex>([r]);
  for (const part of seen) {
    if (part.kind === "sequence") seen.add(part.head).add(part.tail);
    else if (part.kind === "choice" || part.kind === "intersection")
      for (const item of part.items) seen.add(item);
    else if (part.kind === "complement" || part.kind === "repeat") seen.add(part.item);
  }
  return [...seen].flatMap((part) => (part.kind === "set" ? [part.ranges] : []));
}
