import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { GrammarStatistics, InspectableGrammar } from "../inspection.ts";
import { abandoned, type LiveGrammar } from "./live-grammar.ts";
import { KernelMatcher } from "./matcher.ts";
import { statistics } from "./statistics.ts";

/// Masks of the places that so many tokens lead to are made before there is a text.
const PREPARED_TOKENS = 2;

export class KernelGrammar implements InspectableGrammar {
  readonly engine = "tokensieve";
  readonly source: GrammarSource;
  readonly vocabulary: Vocabulary;
  readonly live: LiveGrammar;
  readonly #release: () => void;
  #disposed = false;

  constructor(source: GrammarSource, vocabulary: Vocabulary, live: LiveGrammar) {
    this.source = source;
    this.vocabulary = vocabulary;
    this.live = live;
    this.#release = live.hold();
    abandoned.register(this, this.#release, this);
  }

  createMatcher(): KernelMatcher {
    if (this.#disposed) throw new Error("the grammar was disposed");
    return new KernelMatcher(this.live, this.live.start);
  }

  statistics(): GrammarStatistics {
    return statistics(this.live);
  }

  prepare(budgetMicros: number): boolean {
    if (this.#disposed) return true;
    return this.live.ahead.run(this.live.start, PREPARED_TOKENS, budgetMicros);
  }

  /// Matchers that live on keep the grammar's memory.
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#release();
  }
}
