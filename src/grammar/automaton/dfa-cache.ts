import type { Expression, RuleId } from "../ir.ts";
import type { Dfa } from "./dfa.ts";
import { KINDS } from "./kinds.ts";

/// Expressions of more words than this are not looked up.
const MAX_KEY = 4096;
const MAX_COUNT = 0x7fffffff;
const MAX_STATES = 100_000;

/// What an expression is made of: equal words mean equal texts. Good until the next one is made.
export interface StructuralKey {
  readonly words: Int32Array;
  readonly hash: number;
}

interface Entry {
  readonly words: Int32Array;
  readonly dfa: Dfa;
}

/// Automata of regular rules by what they are made of. Grammars have much in common (strings,
/// numbers, dates), and one grammar often says the same thing many times.
class DfaCache {
  /// Hash → the last one that had it.
  readonly #found = new Map<number, Entry>();
  #states = 0;

  get({ words, hash }: StructuralKey): Dfa | undefined {
    const entry = this.#found.get(hash);
    if (entry === undefined || !isSame(entry.words, words)) return undefined;
    // A Map keeps its order of insertion: the oldest come first.
    this.#found.delete(hash);
    this.#found.set(hash, entry);
    return entry.dfa;
  }

  set({ words, hash }: StructuralKey, dfa: Dfa): void {
    this.#states += dfa.size - (this.#found.get(hash)?.dfa.size ?? 0);
    this.#found.set(hash, { words, dfa });
    for (const [oldest, entry] of this.#found) {
      if (this.#states <= MAX_STATES) return;
      this.#found.delete(oldest);
      this.#states -= entry.dfa.size;
    }
  }
}

export const dfaCache = new DfaCache();

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const identities = new WeakMap<Dfa, number>();
let identityCount = 0;

const scratch = new Int32Array(MAX_KEY);
let used = 0;

/// The key of `e`. `dfaOf` gives the automata of the rules it names. `undefined`: too long, or not
/// regular.
export function structuralKey(
  e: Expression,
  dfaOf: (rule: RuleId) => Dfa | undefined,
): StructuralKey | undefined {
  used = 0;
  if (!add(e, dfaOf)) return undefined;
  const words = scratch.slice(0, used);
  let hash = used;
  for (let i = 0; i < used; i++) hash = Math.imul(hash ^ words[i]! ^ (hash >>> 15), 0x9e3779b1);
  return { words, hash };
}

/// Writes an expression with its children behind it; counts stand before what is counted.
function add(e: Expression, dfaOf: (rule: RuleId) => Dfa | undefined): boolean {
  if (used + 4 > MAX_KEY || e.kind === "token" || e.kind === "unordered") return false;
  scratch[used++] = KINDS[e.kind];
  switch (e.kind) {
    case "empty":
    case "nothing":
      return true;
    case "literal": {
      const { length } = e.bytes;
      if (used + length >= MAX_KEY) return false;
      scratch[used++] = length;
      scratch.set(e.bytes, used);
      used += length;
      return true;
    }
    case "characters":
    case "bytes":
      if (used + 2 * e.ranges.length >= MAX_KEY) return false;
      scratch[used++] = e.ranges.length;
      for (const [from, to] of e.ranges) {
        scratch[used++] = from;
        scratch[used++] = to;
      }
      return true;
    case "sequence":
    case "choice":
    case "intersection":
      scratch[used++] = e.items.length;
      for (const item of e.items) if (!add(item, dfaOf)) return false;
      return true;
    case "repeat":
      if (Math.max(e.min, e.max ?? 0) > MAX_COUNT) return false;
      scratch[used++] = e.min;
      scratch[used++] = e.max ?? -1;
      return add(e.item, dfaOf);
    case "complement":
      return add(e.item, dfaOf);
    case "rule": {
      const dfa = dfaOf(e.rule);
      if (dfa === undefined) return false;
      let identity = identities.get(dfa);
      if (identity === undefined) {
        identity = identityCount++;
        identities.set(dfa, identity);
      }
      scratch[used++] = identity;
      return true;
    }
    default:
      return e satisfies never;
  }
}
