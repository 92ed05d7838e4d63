import type { Diagnostic } from "../base/diagnostic.ts";
import type { ModelInfo } from "../decoding/index.ts";
import type { GrammarEngine } from "../engine/index.ts";
import type { GrammarSource, RuleNames } from "../grammar/index.ts";
import type {
  CompleteParams,
  CompleteResult,
  ExplainParams,
  ExplainResult,
  FillInParams,
  GenerateParams,
  GenerateResult,
  LogLine,
  MaskParams,
  MaskResult,
  ModelRef,
  ServiceStatus,
  TokenFact,
  TokenFactsParams,
  TokenizeResult,
  TokenizerFacts,
  TokenizerRef,
  ValidateParams,
  ValidateResult,
} from "./api.ts";
import { runBytes } from "./bytes.ts";
import type { BytesParams, BytesResult, ScoreParams, ScoreResult, ScoreStep } from "./bytes-api.ts";
import type { CompareParams, CompareResult, CompareStep } from "./compare-api.ts";
import { compareEngines } from "./compare-engines.ts";
import { CompiledGrammars, type GrammarUpkeep } from "./compiled-grammars.ts";
import { Completer } from "./complete.ts";
import { diagnoseGrammar, grammarNames } from "./diagnose-grammar.ts";
import { runEnsembleNext } from "./ensemble.ts";
import type {
  EnsembleNextParams,
  EnsembleNextResult,
  EnsembleScoreParams,
  EnsembleScoreResult,
  EnsembleWriteParams,
  EnsembleWriteResult,
} from "./ensemble-api.ts";
import { runEnsembleScore } from "./ensemble-score.ts";
import { type OnEnsembleStep, runEnsembleWrite } from "./ensemble-write.ts";
import { runExplain } from "./explain.ts";
import { MaskExplorer } from "./explore.ts";
import { type OnStep, runFillIn, runGenerate } from "./generate.ts";
import { ByteInspector } from "./inspect-bytes.ts";
import type { InspectBytesParams, InspectedBytes } from "./inspect-bytes-api.ts";
import { inspectHealing } from "./inspect-healing.ts";
import type { HealingStep, InspectedHealing, InspectHealingParams } from "./inspect-healing-api.ts";
import { runMask } from "./mask.ts";
import { ModelHost } from "./model-host.ts";
import { runScore } from "./score.ts";
import { tokenizeText } from "./tokenize.ts";
import { Tokenizers } from "./tokenizers.ts";
import { runValidate } from "./validate.ts";

/// Everything the product can do, without a process around it: the service wraps it in RPC, the
/// command line calls it directly.
export class Core {
  readonly #models: ModelHost;
  readonly #grammars: CompiledGrammars;
  readonly #completer: Completer;
  readonly #inspector: ByteInspector;
  readonly #tokenizers = new Tokenizers();
  /// Answers for the Mask Explorer.
  readonly explorer: MaskExplorer;

