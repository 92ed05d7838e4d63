import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { CompiledGrammar, Matcher } from "../engine.ts";
import type { GrammarLease } from "./grammar-lease.ts";
import { XGrammarMatcher } from "./matcher.ts";
import { operations } from "./protocol.ts";

export class XGrammarCompiledGrammar implements CompiledGrammar {
  readonly engine = "xgrammar";
  readonly source: GrammarSource;
  readonly vocabulary: Vocabulary;
  readonly #lease: GrammarLease;
  #disposed = false;

  constructor(source: GrammarSource, vocabulary: Vocabulary, lease: GrammarLease) {
    this.source = source;
    this.vocabulary = vocabulary;
    this.#lease = lease;
    lease.hold();
    abandoned.register(this, lease, this);
  }

  createMatcher(): Matcher {
    if (this.#disposed) throw new Error("the grammar was disposed");
    const id = this.#lease.call(operations.createMatcher);
    return new XGrammarMatcher(this.#lease, this.vocabulary, id);
  }

  /// Matchers that live on keep the worker.
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#lease.release();
  }
}

/// Grammars nobody disposed of.
const abandoned = new FinalizationRegistry<GrammarLease>((lease) => lease.release());
