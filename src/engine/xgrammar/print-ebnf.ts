import { utf8Decode, utf8Encode } from "../../base/bytes.ts";
import { utf8Sequences } from "../../grammar/automaton/utf8.ts";
import { nullableRules, productiveRules } from "../../grammar/index.ts";
import type { CodePointRange, Expression, Grammar, RuleId } from "../../grammar/ir.ts";

// XGrammar 0.1.27 reads more than it understands. What it gets right, found by comparing it with the
// reference recogniser on random grammars (see print-ebnf.test.ts), and what it gets wrong:
//
// - A rule's alternatives become one automaton, whose reduction merges states that differ if two
//   alternatives begin with the same bytes: `"b" | "abb" | "aba"` matches "ababa". So alternatives
//   are written only where each begins with other bytes than the rest, or with another rule; what
//   they share is factored out or hidden in rules of its own.
// - A rule without references is pasted over a reference that stands first in a sequence, before the
//   above. `opaque` rules refer to the rule `e ::= ""`, which keeps them whole.
// - `?`, `+`, `{m,n}` are turned into such alternatives. Only `{m,n}` with m ≥ 15 is not.
// - Bounds of a character class are cut to one byte: `[é-ë]` is the bytes e9–eb, and `[^"]` takes
//   bytes that UTF-8 never has. That makes classes a way to write bytes; characters outside ASCII are
//   written as the byte sequences they are. (A class of one character is a string, and right: so a
//   single byte is written twice, `[\u00e9\u00e9]`.) Rules with `{m,n}` have no automaton and know
//   ASCII classes only, so repetitions hold nothing but references.
// - What follows a reference is also matched without an automaton, as a lookahead, so classes beyond
//   ASCII that would stand there are moved into rules.
// - A rule that is never finished is followed as long as it goes. Unproductive ones are left out.
// - Masks are wrong where a text may begin again with the root rule. So nothing refers to the root.

/// Rules of XGrammar's EBNF with the language of `grammar`, the root rule being `root`; undefined if
/// no text matches it. `grammar` must hold no token literals, intersections or complements.
export function printEbnf(grammar: Grammar): string | undefined {
  const printer = new Printer(grammar);
  const body = printer.rule(grammar.rootRule);
  if (!body) return undefined;
  return `root ::= ${body}\n${printer.text()}`;
}

/// A sequence of what stands in a rule, in order.
type Chain = readonly Atom[];
type Atom =
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "class"; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: "reference"; readonly name: string };

/// A repetition written out to more items than this becomes XGrammar's counter.
const MAX_COPIES = 20;
/// The least count that XGrammar's counter does not take apart.
const MIN_COUNTED = 15;

