import type { Expression, RuleId } from "../ir.ts";
import type { Dfa } from "./dfa.ts";

/// Expressions longer than this are not looked up.
const MAX_KEY = 6000;
const MAX_STATES = 100_000;

/// Automata of regular rules by what they are made of. Grammars have much in common (strings,
/// numbers, dates), and one grammar often says the same thing many times.
class DfaCache {
  readonly #found = new Map<string, Dfa>();
  #states = 0;

  get(key: string): Dfa | undefined {
    const dfa = this.#found.get(key);
    if (dfa === undefined) return undefined;
    // A Map keeps its order of insertion: the oldest come first.
    this.#found.delete(key);
    this.#found.set(key, dfa);
    return dfa;
  }

  set(key: string, dfa: Dfa): void {
    this.#found.set(key, dfa);
    this.#states += dfa.size;
    for (const [oldest, { size }] of this.#found) {
      if (this.#states <= MAX_STATES) return;
      this.#found.delete(oldest);
      this.#states -= size;
    }
  }
}

export const dfaCache = new DfaCache();

const identities = new WeakMap<Dfa, number>();
let identityCount = 0;

/// What `e` is made of, as a string: equal strings mean equal texts. `dfaOf` gives the automata of the
/// rules it names. `undefined`: too long, or not regular.
export function structuralKey(e: Expression, dfaOf: (rule: RuleId) => Dfa | undefined): string | undefined {
  let key = "";
  const add = (part: Expression): boolean => {
    if (key.length > MAX_KEY) return false;
    switch (part.kind) {
      case "empty":
        key += "e";
        return true;
      case "nothing":
        key += "n";
        return true;
      case "literal":
        key += `"${part.bytes.join()}"`;
        return true;
      case "characters":
      case "bytes":
        key += `${part.kind === "bytes" ? "b" : "c"}${part.ranges.join(";")}.`;
        return true;
      case "sequence":
      case "choice":
      case "intersection":
        key += `${part.kind[0]}${part.kind[1]}(`;
        if (!part.items.every(add)) return false;
        key += ")";
        return true;
      case "repeat":
        key += `r${part.min},${part.max ?? ""}(`;
        if (!add(part.item)) return false;
        key += ")";
        return true;
      case "complement":
        key += "~(";
        if (!add(part.item)) return false;
        key += ")";
        return true;
      case "rule": {
        const dfa = dfaOf(part.rule);
        if (dfa === undefined) return false;
        let identity = identities.get(dfa);
        if (identity === undefined) {
          identity = identityCount++;
          identities.set(dfa, identity);
        }
        key += `#${identity}.`;
        return true;
      }
      case "token":
        return false;
      default:
        return part satisfies never;
    }
  };
  return add(e) && key.length <= MAX_KEY ? key : undefined;
}
