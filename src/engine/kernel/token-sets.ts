import { utf8DecodeLossy } from "../../base/bytes.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import type { TokenSet } from "../../grammar/automaton/index.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";

const names = new WeakMap<Vocabulary, Map<string, number>>();

/// The ids of each token set, ascending. Throws `InputError`, with an `unknown-token` for each set that
/// has ids or names which the vocabulary does not have.
export function resolveTokenSets(sets: readonly TokenSet[], vocabulary: Vocabulary): number[][] {
  const problems: Diagnostic[] = [];
  const resolved = sets.map(({ tokens, span }) => {
    const ids = new Set<number>();
    const unknown: (number | string)[] = [];
    for (const token of tokens) {
      const id = typeof token === "number" ? token : specialTokens(vocabulary).get(token);
      if (id !== undefined && id >= 0 && id < vocabulary.size) ids.add(id);
      else unknown.push(token);
    }
    if (unknown.length > 0) {
      // A range of ids may be unknown as a whole: that is one mistake.
      const more = unknown.length === 1 ? "" : ` and ${unknown.length - 1} more of these`;
      problems.push({
        code: "unknown-token",
        severity: "error",
        message: `the vocabulary ${vocabulary.name} has no token ${JSON.stringify(unknown[0])}${more}`,
        hint: "name a special token as the vocabulary spells it, or give an id",
        ...(span === undefined ? {} : { location: { kind: "text", span } }),
      });
    }
    return [...ids].sort((a, b) => a - b);
  });
  if (problems.length > 0) throw new InputError(problems);
  return resolved;
}

function specialTokens(vocabulary: Vocabulary): Map<string, number> {
  let found = names.get(vocabulary);
  if (found === undefined) {
    found = new Map();
    for (let id = 0; id < vocabulary.size; id++) {
      if (vocabulary.kind(id) === "special") found.set(utf8DecodeLossy(vocabulary.bytes(id)), id);
    }
    names.set(vocabulary, found);
  }
  return found;
}