class Printer {
  readonly #grammar: Grammar;
  readonly #productive: Uint8Array;
  readonly #nullable: Uint8Array;
  readonly #lines: string[] = ['e ::= ""'];
  readonly #ruleNames = new Map<RuleId, string>();
  /// Bodies already written → their rule's name.
  readonly #shared = new Map<string, string>();
  /// Rules without references → the bytes they may begin with.
  readonly #pasted = new Map<string, Uint8Array>();
  readonly #work: (() => void)[] = [];
  #count = 0;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    this.#productive = productiveRules(grammar);
    this.#nullable = nullableRules(grammar);
  }

  text(): string {
    // Rules are written one after the other, not each inside of the first that needs it.
    for (let next = this.#work.pop(); next; next = this.#work.pop()) next();
    return `${this.#lines.join("\n")}\n`;
  }

  /// The name of a rule of the grammar; undefined if nothing matches it.
  rule(id: RuleId): string | undefined {
    if (this.#productive[id] === 0) return undefined;
    const known = this.#ruleNames.get(id);
    if (known !== undefined) return known;
    const name = this.#newName();
    this.#ruleNames.set(id, name);
    this.#work.push(() => {
      const chain = this.#lower(this.#grammar.rules[id]!.expression);
      if (!chain) throw new Error(`rule ${this.#grammar.rules[id]!.name} was taken for productive`);
      // Opaque: what it begins with is not known when the first reference is written.
      this.#lines.push(`${name} ::= ${this.#print(opaque(chain))}`);
    });
    return name;
  }

  #lower(e: Expression): Chain | undefined {
    switch (e.kind) {
      case "empty":
        return [];
      case "nothing":
        return undefined;
      case "literal":
        return e.bytes.length === 0 ? [] : [{ kind: "bytes", bytes: [...e.bytes] }];
      case "characters":
        return this.#characters(e.ranges);
      case "bytes":
        return e.ranges.length === 0 ? undefined : [{ kind: "class", ranges: e.ranges }];
      case "sequence": {
        const chain: Atom[] = [];
        for (const item of e.items) {
          const part = this.#lower(item);
          if (!part) return undefined;
          chain.push(...part);
        }
        return chain;
      }
      case "choice": {
        const alternatives: Chain[] = [];
        for (const item of e.items) {
          const chain = this.#lower(item);
          if (chain) alternatives.push(chain);
        }
        return this.#choice(alternatives);
      }
      case "repeat":
        return this.#repeat(e.item, e.min, e.max);
      case "rule": {
        const name = this.rule(e.rule);
        return name === undefined ? undefined : [{ kind: "reference", name }];
      }
      case "intersection":
      case "complement":
      case "token":
        throw new Error(`${e.kind} reached the printer`);
      default:
        return e satisfies never;
    }
  }

  #characters(ranges: readonly CodePointRange[]): Chain | undefined {
    if (ranges.length === 0) return undefined;
    const [from, to] = ranges[0]!;
    if (ranges.length === 1 && from === to) {
      return [{ kind: "bytes", bytes: [...utf8Encode(String.fromCodePoint(from))] }];
    }
    if (ranges.at(-1)![1] < 0x80) return [{ kind: "class", ranges }];
    const ascii: CodePointRange[] = [];
    const chains: Chain[] = [];
    for (const sequence of utf8Sequences(ranges)) {
      if (sequence.length === 1) ascii.push(sequence[0]!);
      else chains.push(sequence.map((range) => ({ kind: "class", ranges: [range] })));
    }
    if (ascii.length > 0) chains.push([{ kind: "class", ranges: ascii }]);
    return this.#choice(chains);
  }

  /// Alternatives that share a beginning are joined there; what then still begins alike is hidden.
  #choice(alternatives: readonly Chain[]): Chain | undefined {
    if (alternatives.length === 0) return undefined;
    const factored = this.#factor(alternatives);
    if (factored.length === 1) return factored[0]!;
    const taken = new Uint8Array(256);
    const references = new Set<string>();
    const bodies: string[] = [];
    const first = new Uint8Array(256);
    let isNullable = false;
    let hasReference = false;
    for (const chain of factored) {
      if (chain.length === 0) {
        isNullable = true;
        continue;
      }
      let shown = chain;
      const begin = this.#first(chain);
      if (begin && overlaps(begin, taken)) shown = [this.#hide(chain)];
      const head = shown[0]!;
      if (head.kind === "reference" && !this.#first(shown)) {
        if (references.has(head.name)) {
          shown = [this.#hide(chain)];
        }
        references.add((shown[0] as { name: string }).name);
      } else for (let b = 0; b < 256; b++) taken[b]! |= begin![b]!;
      if (begin) for (let b = 0; b < 256; b++) first[b]! |= begin[b]!;
      hasReference ||= shown.some((atom) => atom.kind === "reference");
      bodies.push(this.#print(shown));
    }
    if (isNullable) bodies.unshift('""');
    const name = this.#define(bodies.join(" | "));
    if (!isNullable && !hasReference) this.#pasted.set(name, first);
    return [{ kind: "reference", name }];
  }

  /// Groups alternatives that begin with the same atom or byte.
  #factor(alternatives: readonly Chain[]): Chain[] {
    const groups = new Map<string, Chain[]>();
    for (const chain of alternatives) {
      const key = groupKey(chain);
      const group = groups.get(key);
      if (group) group.push(chain);
      else groups.set(key, [chain]);
    }
    const out: Chain[] = [];
    for (const group of groups.values()) {
      const chain = group[0]!;
      if (group.length === 1 || chain.length === 0) out.push(chain);
      else {
        const head = commonHead(group);
        const rest = this.#choice(group.map((c) => withoutHead(c, head)))!;
        out.push([...(head.kind === "bytes" ? [head] : [chain[0]!]), ...rest]);
      }
    }
    return out;
  }

  #repeat(item: Expression, min: number, max: number | undefined): Chain | undefined {
    if (max === 0) return [];
    const once = this.#lower(item);
    if (!once) return min === 0 ? [] : undefined;
    if (once.length === 0) return [];
    if (min === 1 && max === 1) return once;
    // Rounds that may be empty need not be counted: fewer of them match the same.
    const least = this.#isNullable(item) ? 0 : min;
    if (max === undefined) return [...this.#times(once, least), this.#star(once)];
    return this.#counted(once, least, max);
  }

  #counted(once: Chain, min: number, max: number): Chain {
    if (max <= MAX_COPIES) return [...this.#copies(once, min), ...this.#upTo(once, max - min)];
    if (min >= MIN_COUNTED) return [this.#counter(once, min, max)];
    // Fewer than the counter can start with, or the counter.
    const few = [...this.#copies(once, min), ...this.#upTo(once, MIN_COUNTED - 1 - min)];
    return this.#choice([[this.#hide(few)], [this.#hide([this.#counter(once, MIN_COUNTED, max)])]])!;
  }

  #times(once: Chain, count: number): Chain {
    return count <= MAX_COPIES ? this.#copies(once, count) : [this.#counter(once, count, count)];
  }

  #copies(once: Chain, count: number): Chain {
    if (count <= 1) return count === 0 ? [] : once;
    const item = this.#asReference(once);
    return Array.from({ length: count }, () => item);
  }

  #upTo(once: Chain, count: number): Chain {
    let rest: Chain = [];
    for (let i = 0; i < count; i++) rest = this.#choice([[], [...once, ...rest]])!;
    return rest;
  }

  #star(once: Chain): Atom {
    const name = this.#newName();
    const chain = this.#first(once) ? once : [this.#hide(once)];
    this.#lines.push(`${name} ::= "" | ${this.#print(chain)} ${name}`);
    return { kind: "reference", name };
  }

  #counter(once: Chain, min: number, max: number): Atom {
    const item = this.#hide(once) as { name: string };
    return { kind: "reference", name: this.#define(`${item.name}{${min},${max}}`) };
  }

  #isNullable(e: Expression): boolean {
    switch (e.kind) {
      case "empty":
        return true;
      case "literal":
        return e.bytes.length === 0;
      case "sequence":
        return e.items.every((item) => this.#isNullable(item));
      case "choice":
        return e.items.some((item) => this.#isNullable(item));
      case "repeat":
        return e.min === 0 || this.#isNullable(e.item);
      case "rule":
        return this.#nullable[e.rule] === 1;
      default:
        return false;
    }
  }

  /// The bytes a chain may begin with; undefined if it begins with a rule that stays whole.
  #first(chain: Chain): Uint8Array | undefined {
    const head = chain[0]!;
    if (head.kind === "reference") return this.#pasted.get(head.name);
    const first = new Uint8Array(256);
    if (head.kind === "bytes") first[head.bytes[0]!] = 1;
    else for (const [from, to] of head.ranges) first.fill(1, from, to + 1);
    return first;
  }

  #asReference(chain: Chain): Atom {
    const head = chain[0]!;
    if (chain.length === 1 && head.kind === "reference") return head;
    return this.#hide(chain);
  }

  /// A rule for `chain` that XGrammar leaves whole.
  #hide(chain: Chain): Atom {
    return { kind: "reference", name: this.#define(this.#print(opaque(chain))) };
  }

  #print(chain: Chain): string {
    if (chain.length === 0) return '""';
    const parts: string[] = [];
    let isAfterReference = false;
    for (let i = 0; i < chain.length; i++) {
      const atom = chain[i]!;
      if (isAfterReference && needsAutomaton(atom)) {
        let end = i + 1;
        while (end < chain.length && chain[end]!.kind !== "reference") end++;
        const run = chain.slice(i, end);
        const name = this.#define(run.map(printAtom).join(" "));
        this.#pasted.set(name, this.#first(run)!);
        parts.push(name);
        i = end - 1;
        continue;
      }
      isAfterReference ||= atom.kind === "reference";
      parts.push(printAtom(atom));
    }
    return parts.join(" ");
  }

  #define(body: string): string {
    const known = this.#shared.get(body);
    if (known !== undefined) return known;
    const name = this.#newName();
    this.#shared.set(body, name);
    this.#lines.push(`${name} ::= ${body}`);
    return name;
  }

  #newName(): string {
    return `r${this.#count++}`;
  }
}

