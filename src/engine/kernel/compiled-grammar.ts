import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { GrammarStatistics, InspectableGrammar } from "../inspection.ts";
import { BackgroundPrecheck } from "./background-precheck.ts";
import { abandoned, type LiveGrammar } from "./live-grammar.ts";
import { KernelMatcher } from "./matcher.ts";
import { statistics } from "./statistics.ts";

export class KernelGrammar implements InspectableGrammar {
  readonly engine = "tokensieve";
  readonly source: GrammarSource;
  readonly vocabulary: Vocabulary;
  readonly live: LiveGrammar;
  readonly #release: () => void;
  #precheck: BackgroundPrecheck | undefined;
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

  /// Prechecks the grammar's states for about `budgetMicros` (one state takes up to some
  /// milliseconds), so that later masks are quicker. True: all are done.
  precheck(budgetMicros: number): boolean {
    this.#precheck ??= new BackgroundPrecheck(this.live);
    return this.#precheck.run(budgetMicros);
  }

  /// Matchers that live on keep the grammar's memory.
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#release();
  }
}
