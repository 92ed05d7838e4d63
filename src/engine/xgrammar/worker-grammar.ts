import { type CompiledGrammar, Grammar } from "@mlc-ai/web-xgrammar";
import type { NativeGrammar } from "./lower-source.ts";
import { WorkerMatcher } from "./worker-matcher.ts";
import type { NativeVocabulary } from "./worker-vocabulary.ts";

/// A compiled grammar in the worker, with its matchers by id.
export class WorkerGrammar {
  readonly #compiled: CompiledGrammar;
  readonly #vocabulary: NativeVocabulary;
  readonly #matchers = new Map<number, WorkerMatcher>();
  #nextId = 1;

  private constructor(compiled: CompiledGrammar, vocabulary: NativeVocabulary) {
    this.#compiled = compiled;
    this.#vocabulary = vocabulary;
  }

  static async compile(grammar: NativeGrammar, vocabulary: NativeVocabulary): Promise<WorkerGrammar> {
    const parsed = await parse(grammar);
    try {
      return new WorkerGrammar(await vocabulary.compiler.compileGrammar(parsed), vocabulary);
    } finally {
      parsed.dispose();
    }
  }

  async createMatcher(): Promise<number> {
    return this.#keep(await WorkerMatcher.create(this.#compiled, this.#vocabulary));
  }

  async fork(id: number): Promise<number> {
    return this.#keep(await this.matcher(id).fork(this.#compiled));
  }

  matcher(id: number): WorkerMatcher {
    const matcher = this.#matchers.get(id);
    if (!matcher) throw new Error(`no matcher ${id}`);
    return matcher;
  }

  disposeMatcher(id: number): void {
    this.matcher(id).dispose();
    this.#matchers.delete(id);
  }

  dispose(): void {
    for (const matcher of this.#matchers.values()) matcher.dispose();
    this.#matchers.clear();
    this.#compiled.dispose();
  }

  #keep(matcher: WorkerMatcher): number {
    const id = this.#nextId++;
    this.#matchers.set(id, matcher);
    return id;
  }
}

async function parse(grammar: NativeGrammar): Promise<Grammar> {
  switch (grammar.kind) {
    case "ebnf":
      return Grammar.fromEBNF(grammar.text);
    case "structural-tag":
      return Grammar.fromStructuralTag(grammar.text);
    default:
      throw new Error(`unknown grammar ${grammar satisfies never}`);
  }
}