function opaque(chain: Chain): Chain {
  if (chain.some((atom) => atom.kind === "reference")) return chain;
  return [...chain, { kind: "reference", name: "e" }];
}

function overlaps(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 256; i++) if (a[i] === 1 && b[i] === 1) return true;
  return false;
}

function groupKey(chain: Chain): string {
  const head = chain[0];
  if (!head) return "";
  if (head.kind === "bytes") return `b${head.bytes[0]}`;
  if (head.kind === "class") return `c${head.ranges.join()}`;
  return `r${head.name}`;
}

function commonHead(group: readonly Chain[]): Atom {
  const head = group[0]![0]!;
  if (head.kind !== "bytes") return head;
  let length = head.bytes.length;
  for (const chain of group) {
    const { bytes } = chain[0] as typeof head;
    let shared = 0;
    while (shared < length && shared < bytes.length && bytes[shared] === head.bytes[shared]) shared++;
    length = shared;
  }
  return { kind: "bytes", bytes: head.bytes.slice(0, length) };
}

function withoutHead(chain: Chain, head: Atom): Chain {
  if (head.kind !== "bytes") return chain.slice(1);
  const bytes = (chain[0] as typeof head).bytes.slice(head.bytes.length);
  return bytes.length === 0 ? chain.slice(1) : [{ kind: "bytes", bytes }, ...chain.slice(1)];
}

