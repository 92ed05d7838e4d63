import { CancelledError, type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { CompileOptions, CompileResult, GrammarEngine } from "../engine.ts";
import { XGrammarCompiledGrammar } from "./compiled-grammar.ts";
import { GrammarLease } from "./grammar-lease.ts";
import { vocabularyImage } from "./vocabulary-image.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface XGrammarEngineOptions {
  /// The bundle of `worker.ts`: `new URL("./xgrammar-worker.mjs", import.meta.url)` from a bundle
  /// beside it.
  readonly workerUrl: URL;
  /// Wall-clock budget in milliseconds of one matcher call; past it the call throws `mask-timeout`.
  /// 2000 unless given.
  readonly maskBudgetMs?: number;
  /// Grammars alive at a time; the next compile answers `too-many-grammars`. Each holds a thread
  /// and, beside its own needs, some 40 MB. 64 unless given.
  readonly maxGrammars?: number;
}

interface Budgets {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly signal: CancelSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

/// XGrammar's WebAssembly build behind worker threads, which bound what a call may take: it aborts or
/// hangs on some grammars. Grammars reach it in the forms it gets right (see print-automaton.ts);
/// structural tags alone it reads by itself. It refuses left recursion.
///
/// Diagnostic codes beside the front ends' own: `compile-timeout`, `compile-memory`,
/// `too-many-grammars`, `engine-aborted`, `engine-warning`, `engine-token-unsupported`,
/// `structural-tag-syntax`, `structural-tag-invalid`, `structural-tag-not-exact`. A matcher's
/// `EngineError`s: `mask-timeout`, `engine-memory`, `engine-aborted`, and `engine-restarted` for the
/// other matchers of the same grammar.
export class XGrammarEngine implements GrammarEngine {
  readonly name = "xgrammar";
  readonly #pool: WorkerPool;
  readonly #maxGrammars: number;
  #disposed = false;

  constructor(options: XGrammarEngineOptions) {
    this.#pool = new WorkerPool(options.workerUrl, options.maskBudgetMs ?? 2000);
    this.#maxGrammars = options.maxGrammars ?? 64;
  }

  /// The grammar is read by the thread that compiles it, inside of the time budget. Starting a thread
  /// and reading the vocabulary, some 300 ms for 128k tokens, comes on top when none is at hand.
  async compile(
    source: GrammarSource,
    vocabulary: Vocabulary,
    options: CompileOptions = {},
  ): Promise<CompileResult> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
    throwIfCancelled(signal);
    if (this.#disposed) throw new Error("the engine was disposed");
    try {
      return await this.#compile(source, vocabulary, { timeoutMs, memoryBytes, signal });
    } catch (error) {
      if (this.#disposed) throw new CancelledError();
      throw error;
    }
  }

  async #compile(
    source: GrammarSource,
    vocabulary: Vocabulary,
    { timeoutMs, memoryBytes, signal }: Budgets,
  ): Promise<CompileResult> {
    const worker = await this.#pool.take(vocabularyImage(vocabulary), this.#maxGrammars, signal);
    if (!worker) return { ok: false, diagnostics: [tooManyGrammars(this.#maxGrammars)] };
    if (signal?.aborted) {
      this.#pool.giveBack(worker);
      throw new CancelledError();
    }
    const outcome = await worker.compile({ source, timeoutMs, memoryBytes }, signal);
    // What died with the engine has nothing to say about the grammar.
    if (this.#disposed) throw new CancelledError();
    switch (outcome.kind) {
      case "compiled": {
        const lease = new GrammarLease(this.#pool, worker);
        const grammar = new XGrammarCompiledGrammar(source, vocabulary, lease);
        return { ok: true, grammar, diagnostics: outcome.diagnostics };
      }
      case "refused":
        this.#pool.giveBack(worker);
        return { ok: false, diagnostics: outcome.diagnostics };
      case "failed":
        return { ok: false, diagnostics: outcome.diagnostics };
      case "timeout":
        return { ok: false, diagnostics: [tookTooLong(source, timeoutMs)] };
      default:
        throw new Error(`unknown outcome ${outcome satisfies never}`);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#pool.dispose();
  }
}

function tooManyGrammars(limit: number): Diagnostic {
  return {
    code: "too-many-grammars",
    severity: "error",
    message: `${limit} grammars are compiled and still in use`,
    hint: "dispose of some first",
  };
}

function tookTooLong({ file }: GrammarSource, timeoutMs: number): Diagnostic {
  return {
    code: "compile-timeout",
    severity: "error",
    message: `compiling the grammar took more than ${timeoutMs} ms`,
    ...(file === undefined ? {} : { location: { kind: "file", file } }),
    hint: "simplify it (large enumerations and repetitions cost most), or raise the time budget",
  };
}
