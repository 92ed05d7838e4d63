import { throwIfCancelled } from "../base/cancellation.ts";
import type { InspectableGrammar, InspectableMatcher } from "../engine/index.ts";
import { Turns } from "./turns.ts";

const TOKENS_BETWEEN_LOOKS = 64;

/// A matcher that follows a sequence of tokens about: a change at the end costs the tokens changed.
export class ExploredText {
  readonly grammar: InspectableGrammar;
  readonly matcher: InspectableMatcher;
  /// Tokens read, each a step of the matcher.
  readonly #ids: number[] = [];

  constructor(grammar: InspectableGrammar) {
    this.grammar = grammar;
    this.matcher = grammar.createMatcher();
  }

  /// Makes the matcher have read the first `count` of `ids`, or as many as the grammar takes. Returns how
  /// many these are.
  async moveTo(ids: Uint32Array, count: number, signal?: AbortSignal): Promise<number> {
    let keep = 0;
    while (keep < count && keep < this.#ids.length && this.#ids[keep] === ids[keep]) keep++;
    this.matcher.rollback(this.#ids.length - keep);
    this.#ids.length = keep;
    const turns = new Turns();
    while (this.#ids.length < count) {
      const id = ids[this.#ids.length]!;
      if (!this.matcher.acceptToken(id)) break;
      this.#ids.push(id);
      if (this.#ids.length % TOKENS_BETWEEN_LOOKS !== 0) continue;
      const pause = turns.pause();
      if (pause === undefined) continue;
      await pause;
      throwIfCancelled(signal);
    }
    return this.#ids.length;
  }

  dispose(): void {
    this.matcher.dispose();
  }
}