function needsAutomaton(atom: Atom): boolean {
  switch (atom.kind) {
    case "reference":
      return false;
    case "class":
      return atom.ranges.at(-1)![1] > 0x7f;
    case "bytes":
      return stringText(atom.bytes) === undefined;
    default:
      return atom satisfies never;
  }
}

/// The text of a string with these bytes, if it can be written as one.
function stringText(bytes: readonly number[]): string | undefined {
  // XGrammar's strings end at a zero byte.
  return bytes.includes(0) ? undefined : utf8Decode(Uint8Array.from(bytes));
}

function printAtom(atom: Atom): string {
  switch (atom.kind) {
    case "reference":
      return atom.name;
    case "class":
      return printClass(atom.ranges);
    case "bytes": {
      const text = stringText(atom.bytes);
      if (text === undefined) {
        return atom.bytes.map((byte) => printClass([[byte, byte]])).join(" ");
      }
      return `"${Array.from(text, escapeCharacter).join("")}"`;
    }
    default:
      return atom satisfies never;
  }
}

function printClass(ranges: readonly CodePointRange[]): string {
  const parts = ranges.map(([from, to]) => `${escapeByte(from)}-${escapeByte(to)}`);
  // Of a class with one byte XGrammar makes a string, in which e9 would be the two bytes of é.
  if (ranges.length === 1 && ranges[0]![0] === ranges[0]![1]) parts.push(parts[0]!);
  return `[${parts.join("")}]`;
}

function escapeByte(byte: number): string {
  return `\\u${byte.toString(16).padStart(4, "0")}`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  const codePoint = character.codePointAt(0)!;
  return codePoint < 0x20 || codePoint === 0x7f ? escapeByte(codePoint) : character;
}
