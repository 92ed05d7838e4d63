import type { Automaton, EncodedAutomaton } from "../../grammar/automaton/index.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { CompiledGrammar, Matcher } from "../engine.ts";
import type { KernelInstance } from "./instance.ts";
import { KernelMatcher } from "./matcher.ts";

export interface KernelGrammarParts {
  readonly source: GrammarSource;
  readonly vocabulary: Vocabulary;
  readonly instance: KernelInstance;
  readonly automaton: Automaton;
  readonly encoded: EncodedAutomaton;
  /// The grammar and its first configuration in the kernel's memory.
  readonly address: number;
  readonly start: number;
}

export class KernelGrammar implements CompiledGrammar {
  readonly engine = "tokensieve";
  readonly parts: KernelGrammarParts;
  readonly #lease: GrammarLease;
  #disposed = false;

  constructor(parts: KernelGrammarParts) {
    this.parts = parts;
    this.#lease = new GrammarLease(parts.instance, parts.address);
    abandoned.register(this, this.#lease, this);
  }

  get source(): GrammarSource {
    return this.parts.source;
  }

  get vocabulary(): Vocabulary {
    return this.parts.vocabulary;
  }

  createMatcher(): Matcher {
    if (this.#disposed) throw new Error("the grammar was disposed");
    return new KernelMatcher(this.parts, this.#lease);
  }

  /// Matchers that live on keep the grammar's memory.
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#lease.release();
  }
}

/// Counts who still needs a grammar's memory: the compiled grammar and its matchers.
export class GrammarLease {
  readonly #instance: KernelInstance;
  readonly #address: number;
  #holders = 1;

  constructor(instance: KernelInstance, address: number) {
    this.#instance = instance;
    this.#address = address;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    this.#holders--;
    if (this.#holders === 0) this.#instance.exports.free_grammar(this.#address);
  }
}

/// Grammars and matchers nobody disposed of.
export const abandoned = new FinalizationRegistry<GrammarLease>((lease) => lease.release());
