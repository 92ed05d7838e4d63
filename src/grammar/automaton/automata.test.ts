import assert from "node:assert/strict";
import fc from "fast-check";
import type { Budget } from "./budget.ts";
import { determinize } from "./determinize.ts";
import type { Dfa } from "./dfa.ts";
import { minimize } from "./minimize.ts";
import { DEAD, EPSILONS, Nfa, RANGES } from "./nfa.ts";
import { intersect, subtract } from "./product.ts";
import { repeatDfa } from "./repeat-dfa.ts";
import { withoutTexts } from "./without-texts.ts";

const budget: Budget = { now: () => 0, deadline: 1, maxStates: 10_000 };
const limits = { maxStates: 10_000, budget };

/// All texts over three letters, up to five of them.
const LETTERS = [0x61, 0x62, 0x63];
const TEXTS: Uint8Array[] = [new Uint8Array()];
for (let i = 0; TEXTS[i]!.length < 5; i++)
  for (const letter of LETTERS) TEXTS.push(Uint8Array.of(...TEXTS[i]!, letter));

function has({ size, final, starts, edges }: Dfa, text: Uint8Array): boolean {
  let s = size === 0 ? DEAD : 0;
  for (const byte of text) {
    let next = DEAD;
    for (let i = s === DEAD ? 0 : starts[s]!; s !== DEAD && i < starts[s + 1]!; i += 2)
      if (byte >= (edges[i]! & 255) && byte <= edges[i]! >> 8) next = edges[i + 1]!;
    s = next;
  }
  return s !== DEAD && final[s] === 1;
}

const language = (dfa: Dfa): boolean[] => TEXTS.map((text) => has(dfa, text));

/// Some states, each final or not, with edges (from letter, to letter, target) and epsilon edges.
const anyNfa = fc
  .array(
    fc.record({
      final: fc.boolean(),
      edges: fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(5)), { maxLength: 3 }),
      epsilons: fc.array(fc.nat(5), { maxLength: 1 }),
    }),
    { minLength: 6, maxLength: 6 },
  )
  .map((states) => {
    const nfa = new Nfa(100, () => {
      throw new Error("more states than were made");
    });
    for (const { final } of states) nfa.setFinal(nfa.add(), final);
    states.forEach(({ edges, epsilons }, s) => {
      const parts = edges.map(([a, b, target]) =>
        nfa.range(LETTERS[Math.min(a, b)]!, LETTERS[Math.max(a, b)]!, target),
      );
      nfa.set(s, EPSILONS, [...epsilons, ...parts]);
    });
    return nfa;
  });

const anyDfa = anyNfa.map((nfa) => minimize(determinize(nfa, 0, limits)!, budget));

function nfaHas(nfa: Nfa, text: Uint8Array): boolean {
  let at = new Set(nfa.closure(0));
  for (const byte of text) {
    const next = new Set<number>();
    for (const s of at) {
      const ranges = nfa.list(s, RANGES);
      for (let i = 0; i < ranges.length; i += 3)
        if (byte >= ranges[i]! && byte <= ranges[i + 1]!)
          for (const t of nfa.closure(ranges[i + 2]!)) next.add(t);
    }
    at = next;
  }
  return [...at].some((s) => nfa.isFinal(s));
}

describe("automata", () => {
  const check = (title: string, property: fc.IPropertyWithHooks<[never]> | fc.IRawProperty<unknown>) =>
    it(title, () => fc.assert(property as fc.IRawProperty<unknown>, { seed: 7, numRuns: 150 }));

  check(
    "are deterministic and minimal with the same texts",
    fc.property(anyNfa, (nfa) => {
      const dfa = determinize(nfa, 0, limits)!;
      const small = minimize(dfa, budget);
      assert.deepEqual(
        language(dfa),
        TEXTS.map((text) => nfaHas(nfa, text)),
      );
      assert.deepEqual(language(small), language(dfa));
      assert.deepEqual(minimize(small, budget), small);
    }),
  );
  check(
    "of one language are one automaton",
    fc.property(anyDfa, anyDfa, (a, b) => {
      // a without b, and what is in both, make a again.
      const rest = minimize(subtract(a, b, limits)!, budget);
      const both = minimize(intersect([a, b], limits)!, budget);
      assert.deepEqual(minimize(subtract(a, rest, limits)!, budget), both);
      assert.deepEqual(
        language(both),
        TEXTS.map((text) => has(a, text) && has(b, text)),
      );
    }),
  );
  check(
    "without some texts are the smallest",
    fc.property(anyDfa, fc.subarray(TEXTS.slice(0, 120), { maxLength: 6 }), (base, texts) => {
      const sorted = [...texts].sort((a, b) => Buffer.compare(a, b));
      const dfa = withoutTexts(base, sorted);
      assert.deepEqual(
        language(dfa),
        TEXTS.map((text) => has(base, text) && !texts.includes(text)),
      );
      assert.deepEqual(minimize(dfa, budget), dfa);
    }),
  );
  check(
    "repeat what ends where nothing goes on",
    fc.property(anyDfa, fc.nat(2), fc.option(fc.nat(2), { nil: undefined }), (item, min, more) => {
      const max = more === undefined ? undefined : min + more;
      const row = max === 0 ? undefined : repeatDfa(item, min, max);
      if (row === undefined) return;
      const counts = (text: Uint8Array): number[] =>
        text.length === 0
          ? [0]
          : TEXTS.filter((t) => t.length > 0 && t.length <= text.length && has(item, t)).flatMap((t) =>
              t.every((byte, i) => byte === text[i]) ? counts(text.subarray(t.length)).map((n) => n + 1) : [],
            );
      assert.deepEqual(
        language(row),
        TEXTS.map((text) => counts(text).some((n) => n >= min && n <= (max ?? n))),
      );
    }),
  );
});
