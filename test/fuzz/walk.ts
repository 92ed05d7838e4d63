import assert from "node:assert/strict";
import { bitsetWords, hasBit, setBits } from "../../src/base/bitset.ts";
import type { Random } from "../../src/decoding/random.ts";
import type { KernelGrammar } from "../../src/engine/kernel/compiled-grammar.ts";
import { below, chance, pick } from "./pick.ts";

/// Walks a compiled grammar at random and checks that everything a matcher says agrees: the mask with
/// acceptToken, allowedBytes, isAccepting, explain and forcedBytes; the way back with the way there.
/// `exact: false` only walks: for grammars whose automaton was tampered with.
export function walk(grammar: KernelGrammar, random: Random, steps = 10, exact = true): void {
  const { vocabulary, source } = grammar;
  // A token may be allowed by its id where its bytes are not.
  const namesTokens = source.kind === "gbnf" || source.kind === "lark";
  const first = grammar.createMatcher();
  let matcher = first;
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const start = new Uint32Array(mask.length);
  const check = (condition: boolean, what: string) => {
    if (exact) assert.ok(condition, what);
  };
  first.fillTokenMask(start);
  try {
    for (let step = 0; step < steps && !matcher.isTerminated(); step++) {
      matcher.fillTokenMask(mask);
      const allowed = [...setBits(mask)];
      check(allowed.length > 0, "no token is allowed where every byte is a token");
      if (allowed.length === 0) break;
      for (const stop of vocabulary.stopTokens)
        check(hasBit(mask, stop) === matcher.isAccepting(), "stop tokens at complete texts only");
      const bytes = matcher.allowedBytes();
      for (let byte = 0; byte < 256; byte++)
        check(
          hasBit(mask, byte) === hasBit(bytes, byte) || (namesTokens && hasBit(mask, byte)),
          `byte ${byte}: mask and allowedBytes disagree`,
        );
      for (let i = 0; i < 4; i++) {
        const token = i === 0 ? pick(random, allowed) : below(random, vocabulary.size);
        const { verdict } = matcher.explain(token);
        const taken = matcher.acceptToken(token);
        check(taken === hasBit(mask, token), `token ${token}: mask and acceptToken disagree`);
        check(taken === (verdict === "allowed"), `token ${token}: acceptToken and explain disagree`);
        if (taken) matcher.rollback(1);
      }
      const { independent } = matcher.maskParts();
      for (const token of setBits(independent)) check(hasBit(mask, token), "independent, but not allowed");
      const forced = matcher.forcedBytes();
      if (forced.length > 0) {
        check([...setBits(bytes)].join() === `${forced[0]}`, "forced, but not the only byte");
        check(matcher.acceptBytes(forced) === forced.length, "forced, but not taken");
        matcher.rollback(1);
      }
      if (chance(random, 0.1)) {
        const fork = matcher.fork();
        if (matcher !== first) matcher.dispose();
        matcher = fork;
      }
      if (chance(random, 0.1)) matcher.rollback(below(random, matcher.steps + 1));
      check(matcher.acceptToken(pick(random, [...walkable(matcher, mask)])), "allowed, but not taken");
    }
    first.rollback(first.steps);
    first.fillTokenMask(mask);
    check(mask.join() === start.join(), "another mask after rollback to the start");
  } finally {
    if (matcher !== first) matcher.dispose();
    first.dispose();
  }
}

function walkable(matcher: { fillTokenMask(mask: Uint32Array): boolean }, mask: Uint32Array): number[] {
  matcher.fillTokenMask(mask);
  return [...setBits(mask)];
}
