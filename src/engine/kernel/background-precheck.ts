import type { LiveGrammar } from "./live-grammar.ts";

// Layouts: wasm/assembly/grammar.ts. Words of a grammar's record and of a counter.
const STATES = 2;
const STATE_COUNT = 3;
const COUNTERS = 4;
const COUNTER_COUNT = 5;
const COUNTER_WORDS = 7;
const CALLEE = 3;
const TWIN = 6;
const TWIN_MIN = 1024;
/// States that take fewer bytes are quick without a precheck.
const WIDE_BYTES = 100;

interface Place {
  readonly state: number;
  /// The counter state that is the caller, or 0.
  readonly counterState: number;
}

/// Lowers the late rules of a grammar and prechecks its wide states in slices, while there is nothing better to
/// do.
export class BackgroundPrecheck {
  readonly #live: LiveGrammar;
  #places: Place[] | undefined;

  constructor(live: LiveGrammar) {
    this.#live = live;
  }

  /// Works for about `budgetMicros`, at least on one rule or state. True: nothing is left to do.
  run(budgetMicros: number): boolean {
    const { instance, address } = this.#live;
    const end = performance.now() + budgetMicros / 1000;
    do {
      // Without memory there is nothing to prepare; the matchers will say so if they need it.
      if (this.#live.lateRules > 0) {
        if (!this.#live.lowerNext()) return true;
        continue;
      }
      this.#places ??= widePlaces(this.#live);
      const place = this.#places.pop();
      if (place === undefined) return true;
      const { state, counterState } = place;
      if (this.#live.call(() => instance.exports.precheck(address, state, counterState)) === 0) return true;
    } while (performance.now() < end);
    return this.#places?.length === 0;
  }
}

function widePlaces({ instance, address }: LiveGrammar): Place[] {
  const words = new Uint32Array(instance.exports.memory.buffer);
  const grammar = address >>> 2;
  /// Item's start → an unbounded twin of one of its counters: what is prechecked for it serves them all.
  const twins = new Map<number, number>();
  const counters = words[grammar + COUNTERS]! >>> 2;
  for (let i = 0; i < words[grammar + COUNTER_COUNT]!; i++) {
    const at = counters + i * COUNTER_WORDS;
    if (words[at + TWIN] === 0) twins.set(words[at + CALLEE]!, words[at]! + TWIN_MIN);
  }
  const places: Place[] = [];
  const states = words[grammar + STATES]! >>> 2;
  for (let state = 2; state < words[grammar + STATE_COUNT]!; state++) {
    const record = words[states + state]! >>> 2;
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
