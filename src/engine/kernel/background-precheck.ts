import type { EncodedAutomaton } from "../../grammar/automaton/index.ts";
import type { LiveGrammar } from "./live-grammar.ts";

// A state record's layout: wasm/assembly/grammar.ts.
const HEADER_WORDS = 6;
const COUNTER_WORDS = 7;
const TWIN_MIN = 1024;
/// States that take fewer bytes are quick without a precheck.
const WIDE_BYTES = 100;

interface Place {
  readonly state: number;
  /// The counter state that is the caller, or 0.
  readonly counterState: number;
}

/// Prechecks the wide states of a grammar in slices, while there is nothing better to do.
export class BackgroundPrecheck {
  readonly #live: LiveGrammar;
  readonly #places: Place[];

  constructor(live: LiveGrammar) {
    this.#live = live;
    this.#places = widePlaces(live.encoded);
  }

  /// Works for about `budgetMicros`, at least on one state. True: nothing is left to do.
  run(budgetMicros: number): boolean {
    const { instance, address } = this.#live;
    const end = performance.now() + budgetMicros / 1000;
    do {
      const place = this.#places.pop();
      if (place === undefined) return true;
      // Without memory there is nothing to prepare; the matchers will say so if they need it.
      if (instance.exports.precheck(address, place.state, place.counterState) === 0) return true;
    } while (performance.now() < end);
    return this.#places.length === 0;
  }
}

function widePlaces({ words, stateCount, counters }: EncodedAutomaton): Place[] {
  const stateTable = HEADER_WORDS + counters.length * COUNTER_WORDS + words[3]!;
  /// Item rule → an unbounded twin of one of its counters: what is prechecked for it serves them all.
  const twins = new Map<number, number>();
  for (let i = 0; i < counters.length; i++) {
    const at = HEADER_WORDS + i * COUNTER_WORDS;
    if (words[at + 6] === 0) twins.set(words[at + 3]!, words[at]! + TWIN_MIN);
  }
  const places: Place[] = [];
  for (let state = 2; state < stateCount; state++) {
    const record = words[stateTable + state]!;
    const ranges = words[record + 1]! & 0x1ff;
    let bytes = 0;
    for (let i = 0; i < ranges; i++) {
      const range = words[record + 4 + 2 * i]!;
      bytes += (range >>> 8) - (range & 255) + 1;
    }
    if (bytes >= WIDE_BYTES) places.push({ state, counterState: twins.get(state) ?? 0 });
  }
  return places.reverse();
}
