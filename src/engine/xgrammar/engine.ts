import { throwIfCancelled } from "../../base/cancellation.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { CompileOptions, CompileResult, GrammarEngine } from "../engine.ts";
import { XGrammarCompiledGrammar } from "./compiled-grammar.ts";
import { GrammarLease } from "./grammar-lease.ts";
import { lowerSource } from "./lower-source.ts";
import { failureDiagnostic, warningDiagnostics } from "./native-diagnostics.ts";
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

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

/// XGrammar's WebAssembly build behind worker threads, which bound what a call may take: it aborts
/// or hangs on some grammars.
///
/// Diagnostic codes beside the front ends' own: `compile-timeout`, `compile-memory`,
/// `too-many-grammars`, `engine-aborted`, `engine-warning`. A matcher's `EngineError`s:
/// `mask-timeout`, `engine-memory`, `engine-aborted`, and `engine-restarted` for the other matchers
/// of the same grammar.
export class XGrammarEngine implements GrammarEngine {
  readonly name = "xgrammar";
  readonly #pool: WorkerPool;
  readonly #maxGrammars: number;
  #disposed = false;

  constructor(options: XGrammarEngineOptions) {
    this.#pool = new WorkerPool(options.workerUrl, options.maskBudgetMs ?? 2000);
    this.#maxGrammars = options.maxGrammars ?? 64;
  }

  /// The time budget covers XGrammar's own work. Starting a thread and reading the vocabulary, some
  /// 300 ms for 128k tokens, comes on top when no idle thread is at hand.
  async compile(
    source: GrammarSource,
    vocabulary: Vocabulary,
    options: CompileOptions = {},
  ): Promise<CompileResult> {
    if (this.#disposed) throw new Error("the engine was disposed");
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
    throwIfCancelled(signal);
    const lowered = lowerSource(source, { timeoutMs, signal });
    const diagnostics = [...lowered.diagnostics];
    const failed = (...more: Diagnostic[]): CompileResult => ({
      ok: false,
      diagnostics: [...diagnostics, ...more],
    });
    if (!lowered.grammar) return failed();

    const worker = await this.#pool.take(vocabularyImage(vocabulary), this.#maxGrammars, signal);
    if (!worker) {
      return failed({
        code: "too-many-grammars",
        severity: "error",
        message: `${this.#maxGrammars} grammars are compiled and still in use`,
        hint: "dispose of some first",
      });
    }
    const outcome = await worker.compile({ grammar: lowered.grammar, memoryBytes }, timeoutMs, signal);
    switch (outcome.kind) {
      case "compiled": {
        diagnostics.push(...warningDiagnostics(outcome.output, source));
        const grammar = new XGrammarCompiledGrammar(source, vocabulary, new GrammarLease(this.#pool, worker));
        return { ok: true, grammar, diagnostics };
      }
      case "failed":
        return failed(failureDiagnostic(outcome, source));
      case "timeout":
        return failed({
          code: "compile-timeout",
          severity: "error",
          message: `compiling the grammar took more than ${timeoutMs} ms`,
          ...(source.file === undefined ? {} : { location: { kind: "file", file: source.file } }),
          hint: "simplify it (large enumerations and repetitions cost most), or raise the time budget",
        });
      default:
        throw new Error(`unknown outcome ${outcome satisfies never}`);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#pool.dispose();
  }
}
