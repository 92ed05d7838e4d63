import { bitsetWords } from "../base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import {
  type CompiledGrammar,
  type CompileResult,
  EngineError,
  type EngineName,
  isInspectableGrammar,
  type Matcher,
} from "../engine/index.ts";
import type { GrammarSource } from "../grammar/index.ts";
import type { Tokenizer, Vocabulary } from "../tokenizer/index.ts";
import type {
  CompareParams,
  CompareResult,
  CompareStep,
  EngineOutcome,
  SampleOutcome,
} from "./compare-api.ts";
import { compareSample, MaskTimes } from "./compare-sample.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";

const ENGINES: readonly EngineName[] = ["tokensieve", "xgrammar"];
/// A grammar that broke its engine is compiled afresh for the next sample, this often.
const MAX_BREAKS = 3;

/// Compiles a grammar on both engines and reads the samples with both, mask by mask. Nothing comes from
/// or goes into the cache of compiled grammars: times are those of a first compile.
export async function compareEngines(
  grammars: CompiledGrammars,
  tokenizer: Tokenizer,
  { source, samples }: CompareParams,
  signal: CancelSignal | undefined,
  onStep: (step: CompareStep) => void,
): Promise<CompareResult> {
  const { vocabulary } = tokenizer;
  const contestants: Contestant[] = [];
  try {
    for (const engine of ENGINES) {
      onStep({ kind: "compiling", engine });
      const contestant = new Contestant(engine, vocabulary, source, (grammar) =>
        grammars.compile({ source: grammar, engine }, vocabulary, { ...(signal && { signal }) }),
      );
      contestants.push(contestant);
      await contestant.start();
    }
    const outcomes: SampleOutcome[] = [];
    for (const [index, { text }] of samples.entries()) {
      throwIfCancelled(signal);
      onStep({ kind: "sample", index });
      const matchers: (Matcher | undefined)[] = [];
      for (const contestant of contestants) matchers.push(await contestant.matcher());
      const times = contestants.map((contestant) => contestant.times);
      const outcome = await compareSample(matchers, times, tokenizer, text, signal);
      contestants.forEach((contestant, i) => {
        if (matchers[i]) contestant.finish(outcome.verdicts[i]?.kind === "failed");
      });
      outcomes.push(outcome);
    }
    return {
      vocabulary: { name: vocabulary.name, size: vocabulary.size },
      engines: contestants.map((contestant) => contestant.outcome()),
      samples: outcomes,
    };
  } finally {
    for (const contestant of contestants) contestant.dispose();
  }
}

/// One engine's part in a comparison.
class Contestant {
  readonly times = new MaskTimes();
  readonly #engine: EngineName;
  readonly #vocabulary: Vocabulary;
  readonly #compile: (source: GrammarSource) => Promise<CompileResult>;
  readonly #source: GrammarSource;
  #grammar: CompiledGrammar | undefined;
  /// Of the sample that is being read.
  #matcher: Matcher | undefined;
  #readyMs = 0;
  #compileMs = 0;
  /// Absent until the grammar compiled.
  #firstMaskMicros: number | undefined;
  #diagnostics: readonly Diagnostic[] = [];
  #breaks = 0;

  constructor(
    engine: EngineName,
    vocabulary: Vocabulary,
    source: GrammarSource,
    compile: (source: GrammarSource) => Promise<CompileResult>,
  ) {
    this.#engine = engine;
    this.#vocabulary = vocabulary;
    this.#source = source;
    this.#compile = compile;
  }

  async start(): Promise<void> {
    // An engine reads the vocabulary with the first grammar: this one, so that the next is timed alone.
    const begin = performance.now();
    const first = await this.#compile({ kind: "ebnf", text: 'root ::= "a"' });
    if (first.ok) first.grammar.dispose();
    this.#readyMs = performance.now() - begin;
    const compileBegin = performance.now();
    const result = await this.#compile(this.#source);
    this.#compileMs = performance.now() - compileBegin;
    this.#diagnostics = result.diagnostics;
    if (!result.ok) return;
    this.#grammar = result.grammar;
    this.#firstMaskMicros = 0;
    try {
      this.#matcher = result.grammar.createMatcher();
      const mask = new Uint32Array(bitsetWords(this.#vocabulary.size));
      const maskBegin = performance.now();
      this.#matcher.fillTokenMask(mask);
      this.#firstMaskMicros = (performance.now() - maskBegin) * 1000;
      this.#dropMatcher();
    } catch (error) {
      this.#break(error);
    }
  }

  /// A matcher for the next sample; undefined if the engine refused the grammar, or broke too often.
  async matcher(): Promise<Matcher | undefined> {
    if (this.#firstMaskMicros === undefined || this.#breaks > MAX_BREAKS) return undefined;
    try {
      this.#grammar ??= await this.#recompile();
      this.#matcher = this.#grammar.createMatcher();
      return this.#matcher;
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  /// To be called after each sample. A grammar that failed (`EngineError`) is of no more use.
  finish(failed: boolean): void {
    if (failed) {
      this.#breaks++;
      this.dispose();
    } else this.#dropMatcher();
  }

  outcome(): EngineOutcome {
    const { count, sum, max } = this.times;
    const firstMaskMicros = this.#firstMaskMicros;
    const grammar = this.#grammar;
    return {
      engine: this.#engine,
      readyMs: this.#readyMs,
      compileMs: this.#compileMs,
      diagnostics: this.#diagnostics,
      ...(firstMaskMicros !== undefined && {
        compiled: {
          firstMaskMicros,
          masks: { count, averageMicros: count === 0 ? 0 : sum / count, maxMicros: max },
          ...(grammar && isInspectableGrammar(grammar) && { memoryBytes: grammar.statistics().grammarBytes }),
        },
      }),
    };
  }

  dispose(): void {
    this.#dropMatcher();
    this.#grammar?.dispose();
    this.#grammar = undefined;
  }

  async #recompile(): Promise<CompiledGrammar> {
    const result = await this.#compile(this.#source);
    if (result.ok) return result.grammar;
    const [diagnostic] = result.diagnostics;
    if (!diagnostic) throw new Error("a refusal without a reason");
    throw new EngineError(diagnostic);
  }

  #break(error: unknown): void {
    if (!(error instanceof EngineError)) throw error;
    this.#diagnostics = [...this.#diagnostics, error.diagnostic];
    this.finish(true);
  }

  #dropMatcher(): void {
    this.#matcher?.dispose();
    this.#matcher = undefined;
  }
}
