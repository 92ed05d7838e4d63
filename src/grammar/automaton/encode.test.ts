import assert from "node:assert/strict";
import { encode } from "./encode.ts";
import { Nfa, RANGES } from "./nfa.ts";

/// The automaton of one text of so many bytes, and its arena's states in the order of the text.
function chain(length: number) {
  const nfa = new Nfa(10_000, () => assert.fail("too many states"));
  const states = Array.from({ length: length + 1 }, () => nfa.add());
  for (let i = 0; i < length; i++) nfa.set(states[i]!, RANGES, [0x78, 0x78, states[i + 1]!]);
  nfa.setFinal(states[length]!, true);
  const root = { name: "root", span: undefined, entry: states[0]!, nullable: false, isItem: false };
  return { nfa, rules: [root], root: 0, tokenSets: [] };
}

describe("the kernel's form of an automaton", () => {
  // The arena's tables double when they are full: its last state may be the last that they have room for.
  for (const size of [128, 256, 512])
    it(`holds every state of about ${size}`, () => {
      for (let length = size - 4; length < size + 4; length++) {
        const encoded = encode(chain(length), []);
        assert.ok(encoded);
        // A state and its record for each byte.
        assert.ok(encoded.stateCount >= length && encoded.words.length > 6 * length, `${length} bytes`);
      }
    });
});
