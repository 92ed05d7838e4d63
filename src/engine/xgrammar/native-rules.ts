// The text of XGrammar's EBNF, in the few forms that print-automaton.ts uses.

/// What stands in a rule.
export type Atom =
  /// One byte out of `ranges` ((from, to) a range); any number of them if `star`.
  | { readonly kind: "bytes"; readonly ranges: readonly number[]; readonly star: boolean }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "counted"; readonly name: string; readonly min: number; readonly max: number };

export type Chain = readonly Atom[];

export interface NativeRule {
  readonly alternatives: readonly Chain[];
  /// The bytes that may come after the rule's texts, where that is worth saying.
  readonly follow?: Uint8Array | undefined;
}

export function ruleRef(name: string): Atom {
  return { kind: "rule", name };
}

export function bytesOf(ranges: readonly number[], star = false): Atom {
  return { kind: "bytes", ranges, star };
}

/// The rules' text, the first one first.
export function printRules(rules: ReadonlyMap<string, NativeRule>): string {
  const derived = rulesWithLookahead(rules);
  let text = "";
  for (const [name, { alternatives, follow }] of rules) {
    const assertion = follow && !derived.has(name) ? printFollow(follow) : "";
    text += `${name} ::= ${alternatives.map(printChain).join(" | ")}${assertion}\n`;
  }
  return text;
}

/// Rules that XGrammar derives a lookahead for, better than ours: those referred to in one place, and
/// there not last. (To the rest it gives none, and takes ours for what it is: a necessary condition.
/// Next to one of its own it would take ours for a sufficient one.)
function rulesWithLookahead(rules: ReadonlyMap<string, NativeRule>): Set<string> {
  const places = new Map<string, number>();
  const last = new Set<string>();
  for (const [name, { alternatives }] of rules) {
    for (const chain of alternatives) {
      for (const [i, atom] of chain.entries()) {
        if (atom.kind === "bytes") continue;
        if (i < chain.length - 1) places.set(atom.name, (places.get(atom.name) ?? 0) + 1);
        else if (atom.name !== name) last.add(atom.name);
      }
    }
  }
  const out = new Set<string>();
  for (const [name, count] of places) if (count === 1 && !last.has(name)) out.add(name);
  return out;
}

function printChain(chain: Chain): string {
  return chain.length === 0 ? '""' : chain.map(printAtom).join(" ");
}

function printAtom(atom: Atom): string {
  switch (atom.kind) {
    case "bytes":
      return `[${printRanges(atom.ranges)}]${atom.star ? "*" : ""}`;
    case "rule":
      return atom.name;
    case "counted":
      return `${atom.name}{${atom.min},${atom.max}}`;
    default:
      return atom satisfies never;
  }
}

function printRanges(ranges: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ranges.length; i += 2) parts.push(`${byte(ranges[i]!)}-${byte(ranges[i + 1]!)}`);
  // Of a class with one byte XGrammar makes a string, in which e9 would be the two bytes of é.
  if (parts.length === 1 && ranges[0] === ranges[1]) parts.push(parts[0]!);
  return parts.join("");
}

function byte(value: number): string {
  return `\\u${value.toString(16).padStart(4, "0")}`;
}

/// A lookahead that every text which may follow passes: its first byte. Lookaheads are matched
/// without an automaton, where a class knows ASCII, and a negated one also the first bytes of
/// characters beyond. A rule that ends inside of a character gets none.
function printFollow(follow: Uint8Array): string {
  let isBeyondAscii = false;
  for (let b = 0x80; b < 256; b++) {
    if (follow[b] !== 1) continue;
    if (b < 0xc2 || b > 0xf4) return "";
    isBeyondAscii = true;
  }
  const ranges: number[] = [];
  for (let b = 0; b < 0x80; b++) {
    if ((follow[b] === 1) === isBeyondAscii) continue;
    if (ranges.at(-1) === b - 1) ranges[ranges.length - 1] = b;
    else ranges.push(b, b);
  }
  if (isBeyondAscii) return ranges.length === 0 ? "" : ` (= [^${printRanges(ranges)}])`;
  // Nothing follows: a class that matches nothing.
  return ` (= [${printRanges(ranges.length === 0 ? [0xff, 0xff] : ranges)}])`;
}