  constructor(
    engines: readonly GrammarEngine[],
    report: (status: ServiceStatus) => void = () => {},
    log: (line: LogLine) => void = () => {},
    upkeep?: GrammarUpkeep,
  ) {
    this.#models = new ModelHost(report, log);
    this.#grammars = new CompiledGrammars(engines, upkeep);
    this.#completer = new Completer(this.#models, this.#grammars);
    this.#inspector = new ByteInspector(this.#models, this.#grammars);
    this.explorer = new MaskExplorer(this.#grammars, this.#tokenizers);
  }

  async loadModel(ref: ModelRef, signal?: AbortSignal): Promise<ModelInfo> {
    const { info, tokenizer } = await this.#models.get(ref, signal);
    this.#grammars.makeReady(tokenizer.vocabulary);
    return info;
  }

  generate(params: GenerateParams, signal?: AbortSignal, onStep: OnStep = () => {}): Promise<GenerateResult> {
    return runGenerate(this.#models, this.#grammars, params, signal, onStep);
  }

  fillIn(params: FillInParams, signal?: AbortSignal, onStep: OnStep = () => {}): Promise<GenerateResult> {
    return runFillIn(this.#models, this.#grammars, params, signal, onStep);
  }

  complete(params: CompleteParams, signal?: AbortSignal): Promise<CompleteResult> {
    return this.#completer.complete(params, signal);
  }

  bytes(params: BytesParams, signal?: AbortSignal): Promise<BytesResult> {
    return runBytes(this.#models, params, signal);
  }

  score(params: ScoreParams, signal?: AbortSignal, onStep?: (step: ScoreStep) => void): Promise<ScoreResult> {
    return runScore(this.#models, params, signal, onStep);
  }

  inspectHealing(
    params: InspectHealingParams,
    signal?: AbortSignal,
    onStep: (step: HealingStep) => void = () => {},
  ): Promise<InspectedHealing> {
    return inspectHealing(this.#models, this.#completer, params, signal, onStep);
  }

  inspectBytes(params: InspectBytesParams, signal?: AbortSignal): Promise<InspectedBytes> {
    return this.#inspector.inspect(params, signal);
  }

  ensembleNext(params: EnsembleNextParams, signal?: AbortSignal): Promise<EnsembleNextResult> {
    return runEnsembleNext(this.#models, params, signal);
  }

  ensembleWrite(
    params: EnsembleWriteParams,
    signal?: AbortSignal,
    onStep: OnEnsembleStep = () => {},
  ): Promise<EnsembleWriteResult> {
    return runEnsembleWrite(this.#models, this.#grammars, params, signal, onStep);
  }

  ensembleScore(params: EnsembleScoreParams, signal?: AbortSignal): Promise<EnsembleScoreResult> {
    return runEnsembleScore(this.#models, params, signal);
  }

  validate(params: ValidateParams, signal?: AbortSignal): Promise<ValidateResult> {
    return runValidate(this.#grammars, params, signal);
  }

  diagnoseGrammar(source: GrammarSource, signal?: AbortSignal): Promise<readonly Diagnostic[]> {
    return diagnoseGrammar(this.#grammars, source, signal);
  }

  grammarNames(source: GrammarSource, signal?: AbortSignal): Promise<RuleNames> {
    return grammarNames(source, signal);
  }

  async compareEngines(
    params: CompareParams,
    signal?: AbortSignal,
    onStep: (step: CompareStep) => void = () => {},
  ): Promise<CompareResult> {
    const tokenizer = await this.#tokenizers.get(params.tokenizer);
    return compareEngines(this.#grammars, tokenizer, params, signal, onStep);
  }

  async mask(params: MaskParams, signal?: AbortSignal): Promise<MaskResult> {
    const vocabulary = await this.#tokenizers.vocabulary(params.tokenizer);
    return runMask(this.#grammars, vocabulary, params, signal);
  }

  async explain(params: ExplainParams, signal?: AbortSignal): Promise<ExplainResult> {
    const vocabulary = await this.#tokenizers.vocabulary(params.tokenizer);
    const tokenizer = () => this.#tokenizers.get(params.tokenizer);
    return runExplain(this.#grammars, vocabulary, params, tokenizer, signal);
  }

  /// Tokenizes in the calling thread; the service does it in a worker.
  async tokenize(ref: TokenizerRef, text: string): Promise<TokenizeResult> {
    const result = tokenizeText(await this.#tokenizers.get(ref), text, () => false);
    return result!;
  }

  async tokenFacts({ tokenizer, ids }: TokenFactsParams): Promise<TokenFact[]> {
    const vocabulary = await this.#tokenizers.vocabulary(tokenizer);
    return ids.map((id) => ({ id, kind: vocabulary.kind(id), bytes: vocabulary.bytes(id) }));
  }

  async tokenizerFacts(ref: TokenizerRef): Promise<TokenizerFacts> {
    const { vocabulary, cutsAtWords = false } = await this.#tokenizers.get(ref);
    return { name: vocabulary.name, size: vocabulary.size, cutsAtWords };
  }

  async dispose(): Promise<void> {
    await this.#models.unload();
    this.#grammars.dispose();
  }
}
