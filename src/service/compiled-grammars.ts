import type { CancelSignal } from "../base/cancellation.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type {
  CompiledGrammar,
  CompileOptions,
  CompileResult,
  EngineName,
  GrammarEngine,
} from "../engine/index.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { GrammarRef } from "./api.ts";
import type { IdleWork } from "./idle-work.ts";
import type { PrecheckFiles } from "./precheck-files.ts";

/// Wall-clock budget of one compile.
const COMPILE_TIMEOUT_MS = 30_000;
/// Budget of one engine's memory.
const COMPILE_MEMORY_BYTES = 512 * 1024 * 1024;
/// Compiled grammars kept; an editor has a handful in use.
const CAPACITY = 16;

/// Microseconds of one slice of idle work.
const SLICE_MICROS = 1000;

/// What a process that lives on has for grammars: time between requests, and files.
export interface GrammarUpkeep {
  readonly idle: IdleWork;
  readonly files?: PrecheckFiles;
}

export interface CompiledWithWarnings {
  readonly grammar: CompiledGrammar;
  readonly diagnostics: readonly Diagnostic[];
}

/// Compiled grammars by engine, vocabulary and source: least recently used ones go first.
export class CompiledGrammars {
  readonly #engines: ReadonlyMap<EngineName, GrammarEngine>;
  /// In order of use, oldest first.
  readonly #cache = new Map<string, CompiledWithWarnings>();

  readonly #upkeep: GrammarUpkeep | undefined;
  /// Grammars with work planned.
  readonly #preparing = new Set<CompiledGrammar>();

  constructor(engines: readonly GrammarEngine[], upkeep?: GrammarUpkeep) {
    this.#engines = new Map(engines.map((engine) => [engine.name, engine]));
    this.#upkeep = upkeep;
  }

  /// Makes the engines ready for a vocabulary when no request is under way.
  makeReady(vocabulary: Vocabulary): void {
    this.#upkeep?.idle.add(() => {
      for (const engine of this.#engines.values())
        engine
          .prepare?.(vocabulary)
          .then(() => this.#upkeep?.files?.load(engine, vocabulary))
          // The first compile fails the same way, and says so.
          .catch(() => undefined);
      return true;
    });
  }

  /// Throws `InputError` with the grammar's diagnostics if it does not compile.
  async get(ref: GrammarRef, vocabulary: Vocabulary, signal?: CancelSignal): Promise<CompiledWithWarnings> {
    const key = JSON.stringify([ref.engine, vocabulary.id, ref.source]);
    const cached = this.#cache.get(key);
    if (cached) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      this.#prepare(cached.grammar);
      return cached;
    }
    const result = await this.compile(ref, vocabulary, { ...(signal && { signal }) });
    if (!result.ok) throw new InputError(result.diagnostics);
    const entry = { grammar: result.grammar, diagnostics: result.diagnostics };
    this.#cache.set(key, entry);
    this.#prepare(entry.grammar);
    for (const [oldest, { grammar }] of this.#cache) {
      if (this.#cache.size <= CAPACITY) break;
      this.#cache.delete(oldest);
      grammar.dispose();
    }
    return entry;
  }

  /// Compiles a grammar past the cache: the caller disposes of it. Its budgets are `get`'s unless given.
  async compile(ref: GrammarRef, vocabulary: Vocabulary, options: CompileOptions): Promise<CompileResult> {
    const engine = this.#engines.get(ref.engine);
    if (!engine) throw new Error(`no engine named ${ref.engine}`);
    await this.#upkeep?.files?.load(engine, vocabulary);
    const budgets = { timeoutMs: COMPILE_TIMEOUT_MS, memoryBytes: COMPILE_MEMORY_BYTES };
    return engine.compile(ref.source, vocabulary, { ...budgets, ...options });
  }

  /// Between requests that use it, makes the masks that texts of the grammar begin with, and keeps what was found out
  /// about the vocabulary.
  #prepare(grammar: CompiledGrammar): void {
    const engine = this.#engines.get(grammar.engine);
    if (this.#upkeep === undefined || this.#preparing.has(grammar)) return;
    const { idle, files } = this.#upkeep;
    this.#preparing.add(grammar);
    idle.add(() => {
      if (grammar.prepare?.(SLICE_MICROS) === false) return false;
      this.#preparing.delete(grammar);
      if (engine !== undefined) void files?.save(engine, grammar.vocabulary);
      return true;
    });
  }

  /// Forgets a grammar whose engine failed, so that the next request compiles it afresh.
  forget(grammar: CompiledGrammar): void {
    for (const [key, entry] of this.#cache) {
      if (entry.grammar === grammar) {
        this.#cache.delete(key);
        grammar.dispose();
        return;
      }
    }
  }

  dispose(): void {
    for (const { grammar } of this.#cache.values()) grammar.dispose();
    this.#cache.clear();
    for (const engine of this.#engines.values()) engine.dispose();
  }
}
